// On every page: makes the pages installable, and keeps the case reference for the time without a network.
"use strict";

const KEPT = "pamitan-case";
const LONGEST_DAYS = 90;

function keep(shown) {
  if (shown.dataset.caseOpen !== "yes") {
    localStorage.removeItem(KEPT);
    return;
  }
  const until = shown.dataset.caseUntil || new Date(Date.now() + LONGEST_DAYS * 86400000).toISOString();
  localStorage.setItem(KEPT, JSON.stringify({ reference: shown.dataset.case, until }));
}

function forgetWhatIsOver() {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
  if (kept && new Date(kept.until) < new Date()) localStorage.removeItem(KEPT);
}

try {
  const shown = document.querySelector("[data-case]");
  if (shown) keep(shown);
  forgetWhatIsOver();
  localStorage.setItem("pamitan-language", document.documentElement.lang);
} catch {
  // a browser that keeps nothing: the reference is in the mail
}
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
