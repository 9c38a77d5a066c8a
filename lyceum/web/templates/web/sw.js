// Keeps the site's own files and one page for when there is no network. Nothing personal is ever put here.
"use strict";
const CACHE = "lyceum-{{ version }}";
const FILES = {{ files|safe }};
const FONTS = {{ fonts|safe }};
const PAGE = "{{ page }}";
const ICON = "{{ icon }}";
const REGISTER = /^\/(registers|behaviour\/slots)\/[0-9a-f-]{36}\/$/;
const ROLL = /^\/(on-site|evacuation)\//;
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;
const forms = new Map(); // what a register tried to save as the network went: the page that follows asks for it

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { credentials: "omit", cache: HASHED.test(path) ? "default" : "no-cache" })));
  await Promise.allSettled(FONTS.map((path) => cache.add(path)));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate" && (request.method === "GET" || REGISTER.test(url.pathname) || ROLL.test(url.pathname))) event.respondWith(navigate(request, url));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(file(request, url));
});

async function navigate(request, url) {
  const copy = request.method === "POST" ? request.clone() : undefined;
  const ours = REGISTER.test(url.pathname) || ["/", "/today/", "/behaviour/detentions/"].includes(url.pathname) || ROLL.test(url.pathname);
  try {
    if (!ours) return await fetch(request);
    // A network that is there and answers nothing is none; nor is a server that cannot answer.
    const late = new Promise((_, reject) => setTimeout(reject, copy ? 30000 : 12000));
    const answer = await Promise.race([fetch(request), late]);
    if ([502, 503, 504].includes(answer.status)) throw new Error("gone");
    return answer;
  } catch {
    const page = await caches.match(PAGE, { cacheName: CACHE });
    if (!page) return Response.error();
    if (copy) forms.set(url.pathname, [...(await copy.formData())].filter(([, value]) => typeof value === "string"));
    return page;
  }
}

async function file(request, url) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && HASHED.test(url.pathname)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && !url.search) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}

// What somebody is told while Lyceum is not open. Who sent it decided what may stand on a screen that anybody sees.
self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  const shown = { body: said.body, tag: said.tag, lang: said.lang, dir: said.dir ?? "auto", icon: ICON, data: said.url };
  event.waitUntil(self.registration.showNotification(said.title || "Lyceum", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data || "/", location.origin);
  event.waitUntil(openPage(url.origin === location.origin ? url.href : "/notifications/"));
});

async function openPage(url) {
  const [shown] = await self.clients.matchAll({ type: "window" });
  await shown?.focus();
  return shown?.navigate(url).catch(() => self.clients.openWindow(url)) ?? self.clients.openWindow(url);
}

self.addEventListener("message", ({ data, ports: [port] }) => {
  port?.postMessage(forms.get(data.form));
  forms.delete(data.form);
});
