import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recording, ReplayCommand } from '../../src/api/types';
import { Feed } from '../../src/live/feed.svelte';
import type { LinkState } from '../../src/live/link';
import { TimeControl, type ReplayCalls } from '../../src/time/control.svelte';
import { neighbour, rangeOf, shareOf } from '../../src/time/marks';
import { T0 } from '../fixtures';

class FakeReplay {
  state: LinkState = 'closed';
  sent: ReplayCommand[] = [];

  constructor(readonly calls: ReplayCalls) {}

  start(): void {
    this.state = 'open';
    this.calls.changed('open');
  }

  stop(): void {
    this.state = 'closed';
  }

  send(command: ReplayCommand): boolean {
    this.sent.push(command);
    return true;
  }
}

describe('TimeControl', () => {
  let links: FakeReplay[];
  let live: Feed;
  let time: TimeControl;
  const link = () => links.at(-1) as FakeReplay;

  beforeEach(() => {
    vi.useFakeTimers();
    links = [];
    live = new Feed({}, (run) => run());
    live.frame.time_us = T0;
    time = new TimeControl(
      live,
      new Feed({}, (run) => run()),
      () => T0 + 5e6,
      (calls) => {
        links.push(new FakeReplay(calls));
        return link();
      },
    );
  });

  afterEach(() => vi.useRealTimers());

  it('pauses on the last picture, without the server', () => {
    time.pause();
    expect([time.mode, time.playing, time.atUs]).toEqual(['replay', false, T0]);
    expect(links).toHaveLength(0);
  });

  it('plays on from where it was paused', () => {
    time.pause();
    time.setSpeed(2);
    time.play();
    expect(link().calls.url()).toBe(`/replay?at_us=${T0}&speed=2`);
    expect(link().sent).toEqual([]);
  });

  it('shows a minute that somebody scrubs to, standing still', () => {
    time.seek(T0 - 60e6);
    expect(link().calls.url()).toContain(`at_us=${T0 - 60e6}`);
    expect(link().sent).toEqual([{ type: 'pause' }]);
  });

  it('asks the server a few times a second while somebody drags, last place last', () => {
    time.seek(T0);
    for (let i = 1; i <= 50; i++) time.seek(T0 + i);
    vi.advanceTimersByTime(1_000);
    expect(link().sent).toEqual([{ type: 'pause' }, { type: 'seek', time_us: T0 + 50 }]);
  });

  it('follows the clock of the replay, but not while somebody drags', () => {
    time.seek(T0);
    time.told(T0 + 1e6);
    expect(time.atUs).toBe(T0 + 1e6);
    time.seek(T0 - 9e6);
    time.told(T0 + 2e6);
    expect(time.atUs).toBe(T0 - 9e6);
  });

  it('comes back to live at once and lets the replay go', () => {
    time.seek(T0);
    time.seek(T0 + 1);
    const old = link();
    time.goLive();
    vi.advanceTimersByTime(1_000);
    expect([time.isLive, time.playing, old.state]).toEqual([true, true, 'closed']);
    expect(old.sent).toEqual([{ type: 'pause' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes through the speeds and stops at their ends', () => {
    time.shiftSpeed(1);
    expect(time.speed).toBe(2);
    for (let i = 0; i < 9; i++) time.shiftSpeed(1);
    expect(time.speed).toBe(20);
    for (let i = 0; i < 9; i++) time.shiftSpeed(-1);
    expect(time.speed).toBe(0.5);
  });
});

describe('the time bar', () => {
  const recording: Recording = {
    start_us: T0,
    end_us: T0 + 3600e6,
    gaps: [],
    alarms: [300, 100, 200].map((s) => ({ id: `${s}`, opened_us: T0 + s * 1e6, ended_us: null })),
  };

  it('reaches back as far as asked and no further than the log', () => {
    const now = T0 + 3600e6;
    expect(rangeOf(recording, now, 10).fromUs).toBe(now - 600e6);
    expect(rangeOf(recording, now, 480).fromUs).toBe(T0);
    expect(rangeOf(recording, now, 0).fromUs).toBe(T0);
  });

  it('has a width even before anything was recorded', () => {
    const range = rangeOf({ ...recording, start_us: T0 }, T0, 10);
    expect(range.toUs).toBeGreaterThan(range.fromUs);
  });

  it('places times, and nothing outside', () => {
    const range = { fromUs: T0, toUs: T0 + 100 };
    expect(shareOf(T0 + 25, range)).toBe(0.25);
    expect(shareOf(T0 - 1, range)).toBeNull();
    expect(shareOf(T0 + 101, range)).toBeNull();
  });

  it('jumps from alarm to alarm', () => {
    const at = (s: number) => T0 + s * 1e6;
    expect(neighbour(recording, at(150), 1)).toBe(at(200));
    expect(neighbour(recording, at(200), 1)).toBe(at(300));
    expect(neighbour(recording, at(200), -1)).toBe(at(100));
    expect(neighbour(recording, at(100), -1)).toBeNull();
    expect(neighbour(null, at(100), 1)).toBeNull();
  });
});
