/** Keeps the page's own files, so that it opens offline. The library itself is kept by the package. */
importScripts('offline-files.js');

const { version, files } = self.OFFLINE;
const CACHE = `app ${version}`;

addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    // All of one version or none of it.
    await cache.addAll(['./', ...files].map((file) => new Request(file, { cache: 'reload' })));
    await skipWaiting();
  };
  event.waitUntil(fill());
});

addEventListener('activate', (event) => {
  const renew = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('app ') && name !== CACHE) await caches.delete(name);
    }
    await clients.claim();
  };
  event.waitUntil(renew());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
