// The marks grid: arrows and Enter walk, what is typed is saved within two seconds, a block from a spreadsheet is pasted.
const form = document.getElementById("grid");
const kept = document.getElementById("kept");
const refused = document.getElementById("refused");
const save = document.getElementById("save");
const cells = form ? [...form.querySelectorAll("input.cell")] : [];
const rows = form ? [...form.querySelectorAll("tbody tr")] : [];
const dirty = new Set();
const words = form?.dataset ?? {};
const WAIT = 900;
const AGAIN = 5000;
let timer = 0;
let sending = false;

if (save) save.hidden = true;

const keyOf = (cell) => [cell.dataset.column, cell.closest("tr").dataset.student];
const cellOf = (column, student) => document.getElementById(`c-${column}-${student}`);
// Every place of a line, typed or not: a pasted block keeps its columns.
const placesOf = (row) => [...row.querySelectorAll("td[data-state]")];

for (const cell of cells) cell.dataset.was = cell.value;

function say(text = "") {
  const left = dirty.size + cells.filter((cell) => cell.getAttribute("aria-invalid")).length;
  if (kept) kept.textContent = [text, left && !sending ? `${words.unsaved} ${left}` : ""].filter(Boolean).join(" · ");
  // It is saved as it is typed; the button is there for what could not be.
  if (save) save.hidden = !dirty.size;
}

function touch(cell) {
  dirty.add(cell);
  cell.closest("td").classList.remove("wrong", "kept");
  cell.removeAttribute("aria-invalid");
  document.getElementById(`r-${cell.id}`)?.remove();
  if (refused && !refused.children.length) refused.hidden = true;
  clearTimeout(timer);
  timer = setTimeout(send, WAIT);
}

function why(cell, answer) {
  const line = document.createElement("li");
  line.id = `r-${cell.id}`;
  line.className = "row";
  const link = document.createElement("a");
  link.href = `#${cell.id}`;
  link.className = "grow";
  link.textContent = `${cell.getAttribute("aria-label")}: ${answer.said}`;
  line.append(link);
  if (answer.code === "cell_changed") {
    link.textContent += ` ${words.theirs} ${answer.theirs || "–"} ${answer.who}`;
    for (const [label, act] of [[words.take, () => take(cell, answer)], [words.keep, () => touch(cell)]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button quiet";
      button.textContent = label;
      button.addEventListener("click", () => { line.remove(); refused.hidden = !refused.children.length; act(); });
      line.append(button);
    }
  }
  document.getElementById(line.id)?.remove();
  refused.append(line);
  refused.hidden = false;
}

function take(cell, answer) {
  cell.value = cell.dataset.was = answer.shown;
  cell.closest("td").classList.remove("wrong");
  cell.removeAttribute("aria-invalid");
  say(words.saved);
}

function apply(found) {
  for (const answer of found.cells) {
    const cell = cellOf(answer.column, answer.student);
    if (!cell) continue;
    cell.dataset.version = answer.version;
    cell.name = `c.${answer.column}.${answer.student}.${answer.version}`;
    const bad = answer.outcome === "refused";
    if (dirty.has(cell)) continue; // typed anew meanwhile
    cell.closest("td").classList.toggle("wrong", bad);
    if (bad) { cell.setAttribute("aria-invalid", "true"); why(cell, answer); continue; }
    cell.closest("td").classList.add("kept");
    if (document.activeElement !== cell || answer.outcome === "saved") cell.value = answer.shown;
    cell.dataset.was = answer.shown;
  }
  for (const { student, current, final } of found.totals) {
    const row = form.querySelector(`tr[data-student="${student}"]`);
    row.querySelector("[data-total=current]").textContent = current;
    row.querySelector("[data-total=final]").textContent = final;
  }
  for (const { column, mean, median } of found.spreads) {
    form.querySelector(`[data-mean="${column}"]`).textContent = mean;
    form.querySelector(`[data-median="${column}"]`).textContent = median;
  }
  form.querySelector("[data-whole]").textContent = found.whole;
}

async function send() {
  clearTimeout(timer);
  timer = 0;
  if (sending || !dirty.size) return;
  const now = [...dirty].slice(0, 500);
  for (const cell of now) dirty.delete(cell);
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("act", "cells");
  if (form.elements.reason) body.set("reason", form.elements.reason.value);
  body.set("cells", JSON.stringify(now.map((cell) => {
    const [column, student] = keyOf(cell);
    // Emptied by hand is cleared; a blank that was pasted changes nothing and is never sent.
    const value = cell.value.trim() || (cell.dataset.was ? "-" : "");
    return { column, student, value, version: Number(cell.dataset.version) };
  })));
  sending = true;
  say(words.saving);
  try {
    const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = await answer.json();
    sending = false;
    if (!answer.ok) {
      for (const cell of now) dirty.add(cell);
      return say(found.said ?? words.failed);
    }
    apply(found);
    say(words.saved);
  } catch {
    sending = false;
    for (const cell of now) dirty.add(cell);
    say(words.failed);
    timer = setTimeout(send, AGAIN);
    return;
  }
  if (dirty.size) timer = setTimeout(send, 0);
}

form?.addEventListener("input", (event) => { if (event.target.matches(".cell")) touch(event.target); });
form?.addEventListener("change", (event) => { if (event.target.name === "reason" && dirty.size) send(); });
form?.addEventListener("submit", (event) => { event.preventDefault(); send(); });
form?.addEventListener("focusin", (event) => { if (event.target.matches(".cell")) event.target.select(); });

function walk(cell, down, along) {
  const row = cell.closest("tr");
  const place = placesOf(row).indexOf(cell.closest("td"));
  let line = rows.indexOf(row), at = place;
  for (;;) {
    line += down;
    at += along;
    const next = rows[line] && placesOf(rows[line])[at];
    if (!next) return false;
    const target = next.querySelector("input.cell");
    if (target) { target.focus(); return true; }
  }
}

form?.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (!cell.matches(".cell") || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const ahead = getComputedStyle(form).direction === "rtl" ? -1 : 1;
  const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const step = {
    Enter: [event.shiftKey ? -1 : 1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0],
    ArrowRight: whole || cell.selectionStart === cell.value.length ? [0, ahead] : null,
    ArrowLeft: whole || cell.selectionEnd === 0 ? [0, -ahead] : null,
  }[event.key];
  if (event.key === "Escape") { cell.value = cell.dataset.was; dirty.delete(cell); cell.select(); return; }
  if (!step) return;
  event.preventDefault();
  if (event.shiftKey && event.key !== "Enter") return;
  walk(cell, ...step);
});

form?.addEventListener("paste", (event) => {
  if (!event.target.matches(".cell")) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  const first = rows.indexOf(event.target.closest("tr"));
  const column = placesOf(rows[first]).indexOf(event.target.closest("td"));
  let outside = 0;
  text.split("\n").forEach((line, down) => line.split("\t").forEach((value, along) => {
    if (!value.trim()) return;
    const cell = rows[first + down] && placesOf(rows[first + down])[column + along]?.querySelector("input.cell");
    if (!cell) { outside += 1; return; }
    cell.value = value.trim().slice(0, 40);
    touch(cell);
  }));
  clearTimeout(timer);
  send();
  if (outside) say(`${outside} ${words.outside}`);
});

addEventListener("beforeunload", (event) => { if (dirty.size || sending) event.preventDefault(); });
