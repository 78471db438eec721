import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ageOf,
  firstLanguage,
  known,
  languages,
  number,
  t,
  term,
  useLanguage,
  type Catalogue,
} from '../../src/i18n/i18n.svelte';

const folder = `${import.meta.dirname}/../../src/i18n/`;
const read = (code: string) =>
  JSON.parse(readFileSync(`${folder}${code}.json`, 'utf8')) as Catalogue;
const english = read('en');
const forms = (text: Catalogue[string]) =>
  typeof text === 'string' ? [text] : Object.values(text);
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

// Other tests read English.
afterAll(() => useLanguage('en'));

describe.each(languages)('%s', (code) => {
  const catalogue = read(code);

  it('has every text and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(english).sort());
  });

  it('fills in the same places', () => {
    for (const [key, text] of Object.entries(catalogue)) {
      const wanted = places(forms(english[key] as string).at(-1) as string);
      for (const form of forms(text)) expect(places(form), key).toEqual(wanted);
    }
  });

  it('has each plural form that the language needs', () => {
    const needed = new Intl.PluralRules(code).resolvedOptions().pluralCategories.sort();
    for (const [key, text] of Object.entries(catalogue)) {
      if (typeof text !== 'string') expect(Object.keys(text).sort(), key).toEqual(needed);
    }
  });
});

it('uses every text it has', () => {
  const source = readdirSync(`${folder}..`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .map((name) => readFileSync(`${folder}../${name}`, 'utf8'))
    .join('\n');
  const open = [
    ...source.matchAll(/\bt\(`(\w+)\.\$|label: `(\w+)\.\$|term\('(\w+)'|known\(`(\w+)\.\$/g),
  ].map((match) => match.slice(1).find(Boolean));
  const unused = Object.keys(english).filter(
    (key) => !source.includes(`'${key}'`) && !open.includes(key.split('.')[0]),
  );
  expect(unused).toEqual([]);
});

describe('texts', () => {
  beforeEach(() => useLanguage('en'));

  it('choose the plural by the rules of the language', async () => {
    expect([1, 3].map((n) => t('alarms.title', { n }))).toEqual(['1 open alarm', '3 open alarms']);
    await useLanguage('sr-Latn');
    expect([1, 3, 5, 21].map((n) => t('alarms.title', { n }))).toEqual([
      '1 otvoren alarm',
      '3 otvorena alarma',
      '5 otvorenih alarma',
      '21 otvoren alarm',
    ]);
    expect(document.documentElement.lang).toBe('sr-Latn');
  });

  it('write numbers and ages as the language does', async () => {
    expect([number(0.934, 2), ageOf(0, 8e6), ageOf(0, 600e6), ageOf(5, 0)]).toEqual([
      '0.93',
      '8 s',
      '10 min',
      '0 s',
    ]);
    await useLanguage('sr-Latn');
    expect(number(0.934, 2)).toBe('0,93');
  });

  it('show words of the server that nobody translated', () => {
    expect(term('class', 'long_gun')).toBe('long gun');
    expect(term('class', 'cross_bow')).toBe('cross bow');
    expect(known('refusal.unheard_of')).toBeNull();
  });

  it('fall back on English for a language that is not there', async () => {
    await useLanguage('xx');
    expect(t('common.yes')).toBe('Yes');
  });
});

describe('the first language', () => {
  beforeEach(() => localStorage.clear());

  it('is what the browser prefers and we have', () => {
    expect(firstLanguage(['de', 'sr-RS', 'en'])).toBe('sr-Latn');
    expect(firstLanguage(['de'])).toBe('en');
  });

  it('is what was used last', async () => {
    await useLanguage('sr-Latn');
    expect(firstLanguage(['en'])).toBe('sr-Latn');
  });
});
