/// <reference types="vitest/config" />
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { firstLoad } from './tools/first-load.ts';
import { serviceWorker } from './tools/service-worker.ts';

export default defineConfig({
  plugins: [svelte(), serviceWorker(), firstLoad()],
  build: {
    outDir: '../src/clearway/console/_web',
    emptyOutDir: true,
    target: 'es2022',
    // No data: addresses and nothing inline, so that the page lives under a strict policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8000', ws: true } } },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    isolate: false,
  },
  // Tests mount components: without this they would get Svelte's server half.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
});
