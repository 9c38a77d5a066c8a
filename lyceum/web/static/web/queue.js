// The queue of decisions by keys: j and k go down and up, a approves, r writes a reason, o opens. Off where single keys are off.
const items = [...document.querySelectorAll("[data-waits]")];
const keys = JSON.parse(document.getElementById("keys")?.textContent ?? "{}");
let at = -1;

function go(step) {
  at = Math.max(0, Math.min(items.length - 1, at + step));
  items[at].focus();
  items[at].scrollIntoView({ block: "nearest" });
}

function current() {
  const focused = items.findIndex((item) => item.contains(document.activeElement));
  if (focused >= 0) at = focused;
  return items[at];
}

const acts = {
  j: () => go(1),
  k: () => go(-1),
  a: () => current()?.querySelector("[data-yes]")?.click(),
  r: () => current()?.querySelector("[data-no]")?.focus(),
  o: () => current()?.querySelector("[data-open]")?.click(),
};

if ("?" in keys) document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, dialog") || !items.length) return;
  if (event.key in acts) {
    event.preventDefault();
    acts[event.key]();
  }
});
