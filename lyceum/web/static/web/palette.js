// The palette: type, walk with the arrows, Enter goes there.
import { closes, part } from "./dialogs.js";

const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const hits = dialog.querySelector(".palette-hits");
const said = dialog.querySelector("[role=status]");
const known = new Map();
const PAUSE_MS = 20;
let asking;
let waiting;
let shown;
let goWhenShown = false;
let run;

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

field.addEventListener("input", () => {
  goWhenShown = false;
  clearTimeout(asking);
  asking = setTimeout(ask, PAUSE_MS);
});

field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) walk(steps[event.key]);
  else if (event.key === "Enter") go();
  else return;
  event.preventDefault();
});

hits.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (option.dataset.opens || "posts" in option.dataset) event.preventDefault();
  dialog.close();
  if (option.dataset.opens) run(option.dataset.opens);
  if ("posts" in option.dataset) document.querySelector(`form[action="${option.getAttribute("href")}"]`).requestSubmit();
});

closes(dialog);
dialog.addEventListener("close", () => { clearTimeout(asking); goWhenShown = false; });

export function begin(does) {
  run = does;
  if (dialog.open) ask();
}
