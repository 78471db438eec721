import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { KINDS, kindText } from '../../src/audit/kinds';
import { known, languages, useLanguage } from '../../src/i18n/i18n.svelte';

const types = readFileSync(`${import.meta.dirname}/../../src/api/types.ts`, 'utf8');

afterAll(() => useLanguage('en'));

it.each(languages)('every kind of audit record and every summons has words in %s', async (code) => {
  await useLanguage(code);
  const prefix = kindText('alarm-opened').replace(known('what.opened') as string, '');
  for (const kind of KINDS) {
    const own = kind.startsWith('alarm-') ? kind.slice('alarm-'.length) : kind;
    const what = known(`what.${own.replaceAll('-', '_')}`);
    expect(what, kind).not.toBeNull();
    expect(kindText(kind)).toBe(kind === own ? what : prefix + what);
  }
  const [, union = ''] = /type Summons =([^;]*);/.exec(types) ?? [];
  const summons = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  expect(summons.length).toBeGreaterThan(5);
  for (const why of summons) expect(known(`summons.${why}`), why).not.toBeNull();
});
