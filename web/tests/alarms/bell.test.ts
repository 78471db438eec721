import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AGAIN_MS, Bell, Ringing, soundOf } from '../../src/alarms/bell';
import type { Sound } from '../../src/shared/sound.svelte';
import { alarm } from '../fixtures';

describe('Bell', () => {
  let played: Sound[];
  let bell: Bell;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    played = [];
    bell = new Bell((sound) => played.push(sound));
    stop = bell.run();
  });

  afterEach(() => vi.useRealTimers());

  it('sounds again and again until somebody has seen to it', () => {
    bell.keep('alarm', true);
    vi.advanceTimersByTime(2 * AGAIN_MS);
    expect(played).toEqual(['alarm', 'alarm', 'alarm']);
    bell.keep(null, false);
    vi.advanceTimersByTime(10 * AGAIN_MS);
    expect(played).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin anew with every small change', () => {
    bell.keep('alarm', true);
    for (let i = 0; i < 100; i++) bell.keep('alarm', false);
    vi.advanceTimersByTime(AGAIN_MS);
    expect(played).toHaveLength(2);
  });

  it('sounds at once when something begins, with the worst of what there is', () => {
    bell.keep('alarm', true);
    vi.advanceTimersByTime(2_000);
    bell.keep('critical', true);
    expect(played).toEqual(['alarm', 'critical']);
    vi.advanceTimersByTime(AGAIN_MS);
    expect(played).toEqual(['alarm', 'critical', 'critical']);
  });

  it('lets no sound run into another, and loses none', () => {
    for (let i = 0; i < 900; i++) bell.keep('alarm', true);
    bell.keep('help', true);
    expect(played).toEqual(['alarm']);
    vi.advanceTimersByTime(1_500);
    expect(played).toEqual(['alarm', 'help']);
  });

  it('is silent before there is a page, and after', () => {
    new Bell((sound) => played.push(sound)).keep('alarm', true);
    stop();
    bell.keep('alarm', true);
    expect(played).toEqual([]);
  });
});

describe('what rings', () => {
  const acknowledged = { stage: 'acknowledged', ringing: false } as const;

  it('has begun when the page opens on it, comes, or rings anew', () => {
    const ringing = new Ringing();
    expect(ringing.look([alarm(1)])).toBe(true);
    expect(ringing.look([alarm(1, { outside: 0.5 })])).toBe(false);
    expect(ringing.look([alarm(1), alarm(2)])).toBe(true);
    expect(ringing.look([alarm(1, acknowledged), alarm(2)])).toBe(false);
    expect(ringing.look([alarm(1, { rings: 2 }), alarm(2)])).toBe(true);
  });

  it('is nothing that is shelved or acknowledged', () => {
    expect(new Ringing().look([alarm(1, { ringing: false, shelved: true })])).toBe(false);
    expect(soundOf([alarm(1, acknowledged)])).toBeNull();
  });

  it('is louder for what is critical', () => {
    expect(soundOf([alarm(1, { severity: 'high' })])).toBe('alarm');
    expect(soundOf([alarm(1, { severity: 'high' }), alarm(2)])).toBe('critical');
  });
});
