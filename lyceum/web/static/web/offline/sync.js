// Keeps today's registers on the phone and sends the marks that were saved there: at opening, when the network
// comes back, and every minute. One tab at a time does it.
import * as store from "./store.js";

const bar = document.getElementById("unsent");
const able = "locks" in navigator && "indexedDB" in window && window.crypto?.subtle;
const FRESH = 3e5;
const listeners = new Set();
const others = able && new BroadcastChannel("lyceum-offline");
let leaving = false;
let sent = Boolean(sessionStorage.getItem("sent")); // said once more by the page that follows
let first = true;
let toDecide = 0;

// Tells who listens that something was saved, sent or forgotten, in any tab.
export function changed(what) {
  others.postMessage(what);
  tell(what);
}

function tell(what) {
  show().catch(() => {});
  for (const listener of listeners) listener(what);
}

export const onChange = (listener) => listeners.add(listener);

export async function show() {
  if (!bar) return;
  const words = bar.dataset;
  const { n, others: foreign, until } = await store.countUnsent(bar.dataset.who);
  const parts = [];
  if (n) {
    const warn = until - Date.now() < 6 * 864e5; // it has waited for a day
    const day = new Date(until).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long" });
    parts.push((warn ? words.warn : words.unsent).replace("{n}", n).replace("{day}", day));
  } else if (sent) parts.push(words.sent);
  if (foreign) parts.push(words.others.replace("{n}", foreign));
  if (!navigator.onLine && !n && !document.body.classList.contains("offline")) parts.push(words.offline);
  bar.firstElementChild.textContent = parts.join(" · ");
  const link = bar.querySelector("a");
  link.textContent = words.decide.replace("{n}", toDecide);
  link.hidden = !toDecide;
  bar.dataset.state = n ? "unsent" : sent ? "sent" : "";
  bar.hidden = !parts.length && !toDecide;
}

// Today's registers from the server. Whoever is sent to sign in is nobody: what was kept goes.
async function fetchDay() {
  const answer = await fetch("/registers/mine/", { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    await store.leave();
    changed("gone");
    return undefined;
  }
  if (!answer.ok) return undefined;
  const day = await answer.json();
  if (!leaving) await store.putDay(day);
  return day;
}

// Who is on site, for the office's device: at most a minute old while a page is open. Ticks made without network
// are sent as soon as an evacuation runs.
async function keepRoll() {
  if (!bar.dataset.onSite || !navigator.onLine || leaving) return;
  const kept = await store.getRoll();
  const found = await store.getFound();
  if (kept && kept.age < 5e4 && !found.size) return;
  const answer = await fetch("/on-site/kept/", { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return store.dropRoll();
  if (!answer.ok) return;
  const roll = await answer.json();
  if (!leaving) await store.putRoll(roll);
  if (found.size && roll.roll) await sendFound(roll, found);
}

async function sendFound(roll, found) {
  const path = `/api/v1/attendance/evacuations/${roll.roll}/`;
  const running = await fetch(path, { headers: { Accept: "application/json" } });
  if (!running.ok) return;
  const looked = (await running.json()).people.map((person) => person.id);
  const people = looked.filter((id) => found.has(id));
  const headers = { "Content-Type": "application/json", "X-CSRFToken": roll.csrf };
  for (let n = 0; n < people.length; n += 500) {
    const answer = await fetch(`${path}account/`, { method: "POST", headers: { ...headers, "Idempotency-Key": crypto.randomUUID() }, body: JSON.stringify({ people: people.slice(n, n + 500) }) });
    if (!answer.ok) return;
  }
  await store.putFound([]);
  changed("found");
}

async function send(day) {
  await store.makeBatches(day.who);
  let n = 0;
  for (const { key, kind, body } of await store.listBatches(day.who)) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key, "X-CSRFToken": day.csrf, "X-Device-Time": new Date().toISOString() };
    const answer = await fetch(store.KINDS[kind].door, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status === 401) return n;
    if (!answer.ok) continue; // it stays, with its key
    const { results } = await answer.json();
    await store.dropBatch(key, kind, results);
    toDecide += results.filter((row) => row.conflict).length;
    n += 1;
  }
  return n;
}

async function work() {
  await store.sweep();
  let day = await store.getDay();
  const who = bar.dataset.who;
  if (day && who && day.who !== who) day = await store.dropDay();
  if (!bar.dataset.takes || !navigator.onLine) return;
  const waiting = (await store.countUnsent(who)).n;
  const onRegister = document.getElementById("register");
  if (!waiting && day && day.age < (day.covers ? 5e4 : FRESH) && !(onRegister && first)) return;
  const fresh = await fetchDay();
  if (!fresh || !waiting) return;
  if (await send(fresh)) {
    sent = !(await store.countUnsent(who)).n;
    await fetchDay(); // with what was just sent
    changed("sent");
  }
}

export async function sync() {
  if (!able || !bar) return;
  try {
    await navigator.locks.request("lyceum-sync", work);
  } catch {
    // No network after all: the next minute tries again.
  }
  first = false;
  await show();
}

async function syncRoll() {
  try {
    await navigator.locks.request("lyceum-roll", keepRoll);
  } catch {
    // No network after all: the next minute tries again.
  }
}

// What somebody leaves behind goes before they do; the answer empties the whole store, unless marks wait in it.
async function signOut(event) {
  const form = event.target;
  if (leaving || form.getAttribute("action") !== "/sign-out/") return;
  event.preventDefault();
  leaving = true;
  try {
    await Promise.race([sync(), new Promise((done) => setTimeout(done, 3000))]);
    if (await store.leave()) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: "marks_wait", value: "1" });
      form.append(field);
    }
    changed("gone");
  } finally {
    form.submit();
  }
}

if (able && bar) {
  others.onmessage = ({ data }) => tell(data);
  sessionStorage.removeItem("sent");
  document.addEventListener("submit", signOut);
  addEventListener("online", sync);
  addEventListener("offline", () => show().catch(() => {}));
  setInterval(sync, 6e4);
  sync();
  if (bar.dataset.onSite) {
    setTimeout(syncRoll, 4000); // the page comes first
    setInterval(syncRoll, 6e4);
    addEventListener("online", syncRoll);
  }
  const install = () => navigator.serviceWorker?.register(`/sw.js?lang=${document.documentElement.lang}`).catch(() => {});
  (window.requestIdleCallback ?? setTimeout)(install); // it fetches a dozen files: the page comes first
} else if (able && location.pathname === "/sign-in/") {
  store.leave().then(() => changed("gone")).catch(() => {});
}
