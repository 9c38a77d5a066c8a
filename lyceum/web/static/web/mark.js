// The marking desk: what is typed is kept within two seconds, n is the next to mark, p the one before, without loading a page.
const WAIT = 1200;
const keys = JSON.parse(document.getElementById("keys")?.textContent ?? "{}");
let timer = 0;
let keeping = Promise.resolve();

const form = () => document.querySelector("#mark[data-autosave]");
const say = (words, where = document) => {
  const line = where.querySelector("#kept");
  if (line) line.textContent = words;
};

async function keep(target) {
  const body = new FormData(target);
  body.delete("idempotency_key");
  body.set("act", "note");
  try {
    const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = await answer.json();
    if (answer.ok) target.elements.version.value = found.version;
    const theirs = found.theirs ? ` ${target.dataset.theirs} ${found.theirs.grade ?? "–"} ${found.theirs.feedback}` : "";
    say(found.said + theirs, target);
  } catch {
    say(target.dataset.failed, target);
    timer = setTimeout(() => flush(), 5000);
  }
}

function flush() {
  clearTimeout(timer);
  timer = 0;
  const target = form();
  if (target) keeping = keeping.then(() => keep(target));
  return keeping;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("#mark[data-autosave]") || event.target.name === "resubmit_by") return;
  clearTimeout(timer);
  timer = setTimeout(flush, WAIT);
});

document.addEventListener("submit", () => clearTimeout(timer), true);

async function show(address, remember = true) {
  if (timer) await flush();
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const desk = page.getElementById("desk");
  if (!answer.ok || !desk) return location.assign(address);
  document.getElementById("desk").replaceWith(desk);
  document.title = page.title;
  if (remember) history.pushState({}, "", answer.url);
  (desk.querySelector("[name=grade], [name=rubric_points], [name=feedback]") ?? desk.querySelector("a"))?.focus();
  scrollTo(0, 0);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#desk [data-next], #desk [data-previous]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href);
});
addEventListener("popstate", () => show(location.href, false));

if ("?" in keys) document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const link = { n: "[data-next]", p: "[data-previous]" }[event.key];
  const found = link && document.querySelector(`#desk ${link}`);
  if (!found) return;
  event.preventDefault();
  show(found.href);
});
