// Gives the diary's page and its files from the phone where the site does not answer. It keeps nothing by itself: diary.js puts there what is needed.
"use strict";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const page = request.mode === "navigate", kept = page ? new URL("./", location).href : request.url;
  if (!page && !url.pathname.startsWith("/static/")) return;
  event.respondWith(
    fetch(request).catch(async () => (await (await caches.open("awna-diary")).match(kept, { ignoreVary: true })) ?? Response.error()),
  );
});
