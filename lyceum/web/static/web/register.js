// The register: tap a mark to change it, type a code, walk with the arrows, see others' marks appear.
import { listen } from "./live.js";

document.documentElement.classList.add("js");
const form = document.getElementById("register");
const lines = document.getElementById("lines");
const cycle = form.dataset.cycle.split(" ").filter(Boolean);
const touched = new Set();

const selectOf = (line) => line.querySelector("select");
const markOf = (line) => line.querySelector(".mark");

function show(line) {
  const select = selectOf(line);
  const option = select.selectedOptions[0];
  const mark = markOf(line);
  mark.textContent = select.value || "·";
  mark.dataset.tone = option?.dataset.tone ?? "";
  const name = line.querySelector(".who a").textContent;
  mark.setAttribute("aria-label", `${name}: ${select.value ? option.textContent : "–"}`);
}

function give(line, symbol) {
  const select = selectOf(line);
  if (![...select.options].some((option) => option.value === symbol)) return false;
  select.value = symbol;
  touched.add(line.id);
  line.classList.add("changed");
  show(line);
  tally();
  return true;
}

function next(line) {
  const at = cycle.indexOf(selectOf(line).value);
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
    if (!selectOf(line).value) without += 1;
    else counts.set(mark.dataset.tone, (counts.get(mark.dataset.tone) ?? 0) + 1);
  }
  const parts = [...counts].map(([tone, n]) => [n, tone]);
  const last = target.querySelector("span:last-child")?.lastChild?.textContent;
  if (without) parts.push([without, last?.trim() && !counts.has(last.trim()) ? last.trim() : "–"]);
  target.replaceChildren(...parts.map(([n, words]) => {
    const span = document.createElement("span");
    const bold = document.createElement("b");
    bold.textContent = n;
    span.append(bold, ` ${words}`);
    return span;
  }));
  const rest = document.querySelector("#all-present span");
  if (rest && counts.size) rest.textContent = rest.dataset.some;
}

lines.addEventListener("click", (event) => {
  const mark = event.target.closest(".mark");
  if (mark) next(mark.closest(".line"));
  const take = event.target.closest("[data-take]");
  if (take) { give(take.closest(".line"), take.dataset.take); take.closest(".choose").remove(); }
});

lines.addEventListener("change", (event) => {
  if (event.target.matches("select")) give(event.target.closest(".line"), event.target.value);
});

// A long press opens the menu of all codes.
let press;
lines.addEventListener("pointerdown", (event) => {
  const mark = event.target.closest(".mark");
  if (mark) press = setTimeout(() => { const select = selectOf(mark.closest(".line")); select.showPicker?.(); }, 500);
});
for (const name of ["pointerup", "pointercancel", "pointerleave"]) lines.addEventListener(name, () => clearTimeout(press));

lines.addEventListener("keydown", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark || event.ctrlKey || event.metaKey || event.altKey) return;
  const line = mark.closest(".line");
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    event.preventDefault();
    const other = line[step];
    if (other) markOf(other)?.focus();
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
    // What was changed here and not saved stays; the save then shows both values.
    if (!line || touched.has(line.id) || line.dataset.v === fresh.dataset.v) continue;
    fresh.classList.add("arrived");
    line.replaceWith(document.adoptNode(fresh));
  }
  tally();
}

listen(`register:${form.dataset.register}`, () => refresh());
form.addEventListener("submit", () => touched.clear());
