import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from '../../src/alarms/announce.svelte';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import type { Happening, News } from '../../src/alarms/news';
import { alarm } from '../fixtures';

const news = (number: number, what: Happening = 'new'): News => ({ alarm: alarm(number), what });

beforeEach(async () => {
  await useLanguage('en');
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

it('speaks at once, then gathers, so that a flood is one sentence', () => {
  const announcer = new Announcer();
  announcer.add([news(1)]);
  expect(announcer.text).toContain('New alarm 1');
  for (let i = 2; i <= 900; i++) announcer.add([news(i)]);
  expect(announcer.text).toContain('New alarm 1');
  vi.advanceTimersByTime(4_000);
  expect(announcer.text).toContain('899 new alarms');
});

it('falls silent when there is nothing more', () => {
  const announcer = new Announcer();
  announcer.add([news(1)]);
  vi.advanceTimersByTime(60_000);
  expect(vi.getTimerCount()).toBe(0);
});

it('says what has become of an alarm that was there already', () => {
  const announcer = new Announcer();
  announcer.add([news(1, 'reopened')]);
  expect(announcer.text).toBe('Alarm 1 is open again: critical, long gun');
  announcer.add([news(1, 'evidence'), news(2)]);
  vi.advanceTimersByTime(4_000);
  expect(announcer.text).toBe('News of 2 alarms, the worst: critical, long gun');
});
