// Shows a call as soon as it rings. Without this script the queue shows it when the page is loaded.
const LOOK_EVERY = 3000;
const place = document.getElementById("ringing");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(place.dataset.look, { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.body.textContent.trim() !== place.textContent.trim()) place.replaceChildren(...page.body.childNodes);
}

if (place) setInterval(look, LOOK_EVERY);
