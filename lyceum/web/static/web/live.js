// One socket for a page: topics in, events out. It comes back by itself, and then asks the page to fetch again.
const listeners = new Map();
let socket;
let wait = 500;

function open() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws/`, "lyceum.v1");
  socket.addEventListener("open", () => {
    for (const topic of listeners.keys()) send({ type: "sub", topic });
  });
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "ping") send({ type: "pong" });
    if (frame.type === "event" || frame.type === "reset") {
      wait = 500;
      for (const [topic, listener] of listeners) if (!frame.topic || frame.topic === topic) listener(frame);
    }
  });
  socket.addEventListener("close", ({ code }) => {
    if (code === 4401 || code === 4403) return;
    setTimeout(() => { open(); for (const listener of listeners.values()) listener({ type: "reset" }); }, wait);
    wait = Math.min(wait * 2, 30000);
  });
}

function send(frame) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

export function listen(topic, listener) {
  listeners.set(topic, listener);
  if (!socket) open();
  else send({ type: "sub", topic });
}

// A list that is fetched again when something on its topic happens.

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

// How many notifications are new, on a page that stays open.

const bell = document.querySelector(".bell");

async function count() {
  const answer = await fetch("/notifications/badge/");
  if (!answer.ok || answer.redirected) return;
  const unread = await answer.text();
  bell.querySelector(".badge").textContent = unread;
  bell.setAttribute("aria-label", unread ? `${bell.dataset.label}: ${unread}` : bell.dataset.label);
}

if (bell) listen(bell.dataset.topic, count);
