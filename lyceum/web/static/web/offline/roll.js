// Who is on site, as the office's device kept it: ticked without network, sent once an evacuation runs.
import * as store from "./store.js";

export async function showRoll(main, copy, form) {
  const roll = await store.getRoll();
  if (!roll) {
    main.append(copy("off-none"));
    return;
  }
  const found = await store.getFound();
  // What a page tried to save as the network went.
  const act = new Map(form).get("act");
  for (const [name, value] of form) if (name === "person" && act === "found") found.add(value);
  await store.putFound(found);
  const page = copy("off-roll");
  page.querySelector(".off-at").textContent = roll.at;
  const list = page.querySelector(".off-groups");
  for (const group of roll.groups) list.append(section(group, found, copy));
  main.append(page);
  const lead = document.getElementById("off-missing");
  const size = roll.groups.reduce((n, group) => n + group.people.length, 0);
  const count = () => {
    const there = roll.groups.flatMap((group) => group.people).filter((person) => found.has(person.key)).length;
    lead.textContent = lead.dataset.words.replace("{found}", there).replace("{size}", size).replace("{missing}", size - there);
  };
  count();
  const keep = () => store.putFound(found);
  let kept = Promise.resolve();
  main.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-key]");
    if (!button) return;
    const { key } = button.dataset;
    if (!found.delete(key)) found.add(key);
    kept = kept.then(keep, keep);  // one after the other, so that the last is what stays
    await kept;  // before it shows: whoever leaves the page now has lost nothing
    tick(button, found.has(key));
    count();
  });
  addEventListener("online", () => { document.getElementById("off-again").hidden = false; });
}

function section(group, found, copy) {
  const part = copy("off-group");
  part.querySelector("h2").textContent = `${group.name} (${group.people.length})`;
  part.querySelector("ul").append(...group.people.map((person) => {
    const row = copy("off-person");
    row.querySelector(".off-name").textContent = person.name;
    row.querySelector(".off-place").textContent = person.place;
    const button = row.querySelector("button");
    button.dataset.key = person.key;
    tick(button, found.has(person.key));
    return row;
  }));
  return part;
}

function tick(button, isFound) {
  button.setAttribute("aria-pressed", String(isFound));
  button.querySelector(".box").textContent = isFound ? "✓" : "";
}
