// A conversation that shows what is said at once. Without this script the page works by sending and reloading.
const TYPING_EVERY = 3000;
const SEND_AGAIN = 2000;
const LOOK_EVERY = 10_000;
const LONGEST_PAUSE = 15_000;
const FAILURES = 3;

const place = document.getElementById("news");
const thread = document.getElementById("thread");
const form = document.querySelector("form[data-say]");
const others = document.getElementById("others");

function say(name, value) {
  const line = document.getElementById(name);
  if (line.textContent !== value) line.textContent = value;
}

function latest() {
  return thread.lastElementChild?.dataset.id ?? "0";
}

// Reading

function nearTheEnd() {
  const last = thread.lastElementChild;
  return !last || last.getBoundingClientRect().top < innerHeight;
}

function show(html) {
  const line = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelector("li");
  if (!line || thread.querySelector(`[data-id="${line.dataset.id}"]`)) return;
  const other = thread.dataset.other;
  if (other && line.classList.contains("theirs")) line.querySelector(".who").textContent = other;
  const follow = nearTheEnd();
  thread.append(document.adoptNode(line));
  if (others) others.dataset.last = latest();
  if (follow) line.scrollIntoView({ block: "nearest" });
}

function turnPage() {
  const written = form?.querySelector("textarea").value.trim();
  if (written) document.getElementById("fresh").hidden = false;
  else location.reload();
}

function onMessage(event) {
  const { html, reload } = JSON.parse(event.data);
  show(html);
  say("writing", "");
  if (reload) setTimeout(turnPage, 300);
}

let failures = 0;
let source = null;

function connect() {
  source = new EventSource(`${place.dataset.stream}?after=${latest()}`);
  source.addEventListener("open", () => {
    failures = 0;
    say("lost", "");
  });
  source.addEventListener("message", onMessage);
  source.addEventListener("writing", (event) => {
    say("writing", JSON.parse(event.data).writing ? place.dataset.writing : "");
  });
  source.addEventListener("place", (event) => {
    const number = JSON.parse(event.data).place;
    say("place", number ? place.dataset.place.replace("0", number) : "");
  });
  source.addEventListener("error", lost);
}

// The browser comes back by itself after a break, but not after an answer that is no stream
function lost() {
  failures += 1;
  if (failures >= FAILURES) say("lost", place.dataset.lost);
  if (source.readyState !== EventSource.CLOSED) return;
  setTimeout(connect, Math.min(1000 * 2 ** failures, LONGEST_PAUSE));
}

// Where no stream gets through: look again now and then
async function lookAgain() {
  if (failures < FAILURES || document.hidden) return;
  const answer = await fetch(place.dataset.page, { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const line of page.querySelectorAll("#thread > li")) show(line.outerHTML);
}

// Writing

let saidTyping = 0;

function typing() {
  if (Date.now() - saidTyping < TYPING_EVERY) return;
  saidTyping = Date.now();
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.csrfmiddlewaretoken.value });
  fetch(place.dataset.typing, { method: "POST", body }).catch(() => null);
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function post(body) {
  const headers = { "X-Live": "1" };
  return fetch(form.action, { method: "POST", body, headers, redirect: "manual" }).catch(() => null);
}

let sending = false;

// The key goes with the words until they have arrived, so that what is sent again is said once
async function send(event) {
  event.preventDefault();
  const field = form.querySelector("textarea");
  if (sending || !field.value.trim()) return;
  sending = true;
  const written = new FormData(form);
  const body = form.enctype === "multipart/form-data" ? written : new URLSearchParams(written);
  for (;;) {
    const answer = await post(body);
    if (answer?.status === 204) break;
    if (answer && (answer.status < 500 || answer.type === "opaqueredirect")) {
      sending = false;
      form.submit();
      return;
    }
    say("lost", place.dataset.lost);
    await new Promise((done) => setTimeout(done, SEND_AGAIN));
  }
  say("lost", "");
  form.elements.key.value = newKey();
  if (field.value === body.get("text")) field.value = "";
  for (const files of form.querySelectorAll("input[type=file]")) files.value = "";
  sending = false;
  saidTyping = 0;
  field.focus();
}

if (place && !form && !location.search.includes("still")) location.replace(place.dataset.page);
else if (place) {
  connect();
  setInterval(lookAgain, LOOK_EVERY);
  form?.addEventListener("submit", send);
  form?.querySelector("textarea").addEventListener("input", typing);
  addEventListener("pagehide", () => source.close());
}
