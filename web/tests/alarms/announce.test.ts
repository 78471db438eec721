import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from '../../src/alarms/announce.svelte';
import { alarm } from '../fixtures';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('speaks at once, then gathers, so that a flood is one sentence', () => {
  const announcer = new Announcer();
  announcer.add([alarm(1)]);
  expect(announcer.text).toContain('New alarm 1');
  for (let i = 2; i <= 900; i++) announcer.add([alarm(i)]);
  expect(announcer.text).toContain('New alarm 1');
  vi.advanceTimersByTime(4_000);
  expect(announcer.text).toContain('899 new alarms');
});

it('falls silent when there is nothing more', () => {
  const announcer = new Announcer();
  announcer.add([alarm(1)]);
  vi.advanceTimersByTime(60_000);
  expect(vi.getTimerCount()).toBe(0);
});
