// The register: tap a mark to change it, hold it for every code, type a letter, walk with the arrows, see others' marks appear.
import { listen } from "./live.js";

const form = document.getElementById("register");
const lines = document.getElementById("lines");
const cycle = form.dataset.cycle.split(" ").filter(Boolean);
const codes = new Map([...document.querySelectorAll("#codes option")].map((o) => [o.value, { tone: o.dataset.tone, label: o.textContent }]));
const touched = new Set();

const codeOf = (line) => line.querySelector(".code");
const markOf = (line) => line.querySelector(".mark");
const nameOf = (line) => line.querySelector(".who > :first-child").textContent;

function show(line) {
  const symbol = codeOf(line).value;
  const mark = markOf(line);
  mark.textContent = symbol || "·";
  mark.dataset.tone = codes.get(symbol)?.tone ?? "";
  mark.setAttribute("aria-label", `${nameOf(line)}: ${codes.get(symbol)?.label ?? "–"}`);
}

function give(line, symbol) {
  if (symbol && !codes.has(symbol)) return false;
  codeOf(line).value = symbol;
  touched.add(line.id);
  line.classList.add("changed");
  show(line);
  tally();
  return true;
}

function next(line) {
  const at = cycle.indexOf(codeOf(line).value);
  // The first tap on an unmarked line is an exception: the rest will be present.
  give(line, cycle[(at + 1) % cycle.length]);
}

function tally() {
  const target = document.getElementById("tally");
  if (!target) return;
  const counts = new Map();
  let without = 0;
  for (const line of lines.children) {
    const mark = markOf(line);
    if (!mark) continue;
    if (!codeOf(line).value) without += 1;
    else counts.set(mark.dataset.tone, (counts.get(mark.dataset.tone) ?? 0) + 1);
  }
  const words = JSON.parse(target.dataset.words);
  const parts = [...counts].map(([tone, n]) => [n, words[tone] ?? tone]);
  if (without) parts.push([without, words[""]]);
  target.replaceChildren(...parts.map(([n, word]) => {
    const span = document.createElement("span");
    const bold = document.createElement("b");
    bold.textContent = n;
    span.append(bold, ` ${word}`);
    return span;
  }));
  const rest = document.querySelector("#all-present span");
  if (rest && counts.size) rest.textContent = rest.dataset.some;
}

// All codes in one menu, for a long press, the menu key, or F2.
const menu = document.getElementById("code-menu");
let asking;

function ask(line) {
  asking = line;
  menu.querySelector("h2").textContent = nameOf(line);
  menu.showModal();
  (menu.querySelector(`[value="${CSS.escape(codeOf(line).value)}"]`) ?? menu.querySelector("button")).focus();
}

function choose(symbol) {
  give(asking, symbol);
  menu.close();
}

menu?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter.value === "cancel") menu.close();
  else choose(event.submitter.value);
});
menu?.addEventListener("close", () => {
  markOf(asking).focus();
  asking = undefined;
});
menu?.addEventListener("click", (event) => { if (event.target === menu) menu.close(); });
menu?.addEventListener("keydown", (event) => {
  const symbol = event.key.length === 1 ? event.key.toUpperCase() : "";
  if (codes.has(symbol)) choose(symbol);
});

let press;
let held = false;
lines.addEventListener("pointerdown", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark) return;
  held = false;
  press = setTimeout(() => { held = true; ask(mark.closest(".line")); }, 500);
});
for (const name of ["pointerup", "pointercancel", "pointerleave", "scroll"]) lines.addEventListener(name, () => clearTimeout(press));
lines.addEventListener("contextmenu", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark) return;
  event.preventDefault();
  clearTimeout(press);
  if (!menu.open) { held = true; ask(mark.closest(".line")); }
});

lines.addEventListener("click", (event) => {
  const mark = event.target.closest(".mark");
  if (mark && held) { held = false; return; }
  if (mark) next(mark.closest(".line"));
  const more = event.target.closest(".more");
  if (more) ask(more.closest(".line"));
  const take = event.target.closest("[data-take]");
  if (take) { give(take.closest(".line"), take.dataset.take); take.closest(".choose").remove(); }
});

lines.addEventListener("keydown", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark || event.ctrlKey || event.metaKey || event.altKey) return;
  held = false;
  const line = mark.closest(".line");
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    event.preventDefault();
    const other = line[step];
    if (other) markOf(other)?.focus();
  } else if (event.key === "F2") {
    event.preventDefault();
    ask(line);
  } else if (event.key.length === 1 && event.key !== " ") {
    // A letter gives its code; the slash is present, morning or afternoon.
    const given = event.key === "/" ? give(line, cycle.at(-1)) : give(line, event.key.toUpperCase());
    if (given) {
      event.preventDefault();
      const other = line.nextElementSibling;
      if (other) markOf(other)?.focus();
    }
  }
});

async function refresh() {
  const answer = await fetch("rows/", { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll(".line")) {
    const line = document.getElementById(fresh.id);
    // What was changed here and not saved, or is being chosen, stays; the save then shows both values.
    if (!line || line === asking || touched.has(line.id) || line.dataset.v === fresh.dataset.v) continue;
    fresh.classList.add("arrived");
    line.replaceWith(document.adoptNode(fresh));
  }
  document.getElementById("state").replaceWith(document.adoptNode(page.getElementById("state")));
  tally();
  if (!lines.querySelector("[name^=was-][value^='0']")) offerToSave();
}

// Where every line has a mark that is saved, there is no rest to save.
function offerToSave() {
  const [rest, save] = ["all-present", "save"].map((id) => document.getElementById(id));
  if (!rest) return;
  save.classList.replace("quiet", "big");
  if (rest === document.activeElement) save.focus();
  rest.remove();
}

// What changed a line from outside: the page without network, which has saved it.
lines.addEventListener("change", ({ target }) => { if (target.matches(".code")) { show(target.closest(".line")); tally(); } });
if (!("offline" in form.dataset)) listen(form.dataset.topic ?? `register:${form.dataset.register}`, () => refresh());
form.addEventListener("submit", () => touched.clear());
