// What every page of a signed-in person has: its keys; messages and the phone's store are modules of their own.
if (document.querySelector("#toasts > *")) import("./toasts.js");
import("./offline/sync.js"); // not waited for: the page's own script comes first
// The bell hears of what is new once the page has nothing else to do.
if (document.querySelector(".bell")) addEventListener("load", () => setTimeout(() => import("./live.js"), 1000));

// The keys of every page. Which keys there are, and what they do, the server says; fields keep theirs.
const table = JSON.parse(document.getElementById("keys")?.textContent ?? "{}");
const CHORD_MS = 1500;
const OWN_KEYS = "input, textarea, select, [contenteditable], .mark, dialog";
let begun = "";
let forget;

// The field takes what is typed at once; how it looks and what it finds may come a moment later.
function openPalette() {
  const palette = document.getElementById("palette");
  if (palette.open) return palette.close();
  palette.showModal();
  palette.querySelector("input").select();
  import("./palette.js").then(({ begin }) => begin(run)); // handed over: modules in a circle have no hash
}

const acts = {
  palette: openPalette,
  help: () => import("./help.js").then((help) => help.show()),
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
