// Choosing rows: how many are chosen, and all of them at once.
const boxes = [...document.querySelectorAll('input[name="row"]')];
const all = document.getElementById("pick-all");
const picked = document.getElementById("picked");

function count() {
  if (!all) return; // an empty list
  const n = boxes.filter((box) => box.checked).length;
  picked.textContent = n;
  all.checked = n === boxes.length;
  all.indeterminate = n > 0 && n < boxes.length;
}

all?.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
for (const box of boxes) box.addEventListener("change", count);
if (picked) count();
