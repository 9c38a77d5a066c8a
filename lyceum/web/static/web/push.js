// Asks for notifications on this device, and says whether it has them. The list of devices works without it.
const box = document.getElementById("push-here");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const registration = () => navigator.serviceWorker.register(`/sw.js?lang=${document.documentElement.lang}`).then(() => navigator.serviceWorker.ready);

const asBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function say(words) {
  box.querySelector("[role=status]").textContent = words ?? "";
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return say(box.dataset.refused);
  const { pushManager } = await registration();
  const old = await pushManager.getSubscription();
  if (old) await old.unsubscribe(); // it may be of another key, or of somebody who signed out
  const found = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: asBytes(box.dataset.key) });
  const { endpoint, keys } = found.toJSON();
  const answer = await fetch("/api/v1/notifications/devices/", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": box.querySelector("[name=csrfmiddlewaretoken]").value, "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }),
  });
  if (answer.ok) return location.reload();
  await found.unsubscribe();
  say((await answer.json()).detail);
}

async function show() {
  const known = await navigator.serviceWorker.getRegistration("/");
  const found = Notification.permission === "granted" && (await known?.pushManager.getSubscription());
  const hash = found && (await crypto.subtle.digest("SHA-256", new TextEncoder().encode(found.endpoint)));
  const hex = hash && [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const here = hex && document.querySelector(`[data-device="${hex}"]`);
  if (here) here.hidden = false;
  else box.querySelector("button").hidden = false;
}

if (box && able) {
  box.querySelector("button").addEventListener("click", () => turnOn().catch(() => say(box.dataset.failed)));
  show().catch(() => {});
} else if (box) say(box.dataset.unable);
