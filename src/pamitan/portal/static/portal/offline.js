// The page without a network: in the language of the last page, with the case reference that this device keeps.
"use strict";

const KEPT = "pamitan-case";

function words() {
  const parts = [...document.querySelectorAll("[data-language]")];
  const wanted = localStorage.getItem("pamitan-language");
  if (!parts.some((part) => part.lang === wanted)) return parts;
  for (const part of parts) part.hidden = part.lang !== wanted;
  document.documentElement.lang = wanted;
  return parts;
}

function showCase(part) {
  const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
  if (!kept || new Date(kept.until) < new Date()) {
    localStorage.removeItem(KEPT);
    return;
  }
  const shown = part.querySelector("[data-kept]");
  shown.querySelector("[data-reference]").textContent = kept.reference;
  shown.hidden = false;
  shown.querySelector("button").addEventListener("click", () => {
    localStorage.removeItem(KEPT);
    for (const every of document.querySelectorAll("[data-kept]")) every.hidden = true;
  });
}

for (const part of words()) showCase(part);
