// Dialogs that are fetched and dressed when they are first needed.
const link = document.createElement("link");
link.rel = "stylesheet";
link.href = new URL("palette.css", import.meta.url);
for (const name of ["load", "error"]) link.addEventListener(name, () => document.documentElement.classList.add("palette-dressed"));
document.head.append(link);

// A click outside, or on the button, closes; what had the focus in it lets go.
export function closes(dialog) {
  dialog.addEventListener("close", () => { if (dialog.contains(document.activeElement)) document.activeElement.blur(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest(".palette-top button")) dialog.close(); });
}

// A part of a page, or nothing where there is none; whoever was signed out signs in again.
export async function part(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "text/html" } });
  if (answer.redirected) location.assign(answer.url);
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}
