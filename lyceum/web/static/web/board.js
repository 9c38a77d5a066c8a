// The board: a lesson is dragged with mouse or finger, or Enter on it opens its places. Where it may go the server says, in
// words; what was done comes back as the page itself, so that each way gives the same result and the same words.
const HOLD_MS = 300;
const STARTS_PX = 6;
const EDGE_PX = 48;
const dialog = document.getElementById("places");
let held; // {lesson, link, x, y, id, touch, timer, ghost, slots, over}

const board = () => document.getElementById("board");
const PLACE = "#board tbody td:not(.closed)";
const lessonOf = (link) => new URL(link.href).searchParams.get("lesson");
const cells = () => document.querySelectorAll(PLACE);

// Which place a cell is: it says so itself or, where everybody is shown, the head of its column does.
function at(cell) {
  if (cell.dataset.at) return cell.dataset;
  return board().querySelector("thead tr:last-child").cells[cell.cellIndex - 1].dataset;
}

function say(words, state = "") {
  const said = document.getElementById("said");
  said.className = ["said", state && `is-${state}`, held?.ghost && "floats"].filter(Boolean).join(" ");
  said.textContent = words;
}

// ── Where it may go ──

async function ask(lesson) {
  const answer = await fetch(`${board().dataset.moves}?lesson=${lesson}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return new Map();
  const { slots } = await answer.json();
  return new Map(slots.map((slot) => [`${slot.day}-${slot.period}`, slot]));
}

function colour(slots) {
  for (const cell of cells()) {
    const slot = slots.get(at(cell).at);
    if (slot) cell.dataset.state = slot.state;
  }
}

function wordsAt(cell, slot) {
  const { name } = at(cell);
  if (!slot) return name;
  const { free, cost, clash } = board().dataset;
  const total = slot.words.length > 1 ? `${cost} ${slot.cost}` : "";
  const said = { free, cost: total, clash }[slot.state];
  const words = slot.words.join("; ");
  return `${name}: ${[said, words].filter(Boolean).join(slot.state === "clash" ? ": " : ". ")}`;
}

// ── What is done, whichever way ──

async function send(form, values, lesson) {
  const body = new URLSearchParams(values);
  const where = form.getAttribute("action") ?? location.href.split("#")[0];
  const answer = await fetch(where, { method: "POST", body, headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("board");
  if (!fresh) return location.reload();
  const scroll = board().querySelector(".board-scroll");
  const [left, top] = [scroll.scrollLeft, scroll.scrollTop];
  board().replaceWith(fresh);
  Object.assign(fresh.querySelector(".board-scroll"), { scrollLeft: left, scrollTop: top });
  const wrong = fresh.querySelector("#problem");
  const words = wrong?.querySelector("ul, p")?.textContent ?? page.querySelector(".toast p")?.textContent ?? "";
  say(words.trim(), wrong ? "clash" : "");
  if (wrong) wrong.focus();
  else fresh.querySelector(`.lesson[href*="${lesson}"]`)?.focus();
}

function drop(at) {
  const form = document.getElementById("drag");
  const values = [...new FormData(form), ["lesson", held.lesson], ["revision", board().dataset.revision]];
  values.push(...(at ? [["act", "move"], ["to", at]] : [["act", "off"]]));
  return send(form, values, held.lesson);
}

// ── By pointer: at once with a mouse, after holding with a finger, so that a finger can still scroll ──

function begin() {
  const { link, x, y } = held;
  held.ghost = link.cloneNode(true);
  held.ghost.removeAttribute("href");
  held.ghost.classList.add("lesson-ghost");
  document.body.append(held.ghost);
  link.classList.add("dragged");
  // What is said may need more lines: the board must not move under the finger.
  const line = document.getElementById("said").parentElement;
  line.style.blockSize = `${line.offsetHeight}px`;
  follow(x, y);
  say(`${board().dataset.chosen} ${link.querySelector("b").textContent}`);
  held.slots.then((slots) => { if (held?.ghost) { held.known = slots; colour(slots); } });
}

function follow(x, y) {
  held.ghost.style.translate = `${x + 8}px ${y + 8}px`;
  const place = document.elementFromPoint(x, y)?.closest(`${PLACE}, [data-tray]`);
  if (place !== held.over) {
    held.over?.classList.remove("over");
    place?.classList.add("over");
    held.over = place;
    if (place?.matches(PLACE)) {
      const slot = held.known?.get(at(place).at);
      say(wordsAt(place, slot), slot?.state);
    }
  }
  const scroll = board().querySelector(".board-scroll");
  const box = scroll.getBoundingClientRect();
  if (x > box.right - EDGE_PX) scroll.scrollLeft += 12;
  else if (x < box.left + EDGE_PX) scroll.scrollLeft -= 12;
  if (y > box.bottom - EDGE_PX) scroll.scrollTop += 12;
  else if (y < box.top + EDGE_PX) scroll.scrollTop -= 12;
}

function end() {
  if (!held) return;
  clearTimeout(held.timer);
  held.ghost?.remove();
  held.over?.classList.remove("over");
  held.link.classList.remove("dragged");
  const said = document.getElementById("said");
  said.classList.remove("floats");
  said.parentElement.style.blockSize = "";
  for (const cell of cells()) delete cell.dataset.state;
  held = undefined;
}

document.addEventListener("pointerdown", (event) => {
  const link = event.target.closest?.("#board .lesson");
  if (!link || event.button !== 0 || !event.isPrimary) return;
  const { clientX: x, clientY: y, pointerId: id } = event;
  const lesson = lessonOf(link);
  held = { lesson, link, x, y, id, touch: event.pointerType === "touch", slots: ask(lesson) };
  if (held.touch) held.timer = setTimeout(begin, HOLD_MS);
});
document.addEventListener("pointermove", (event) => {
  if (!held || event.pointerId !== held.id) return;
  const { clientX: x, clientY: y } = event;
  if (held.ghost) return follow(x, y);
  if (Math.hypot(x - held.x, y - held.y) < STARTS_PX) return;
  if (held.touch) return end(); // it scrolls
  begin();
  follow(x, y);
});
document.addEventListener("pointerup", async (event) => {
  if (!held || event.pointerId !== held.id) return;
  if (!held.ghost) return end();
  dragged = true; // the click that comes now is none
  setTimeout(() => { dragged = false; }, 0);
  const place = held.over;
  if (place) {
    const doing = drop(place.matches(PLACE) ? at(place).at : "");
    end();
    await doing;
  } else end();
});
document.addEventListener("pointercancel", end);
document.addEventListener("touchmove", (event) => { if (held?.ghost) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (held?.touch) event.preventDefault(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && held?.ghost) end(); });
document.addEventListener("dragstart", (event) => { if (event.target.closest?.("#board .lesson")) event.preventDefault(); });
let dragged = false;

// ── By keyboard, or a tap: the places of a lesson as a list ──

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#board .lesson, #places .way");
  if (!link) return;
  event.preventDefault();
  if (dragged || event.ctrlKey || event.metaKey) return;
  const address = new URL(link.href);
  address.searchParams.set("part", "chosen");
  address.hash = "";
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.assign(link.href);
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  dialog.replaceChildren(...part.body.childNodes);
  dialog.dataset.lesson = lessonOf(link);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("#chosen").focus();
});
dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("#places, #undo-form")) return;
  event.preventDefault();
  const lesson = dialog.dataset.lesson;
  dialog.close();
  send(form, [...new FormData(form, event.submitter)], lesson);
});
