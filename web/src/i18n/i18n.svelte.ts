/** Texts and formats in the chosen language. A language is one JSON file in this folder. */

import en from './en.json';

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Catalogue = Record<string, string | Plural>;
export type Key = keyof typeof en;
export type Params = Record<string, string | number>;

const others = import.meta.glob<Catalogue>(['./*.json', '!./en.json'], { import: 'default' });

export const FALLBACK = 'en';
export const languages: readonly string[] = [
  FALLBACK,
  ...Object.keys(others)
    .map((path) => path.slice('./'.length, -'.json'.length))
    .sort(),
];

const STORED = 'clearway-language';
let language = $state(FALLBACK);
let catalogue = $state.raw<Catalogue>(en);

export function currentLanguage(): string {
  return language;
}

export async function useLanguage(code: string): Promise<void> {
  const chosen = languages.includes(code) ? code : FALLBACK;
  const load = others[`./${chosen}.json`];
  catalogue = load ? await load() : en;
  language = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    // A browser that stores nothing asks the server, or the browser's own language, next time.
  }
}

/** Before anybody has logged in: what this device used last, or what the browser prefers. */
export function firstLanguage(preferred: readonly string[] = navigator.languages): string {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    stored = null;
  }
  if (stored && languages.includes(stored)) return stored;
  for (const code of preferred) {
    const base = code.split('-')[0];
    const match = languages.find((known) => known === code || known.split('-')[0] === base);
    if (match) return match;
  }
  return FALLBACK;
}

/** Fill a text in; a plural text chooses its form by `n` and the language's own rules. */
export function render(
  text: string | Plural | undefined,
  params: Params,
  code: string,
): string | null {
  if (text === undefined) return null;
  const form =
    typeof text === 'string'
      ? text
      : (text[new Intl.PluralRules(code).select(Number(params.n ?? 0))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

export function t(key: Key, params: Params = {}): string {
  return render(catalogue[key], params, language) ?? render(en[key], params, FALLBACK) ?? key;
}

/** A word that the server chose: translated when known, shown as it is when not. */
export function term(kind: string, word: string): string {
  return known(`${kind}.${word.replaceAll('-', '_')}`) ?? word.replaceAll('_', ' ');
}

/** The text of a key that may not exist. */
export function known(key: string): string | null {
  return render(catalogue[key], {}, language);
}

export function languageName(code: string): string {
  return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
}

const NO_MINUS_ZERO = { signDisplay: 'negative' } as const;

export function number(value: number, digits?: number): string {
  const options =
    digits === undefined
      ? { maximumFractionDigits: 3, ...NO_MINUS_ZERO }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits, ...NO_MINUS_ZERO };
  return format(`n${digits ?? ''}`, (code) => new Intl.NumberFormat(code, options)).format(value);
}

export function timeOfDay(us: number): string {
  const options = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const;
  return format('time', (code) => new Intl.DateTimeFormat(code, options)).format(us / 1000);
}

export function dateAndTime(us: number): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' } as const;
  return format('date', (code) => new Intl.DateTimeFormat(code, options)).format(us / 1000);
}

/** "8 s", "3 min", "2 h": as coarse as a glance needs. */
export function ageOf(fromUs: number, nowUs: number): string {
  const seconds = Math.max(0, Math.round((nowUs - fromUs) / 1e6));
  if (seconds < 100) return `${number(seconds)} s`;
  if (seconds < 6000) return `${number(Math.round(seconds / 60))} min`;
  return `${number(Math.round(seconds / 3600))} h`;
}

/** Plain English writes dates as Europe does: day before month, 24 hours. */
const FORMATS_OF: Record<string, string> = { en: 'en-GB' };
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function format<T extends Intl.NumberFormat | Intl.DateTimeFormat>(
  kind: string,
  make: (code: string) => T,
): T {
  const key = `${language} ${kind}`;
  let known = formats.get(key);
  if (!known) formats.set(key, (known = make(FORMATS_OF[language] ?? language)));
  return known as T;
}
