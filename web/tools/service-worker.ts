/** Writes sw.js: the guard page's worker with the names of the shell's files filled in. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { filesOf } from './bundle.ts';

const SOURCE = new URL('../src/guard/service-worker.js', import.meta.url);

export function serviceWorker(): Plugin {
  return {
    name: 'clearway-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const shell = filesOf(
        bundle,
        (from) => from.endsWith('/guard/Guard.svelte') || from.includes('/src/i18n/'),
      ).map((name) => `/${name}`);
      const version = createHash('sha256').update(shell.join()).digest('hex').slice(0, 12);
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: readFileSync(SOURCE, 'utf8')
          .replace('__VERSION__', version)
          .replace('__SHELL__', JSON.stringify(shell)),
      });
    },
  };
}
