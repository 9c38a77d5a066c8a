// The board of detentions: a student who is dragged onto another slot of the same kind is moved there.
// The same by keyboard: open the student, choose a slot under Move.
const form = document.getElementById("move");
let dragged = null;

function onto(event) {
  const slot = dragged && event.target.closest?.("[data-slot]");
  return slot && slot.dataset.kind === dragged.dataset.kind && !slot.contains(dragged) ? slot : null;
}

function mark(slot) {
  for (const each of document.querySelectorAll("[data-slot]")) each.classList.toggle("over", each === slot);
}

for (const row of form ? document.querySelectorAll("[data-move]") : []) row.draggable = true;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.textContent.trim());
});
document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});
document.addEventListener("dragover", (event) => {
  const slot = onto(event);
  mark(slot);
  if (slot) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const slot = onto(event);
  if (!slot) return;
  event.preventDefault();
  form.action = `/behaviour/detentions/${dragged.dataset.move}/`;
  form.elements.slot.value = slot.dataset.slot;
  form.requestSubmit();
});
