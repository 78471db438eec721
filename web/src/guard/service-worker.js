/*
 * Keeps the guard page's shell on the phone: scripts, styles and the empty page, nothing else.
 * Nothing under /api is ever read from or written to the cache, so that a lost phone holds nothing
 * about anybody. The build puts the names of the shell's files in place of the two constants.
 */

const VERSION = '__VERSION__';
const SHELL = __SHELL__;
const PAGE = '/guard';
const CACHE = `clearway-shell-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([PAGE, ...SHELL]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (event.request.mode === 'navigate') {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  } else if (SHELL.includes(url.pathname)) {
    // Names carry a hash of their content: a copy is never out of date.
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
