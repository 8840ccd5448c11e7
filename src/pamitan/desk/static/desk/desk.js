// The desk's comfort: keys, the queue that looks again by itself, the sign that somebody is here. All works without it.
"use strict";

const EVERY = 20_000;
const KEYS_OFF = "pamitan-desk-keys-off";

function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

// The queue: fetch the page again, and change what has changed; whoever stands on a line goes on standing there

async function lookAgain(live) {
  if (document.hidden) return;
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(live.id);
  if (!fresh) return;
  document.title = page.title;
  const here = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...fresh.childNodes);
  if (here) [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === here)?.focus();
}

// The conversation: say that it is open, and whether something is being written

let typed = false;

async function sayHere(others) {
  if (document.hidden) return;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token(), last: others.dataset.last });
  if (typed) body.set("typing", "1");
  const answer = await fetch(others.dataset.here, { method: "POST", body, redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (fragment.body.textContent.trim() === others.textContent.trim()) return;
  others.replaceChildren(...fragment.body.childNodes);
}

function sayAway(others) {
  navigator.sendBeacon(others.dataset.here, new URLSearchParams({ csrfmiddlewaretoken: token(), away: "1" }));
}

// Keys: single letters, only outside of fields, and to be switched off (WCAG 2.1.4)

function move(step) {
  const lines = [...document.querySelectorAll(".queue-line")];
  const next = lines.indexOf(document.activeElement) + step;
  lines[Math.min(Math.max(next, 0), lines.length - 1)]?.focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  c: () => document.getElementById("claim")?.click(),
  r: () => document.getElementById("text")?.focus(),
  n: () => document.getElementById("note")?.focus(),
  q: () => document.querySelector(".menu a[href$='/desk/']")?.click(),
  "/": () => {
    const field = document.getElementById("words");
    if (field) field.focus();
    else document.querySelector(".menu a[href$='/desk/']")?.click();
  },
  "?": () => {
    const list = document.getElementById("shortcuts");
    if (!list) return;
    list.open = !list.open;
    list.querySelector("summary").focus();
  },
};

function onKey(event) {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(KEYS_OFF)) return;
  const deed = keys[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

function offerKeys(list) {
  const box = list.querySelector("#keys_on");
  list.hidden = false;
  box.checked = !localStorage.getItem(KEYS_OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  });
}

const live = document.getElementById("live");
const others = document.getElementById("others");
const list = document.getElementById("shortcuts");
if (live) setInterval(() => lookAgain(live), EVERY);
if (others) {
  document.getElementById("text")?.addEventListener("input", () => {
    const first = !typed;
    typed = true;
    if (first) sayHere(others);
  });
  setInterval(() => {
    sayHere(others);
    typed = false;
  }, EVERY);
  addEventListener("pagehide", () => sayAway(others));
}
if (list) offerKeys(list);
document.addEventListener("keydown", onKey);
