// What every page of a signed-in person has: its keys and its palette; messages and the phone's store are modules of their own.
if (document.querySelector("#toasts > *")) import("./toasts.js");
import("./offline/sync.js"); // not waited for: the page's own script comes first
// The bell hears of what is new once the page has nothing else to do.
if (document.querySelector(".bell")) addEventListener("load", () => setTimeout(() => import("./live.js"), 1000));

// ── Dialogs ──

// A click outside, or on the button, closes; what had the focus in it lets go.
function closes(dialog) {
  dialog.addEventListener("close", () => { if (dialog.contains(document.activeElement)) document.activeElement.blur(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest(".palette-top button")) dialog.close(); });
}

// A part of a page, or nothing where there is none; whoever was signed out signs in again.
async function part(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "text/html" } });
  if (answer.redirected) location.assign(answer.url);
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

// ── The palette: type, walk with the arrows, Enter goes there. It is here, and not fetched, so that it answers at once ──
const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const hits = palette?.querySelector(".palette-hits");
const said = palette?.querySelector("[role=status]");
const known = new Map();
const PAUSE_MS = 20;
let asking;
let waiting;
let shown;
let goWhenShown = false;

const options = () => [...hits.querySelectorAll("[role=option]")];
const chosen = () => hits.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  field.setAttribute("aria-expanded", String(options().length > 0));
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function show(text, found) {
  shown = text;
  hits.replaceChildren(found.cloneNode(true));
  choose(options()[0]);
  hits.scrollTop = 0;
  said.textContent = text ? found.dataset.said : "";
  if (goWhenShown) go();
}

async function ask() {
  const text = field.value.trim();
  waiting?.abort();
  if (known.has(text)) return show(text, known.get(text));
  waiting = new AbortController();
  try {
    const body = await part(`/palette/?q=${encodeURIComponent(text)}`, waiting.signal);
    if (!body) return;
    known.set(text, body.firstElementChild);
    if (text === field.value.trim()) show(text, known.get(text));
  } catch (error) {
    if (error.name !== "AbortError") location.assign(`/search/?q=${encodeURIComponent(text)}`);
  }
}

// Enter before the answer is there waits for it.
function go() {
  goWhenShown = shown !== field.value.trim();
  if (goWhenShown) return;
  chosen()?.click();
}

function walk(step) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
}

function askSoon() {
  goWhenShown = false;
  clearTimeout(asking);
  asking = setTimeout(ask, PAUSE_MS);
}

function openPalette() {
  if (palette.open) return palette.close();
  palette.showModal();
  field.select();
  askSoon();
}

field?.addEventListener("input", askSoon);

field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) walk(steps[event.key]);
  else if (event.key === "Enter") go();
  else return;
  event.preventDefault();
});

hits?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (option.dataset.opens || "posts" in option.dataset) event.preventDefault();
  palette.close();
  if (option.dataset.opens) run(option.dataset.opens);
  if ("posts" in option.dataset) document.querySelector(`form[action="${option.getAttribute("href")}"]`).requestSubmit();
});

if (palette) {
  closes(palette);
  palette.addEventListener("close", () => { clearTimeout(asking); goWhenShown = false; });
}

// ── Keys. Which there are, and what they do, the server says; fields keep theirs ──

const table = JSON.parse(document.getElementById("keys")?.textContent ?? "{}");
const CHORD_MS = 1500;
const OWN_KEYS = "input, textarea, select, [contenteditable], .mark, dialog";
let begun = "";
let forget;

const acts = {
  palette: openPalette,
  help: () => import("./help.js").then((help) => help.show({ closes, part })), // handed over: modules in a circle have no hash
  next: () => document.querySelector('a[rel="next"]')?.click(),
  undo: () => document.querySelector(".toast form")?.requestSubmit(),
};

function run(does) {
  if (does in acts) acts[does]();
  else location.assign(does);
}

// The key that is meant: on keyboards of other scripts, the Latin letter at its place.
function named(event) {
  const latin = /^[\x20-\x7e]$/.test(event.key) || event.key.length > 1 ? event.key : event.code.replace(/^Key/, "").toLowerCase();
  if (event.getModifierState("AltGraph")) return latin;
  const held = (event.ctrlKey ? "Control+" : "") + (event.metaKey ? "Meta+" : "") + (event.altKey ? "Alt+" : "");
  return held ? held + latin.toUpperCase() : latin;
}

function hear(event) {
  if (event.defaultPrevented || event.repeat || event.isComposing) return;
  const key = named(event);
  const single = key.length === 1;
  // What is in a closed dialog keeps the focus for a moment, and no keys.
  if (single && event.target.closest(OWN_KEYS)?.checkVisibility()) return;
  const wanted = begun && single ? `${begun} ${key}` : key;
  clearTimeout(forget);
  begun = "";
  if (wanted in table) {
    event.preventDefault();
    run(table[wanted]);
  } else if (single && Object.keys(table).some((each) => each.startsWith(`${key} `))) {
    begun = key;
    forget = setTimeout(() => { begun = ""; }, CHORD_MS);
  }
}

document.addEventListener("keydown", hear);
if (/^(Mac|iP)/.test(navigator.platform)) document.querySelector("#palette-button kbd")?.replaceChildren("⌘ K");
document.getElementById("palette-button")?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  run("palette");
});
// A button that prints the page.
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
