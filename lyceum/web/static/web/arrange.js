// Forms side by side: a student who is dragged into another column is moved there, with all who are ticked.
const form = document.getElementById("arrange");
let dragged = null;

function into(event) {
  return dragged && event.target.closest?.(".form-column");
}

form?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".chip");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged?.textContent.trim() ?? "");
});
form?.addEventListener("dragend", () => {
  dragged = null;
  for (const column of form.querySelectorAll(".form-column")) column.classList.remove("over");
});
form?.addEventListener("dragover", (event) => {
  const column = into(event);
  for (const each of form.querySelectorAll(".form-column")) each.classList.toggle("over", each === column);
  if (column) event.preventDefault();
});
form?.addEventListener("drop", (event) => {
  const column = into(event);
  if (!column || column.contains(dragged)) return;
  event.preventDefault();
  dragged.querySelector("input").checked = true;
  form.elements.to.value = column.dataset.form;
  form.requestSubmit();
});
