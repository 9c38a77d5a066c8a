// The page that the service worker answers with when there is no network: today's registers, as the phone kept them.
import * as store from "./store.js";
import { changed, onChange, show, sync } from "./sync.js";

const main = document.getElementById("content");
const bar = document.getElementById("unsent");
const kind = Object.keys(store.KINDS).find((each) => location.pathname.startsWith(store.KINDS[each].page));
const id = kind && location.pathname.slice(store.KINDS[kind].page.length).match(/^([0-9a-f-]{36})\//)?.[1];

const copy = (name) => document.getElementById(name).content.cloneNode(true);
const fill = (root, texts) => { for (const [name, text] of Object.entries(texts)) root.querySelector(name).textContent = text; };

// What a page tried to save as the network went; the service worker has it.
async function fetchForm() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return undefined;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((done) => { port1.onmessage = ({ data }) => done(data); setTimeout(done, 2000); });
  worker.postMessage({ form: location.pathname }, [port2]);
  return answer;
}

// Saves a form on the phone: the marks that differ from those it was opened with.
async function keep(entries) {
  const form = new Map(entries);
  const at = new Date().toISOString();
  const marks = [];
  for (const [name, value] of entries) {
    if (!name.startsWith("mark-")) continue;
    const line = name.slice(5);
    const [version, symbol, minutesWere] = (form.get(`was-${line}`) ?? "0  ").split(" ");
    const code = value || (form.get("rest") && !symbol ? form.get("present") : "");
    const minutes = form.get(`minutes-${line}`) ?? "";
    if (!code || (code === symbol && minutes === minutesWere)) continue;
    marks.push({ kind, register: id, line, code, minutes: /^\d+$/.test(minutes) ? Number(minutes) : null, version: Number(version), at });
  }
  await store.addMarks(form.get("who"), marks);
  changed("saved");
  return marks;
}

async function showList(day) {
  const saved = new Set([...(await store.readUnsent(day.who)).values()].map((mark) => mark.register));
  const page = copy("off-list");
  fill(page, { ".off-day": day.title });
  page.querySelector(".list").append(...day.registers.map((register) => {
    const row = copy("off-row");
    row.querySelector("a").href = `${store.KINDS[register.kind].page}${register.id}/`;
    const tag = row.querySelector(".tag");
    const waits = saved.has(register.id);
    fill(row, { time: register.at, ".off-name": register.name, ".off-what": register.what, ".tag": waits ? tag.dataset.saved : register.state_word });
    tag.classList.add(`tag-${waits ? "late" : register.state}`);
    return row;
  }));
  if (!day.registers.length) page.append(copy("off-none"));
  main.append(page);
}

function lineOf(item, n, labels) {
  const row = copy("off-line");
  const of = (name) => row.querySelector(name);
  const [tone, label] = labels.get(item.code) ?? ["", ""];
  of(".line").id = `s-${item.line}`;
  fill(row, { ".nr": n + 1, ".who > span": item.name, ".mark": item.code || "·" });
  of(".mark").dataset.tone = tone;
  of(".mark").setAttribute("aria-label", `${item.name}: ${label || of(".mark").dataset.label}`);
  for (const name of [".more", ".minutes"]) of(name).setAttribute("aria-label", `${of(name).dataset.label}: ${item.name}`);
  for (const [name, value] of [["minutes", item.minutes ?? ""], ["was", `${item.version} ${item.was} ${item.minutes ?? ""}`], ["mark", item.code]]) {
    const input = of(`[data-name="${name}"]`);
    input.name = `${name}-${item.line}`;
    input.value = value;
  }
  return row;
}

