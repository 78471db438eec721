/*
 * Keeps the guard page's shell on the phone: scripts, styles and the empty page, nothing else.
 * Nothing under /api is ever read from or written to the cache, so that a lost phone holds nothing
 * about anybody. The build puts the names of the shell's files in place of the two constants.
 */

const VERSION = '87a39ef20b3e';
const SHELL = ["/assets/Guard-Byg1L0KI.css","/assets/Guard-CXNVYHv8.js","/assets/LanguageChoice-NoFBy5Qy.js","/assets/LinkStatus-HAhIm8Yu.js","/assets/LinkStatus-KGyDHC3X.css","/assets/ProblemText-B6h_FEmJ.js","/assets/ProblemText-DU4H8OEg.css","/assets/index-B_uu07Lx.css","/assets/index-DniLqLLp.js","/assets/invitation-ZoNDsi6V.js","/assets/problem-BxAcYUbZ.js","/assets/sound.svelte-Dii6gbyZ.js","/assets/sr-Latn-BT36mwoT.js"];
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
