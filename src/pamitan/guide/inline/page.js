"use strict";
// What the page does beyond ticking: remembers ticks in this browser, fills in the letter, copies, moves the reminder.
(() => {
  const root = document.documentElement;
  const main = document.querySelector("main");
  const shelf = `pamitan-guide:${main.dataset.guide}`;
  const all = (selector, within = main) => [...within.querySelectorAll(selector)];
  const remembered = all("input[type=checkbox], main > .pick, .pick-computer, .pick-phone");
  const key = (input) => (input.type === "checkbox" ? input.name : input.value);

  // --- Kept in this browser alone: what is ticked and chosen, never what is written
  const keep = () => {
    const kept = remembered.filter((input) => input.checked).map(key);
    try { localStorage.setItem(shelf, JSON.stringify(kept)); } catch { /* a browser that keeps nothing */ }
  };
  const recall = () => {
    try { return JSON.parse(localStorage.getItem(shelf)); } catch { return null; }
  };
  const choose = (input) => { if (input) input.checked = true; };
  const begin = () => {
    const language = navigator.languages.map((one) => one.slice(0, 2)).find((one) => document.getElementById(`language-${one}`));
    choose(document.getElementById(`language-${language}`));
    if (matchMedia("(max-width: 48rem)").matches) all(".pick-phone").forEach(choose);
  };

  // The same step, device or field in the other languages
  const follow = (inputs, named, change, changed) =>
    inputs.filter((input) => input !== changed && named(input) === named(changed)).forEach(change);

  const showLanguage = () => {
    const article = all("article").find((one) => one.checkVisibility ? one.checkVisibility() : one.offsetParent);
    root.lang = article.lang;
    document.title = article.querySelector("h1").textContent;
  };

  // --- The letter: blanks are filled in until somebody writes into the letter itself; then only those still there
  const today = new Date();
  const filled = (text, paper, name, value) => (value ? text.split(paper.dataset[name]).join(value) : text);
  const written = (paper) => {
    const date = today.toLocaleDateString(paper.closest("[lang]").lang, { day: "numeric", month: "long", year: "numeric" });
    const values = Object.fromEntries(all("[data-blank]", paper.closest("article")).map((field) => [field.dataset.blank, field.value.trim()]));
    const own = paper.value !== paper.shown;
    const text = own ? paper.value : paper.defaultValue;
    return Object.entries({ ...values, date }).reduce((so, [name, value]) => filled(so, paper, name, value), text);
  };
  const fill = (paper) => {
    const own = paper.value !== paper.shown;
    paper.value = written(paper);
    if (!own) paper.shown = paper.value;
    address(paper);
  };
  const address = (paper) => {
    const link = paper.parentElement.querySelector("[data-mailto]");
    if (link) link.href = link.href.replace(/([?&]body=).*/, (_, key) => key + encodeURIComponent(paper.value.trim().replace(/\n/g, "\r\n")));
  };
  const blanks = all("[data-blank]");
  const papers = all("[data-letter] textarea");
  const restore = () => papers.forEach((paper) => { paper.value = paper.shown = paper.defaultValue; fill(paper); });

  // --- Saying what was done, on the button and aloud
  const tell = (button) => {
    const words = button.textContent;
    const aloud = button.closest("article").querySelector(".spoken");
    button.textContent = aloud.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; aloud.textContent = ""; }, 2500);
  };
  const copyBySelection = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  const copy = async (button, text) => {
    try { await navigator.clipboard.writeText(text); } catch { copyBySelection(text); button.focus(); }
    tell(button);
  };

  // --- The reminder: the same event on another day
  const local = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const later = (days) => local(new Date(today.getFullYear(), today.getMonth(), today.getDate() + days));
  const move = (field) => {
    const link = field.closest("[data-calendar]").querySelector("a[download]");
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const moved = decodeURIComponent(link.href.slice(link.href.indexOf(",") + 1))
      .replace(/DTSTART:\d{8}/, `DTSTART:${field.value.replace(/-/g, "")}`)
      .replace(/DTSTAMP:\w+/, `DTSTAMP:${stamp}`);
    link.href = `data:text/calendar;charset=utf-8,${encodeURIComponent(moved)}`;
  };
  const days = all("[data-days]");
  const setDays = () => days.forEach((field) => { field.value = later(Number(field.dataset.days)); field.min = later(0); move(field); });

  const forget = (button) => {
    try { localStorage.removeItem(shelf); } catch { /* nothing was kept */ }
    all("input[type=checkbox]").forEach((box) => { box.checked = false; });
    blanks.forEach((field) => { field.value = ""; });
    restore();
    setDays();
    tell(button);
  };

  root.classList.add("js");
  const kept = recall();
  if (Array.isArray(kept)) remembered.forEach((input) => { if (kept.includes(key(input))) input.checked = true; });
  else begin();
  showLanguage();
  restore();
  setDays();

  main.addEventListener("change", (event) => {
    if (event.target.matches("[data-days]") && event.target.value) move(event.target);
    if (!remembered.includes(event.target)) return;
    follow(remembered, key, (input) => { input.checked = event.target.checked; }, event.target);
    keep();
    showLanguage();
  });
  main.addEventListener("input", (event) => {
    if (event.target.matches("[data-blank]")) {
      follow(blanks, (field) => field.dataset.blank, (field) => { field.value = event.target.value; }, event.target);
      papers.forEach(fill);
    } else if (event.target.matches("textarea")) address(event.target);
  });
  main.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-copy-words]")) copy(button, button.previousElementSibling.textContent);
    if (button.matches("[data-copy-letter]")) copy(button, button.closest("[data-letter]").querySelector("textarea").value);
    if (button.matches("[data-forget]")) forget(button);
  });
})();