async function showRegister(day, register) {
  const unsent = await store.readUnsent(day.who);
  const lines = register.lines.map((item) => {
    const mark = unsent.get(register.id + item.line);
    return mark ? { ...item, ...mark, was: mark.code } : item;
  });
  const labels = new Map(register.codes.map(([symbol, tone, label]) => [symbol, [tone, label]]));
  const page = copy("off-register");
  const of = (name) => page.querySelector(name);
  fill(page, { ".off-day": day.title, ".off-what": register.what, h1: register.name });
  of("#lines").append(...lines.map((item, n) => lineOf(item, n, labels)));
  of("#codes").append(...register.codes.map(([symbol, tone, label]) => {
    const option = new Option(`${symbol} · ${label}`, symbol);
    option.dataset.tone = tone;
    return option;
  }));
  of("#code-menu-of").after(...register.codes.map(([symbol, tone, label]) => {
    const button = copy("off-code");
    button.querySelector("button").value = symbol;
    const glyph = button.querySelector("i");
    glyph.classList.add(`g-${tone}`);
    glyph.textContent = symbol;
    glyph.after(` ${label}`);
    return button;
  }));
  const form = of("form");
  Object.assign(form.dataset, { register: register.id, cycle: register.cycle.join(" ") });
  form.elements.who.value = day.who;
  form.elements.present.value = register.cycle.at(-1) ?? "";
  if (!register.editable) of(".savebar").remove();
  const rest = of("#all-present");
  const unmarked = lines.some((item) => !item.code);
  if (rest && !unmarked) rest.remove();
  else if (rest) of("#save").classList.replace("big", "quiet");
  main.append(page);
  await import("../register.js");
  form.addEventListener("submit", (event) => { event.preventDefault(); save(form, event.submitter); });
  const status = document.getElementById("off-status");
  const told = async () => {
    const waits = [...(await store.readUnsent(day.who)).values()].some((mark) => mark.register === register.id);
    if (waits) status.textContent = status.dataset.saved;
    else if (status.textContent) { status.textContent = status.dataset.sent; await renew(form, register.id); }
    status.hidden = !status.textContent;
  };
  onChange((what) => { if (what !== "gone") told(); });
  await told();
}

async function save(form, submitter) {
  const marks = await keep([...new FormData(form, submitter)]);
  for (const { line, code, minutes, version } of marks) {
    const row = document.getElementById(`s-${line}`);
    row.classList.remove("changed");
    row.querySelector(".code").value = code;
    row.querySelector('[data-name="was"]').value = `${version} ${code} ${minutes ?? ""}`;
    row.querySelector(".code").dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.getElementById("all-present")?.remove();
  document.getElementById("save").classList.replace("quiet", "big");
  await sync();
}

// The marks have arrived: from here on a change is one to what the server has now.
async function renew(form, registerId) {
  const register = (await store.getDay())?.registers.find((each) => each.id === registerId);
  for (const item of register?.lines ?? []) {
    const was = form.elements[`was-${item.line}`];
    const typed = form.elements[`minutes-${item.line}`];
    const [, code, minutes] = was.value.split(" ");
    if (code !== item.code || (minutes && minutes !== `${item.minutes ?? ""}`)) continue;
    was.value = `${item.version} ${code} ${item.minutes ?? ""}`;
    if (typed.value === minutes) typed.value = item.minutes ?? ""; // how late follows from when it was given
  }
  back();
}

// The network is there again: the page says so, and how to go on.
function back() {
  document.querySelector(".off-bar").hidden = true;
  document.getElementById("off-again").hidden = false;
}

async function start() {
  const form = await fetchForm();
  if (/^\/(on-site|evacuation)\//.test(location.pathname)) {
    const { showRoll } = await import("./roll.js");
    return showRoll(main, copy, form ?? []);
  }
  const day = await store.getDay();
  if (form && id) await keep(form);
  if (day) { document.documentElement.dataset.theme = day.theme; bar.dataset.who = day.who; }
  const register = day?.registers.find((each) => each.id === id);
  if (register) await showRegister(day, register);
  else if (day) await showList(day);
  else main.append(copy("off-none"));
  await show();
  onChange((what) => {
    if (what === "gone") location.reload();
    else if (what === "sent" && !register) { sessionStorage.setItem("sent", "1"); location.reload(); }
  });
  addEventListener("online", () => { if (register) back(); else sync().then(() => location.reload()); });
}

document.addEventListener("click", (event) => { if (event.target.closest("[data-again]")) location.reload(); });
start();
