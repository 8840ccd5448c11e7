// The promise of an answer is broken: said in a sentence, shown in the title, and heard by whoever has the sound on.
// Browsers play nothing before somebody has tapped on the page; so the sound is off until it is switched on by hand.
const LOOK_EVERY = 20_000;
const RING_EVERY = 60_000;
const SOUND_ON = "pamitan-desk-sound";
const RUNG = "pamitan-desk-rung";
const TONES = [
  [0, 880],
  [0.18, 660],
];
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.2;

const place = document.getElementById("alarm");
const asleep = document.getElementById("sound-asleep");
const button = document.getElementById("sound");
const name = document.title.replace(/^\(\d+\) /, "");

// The sound

let context = null;

function isOn() {
  return localStorage.getItem(SOUND_ON) !== null;
}

async function waken() {
  context ??= new AudioContext();
  // without a tap on this page yet, the promise stays open
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  asleep.hidden = context.state === "running";
  return context.state === "running";
}

function play([after, pitch]) {
  const start = context.currentTime + after;
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.linearRampToValueAtTime(0, start + TONE_SECONDS);
  const tone = new OscillatorNode(context, { frequency: pitch });
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + TONE_SECONDS);
}

async function ring() {
  if (await waken()) TONES.forEach(play);
}

// Once when one more is late, and once a minute while somebody is; however many pages of the desk are open
function isDue(late) {
  const [before, at] = JSON.parse(localStorage.getItem(RUNG) ?? "[0, 0]");
  return late > before || Date.now() - at >= RING_EVERY;
}

function alarm(late) {
  if (late === 0) localStorage.removeItem(RUNG);
  else if (isOn() && isDue(late)) {
    localStorage.setItem(RUNG, JSON.stringify([late, Date.now()]));
    ring();
  }
}

// The words

function say(words) {
  if (place.textContent.trim() === words) return;
  const line = document.createElement("p");
  line.className = "notice stop";
  line.append(Object.assign(document.createElement("strong"), { textContent: words }));
  place.replaceChildren(...(words ? [line] : []));
}

function badge(waiting) {
  document.title = waiting ? `(${waiting}) ${name}` : name;
  navigator.setAppBadge?.(waiting).catch(() => null);
}

async function look() {
  const answer = await fetch(place.dataset.look, { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const { waiting, late, words } = await answer.json();
  say(words);
  badge(waiting);
  alarm(late);
}

// The switch

function offerSound() {
  button.hidden = false;
  button.setAttribute("aria-pressed", isOn());
  button.addEventListener("click", () => {
    if (isOn()) localStorage.removeItem(SOUND_ON);
    else localStorage.setItem(SOUND_ON, "1");
    button.setAttribute("aria-pressed", isOn());
    asleep.hidden = true;
    if (isOn()) ring();
  });
}

if (place) {
  if (button) offerSound();
  for (const tap of ["pointerdown", "keydown"]) addEventListener(tap, () => asleep.hidden || waken());
  addEventListener("focus", look);
  setInterval(look, LOOK_EVERY);
  look();
}
