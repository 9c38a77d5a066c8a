// A toast: put in again so that it is read aloud, there for a while, longer for whoever points at it or is in it.
const region = document.getElementById("toasts");
const toast = region.querySelector(".toast");
const STAYS_MS = toast.querySelector("form") ? 12000 : 7000;
let leaving;

function leave() {
  const held = toast.contains(document.activeElement);
  clearTimeout(leaving);
  toast.remove();
  if (held) document.getElementById("content").focus();
}

const wait = () => { clearTimeout(leaving); leaving = setTimeout(() => (document.hidden ? wait() : leave()), STAYS_MS); };
const stay = () => clearTimeout(leaving);

for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stay);
for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
toast.querySelector(".toast-close").addEventListener("click", leave);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && toast.isConnected && !document.querySelector("dialog[open]")) leave();
});

toast.remove();
setTimeout(() => { region.append(toast); wait(); }, 100);
