// A list that is fetched again when something on its topic happens.
import { listen } from "./live.js";

const list = document.getElementById("live-list");
let asked;

async function refresh() {
  asked = undefined;
  const answer = await fetch(list.dataset.part, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...fresh.body.childNodes);
}

if (list) listen(list.dataset.topic, () => { asked ??= setTimeout(refresh, 250); });
