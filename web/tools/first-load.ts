/** Says what each page makes a browser fetch at first, and fails the build above the limit. */

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { filesOf } from './bundle.ts';

const LIMIT_KB = 200;
const PAGES = ['/console/Console.svelte', '/guard/Guard.svelte', '/account/Enrol.svelte'];

export function firstLoad(): Plugin {
  return {
    name: 'clearway-first-load',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const page of PAGES) {
        let bytes = 0;
        for (const name of filesOf(bundle, (from) => from.endsWith(page))) {
          const file = bundle[name];
          if (file) bytes += gzipSync(file.type === 'chunk' ? file.code : file.source).length;
        }
        const kilobytes = bytes / 1000;
        const told = `first load of ${page.slice(1)}: ${kilobytes.toFixed(1)} kB compressed`;
        if (kilobytes > LIMIT_KB) this.error(`${told}, more than ${LIMIT_KB} kB`);
        this.info(told);
      }
    },
  };
}
