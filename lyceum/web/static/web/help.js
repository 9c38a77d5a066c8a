// The keys of this page, in a dialog.
const dialog = document.getElementById("keys-help");
let ready = false;

export async function show({ closes, part }) {
  if (!ready) closes(dialog);
  ready = true;
  const body = await part(`/keys/?part=dialog&at=${encodeURIComponent(location.pathname)}`);
  if (!body) return;
  dialog.querySelector(".keys-body").replaceChildren(...body.childNodes);
  dialog.showModal();
}
