/** What a browser fetches for some of a build's chunks. */

import type { Rollup } from 'vite';

/** Whether a chunk is one of the wanted ones, by the source file it stands for. */
export type Wanted = (from: string) => boolean;

/** File names of the wanted chunks, of everything they import at once, and of its styles; sorted. */
export function filesOf(bundle: Rollup.OutputBundle, wanted: Wanted): string[] {
  const files = new Set<string>();
  const take = (name: string): void => {
    const chunk = bundle[name];
    if (files.has(name) || chunk?.type !== 'chunk') return;
    files.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
    chunk.imports.forEach(take);
  };
  for (const [name, chunk] of Object.entries(bundle)) {
    if (chunk.type !== 'chunk') continue;
    if (chunk.isEntry || wanted(chunk.facadeModuleId ?? '')) take(name);
  }
  return [...files].sort();
}
