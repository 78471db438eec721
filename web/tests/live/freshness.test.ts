import { describe, expect, it } from 'vitest';
import { Freshness, staleSeconds } from '../../src/live/freshness.svelte';

describe('staleSeconds', () => {
  it('is unknown before anything came', () => {
    expect(staleSeconds(0, 10_000)).toBeNull();
  });

  it.each([
    [0, 0],
    [1_999, 0],
    [2_000, 2],
    [4_700, 4],
  ])('an age of %d ms reads %d s', (age, seconds) => {
    expect(staleSeconds(1_000, 1_000 + age)).toBe(seconds);
  });
});

describe('Freshness', () => {
  it('counts nothing yet as stale: silence is not safety', () => {
    let at = 0;
    const freshness = new Freshness(() => at);
    freshness.look(100);
    expect(freshness.stale).toBe(true);
    at = 100;
    freshness.look(200);
    expect(freshness.stale).toBe(false);
    freshness.look(9_100);
    expect([freshness.stale, freshness.seconds]).toEqual([true, 9]);
  });
});
