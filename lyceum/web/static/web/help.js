// The keys of this page, in a dialog.
import { closes, part } from "./dialogs.js";

const dialog = document.getElementById("keys-help");
closes(dialog);

export async function show() {
  const body = await part(`/keys/?part=dialog&at=${encodeURIComponent(location.pathname)}`);
  if (!body) return;
  dialog.querySelector(".keys-body").replaceChildren(...body.childNodes);
  dialog.showModal();
}
