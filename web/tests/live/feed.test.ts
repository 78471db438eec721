import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmView } from '../../src/api/types';
import { Feed } from '../../src/live/feed.svelte';
import { alarm, HeldScheduler, T0 } from '../fixtures';

const say = (feed: Feed, message: unknown) => feed.receive(JSON.stringify(message));

function emptyFrame(sequence: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint8(0, 1);
  view.setUint8(1, 1);
  view.setUint32(16, sequence, true);
  return view.buffer as ArrayBuffer;
}

describe('Feed', () => {
  let held: HeldScheduler;
  let arrived: AlarmView[][];
  let nowMs: number;
  let feed: Feed;

  beforeEach(() => {
    held = new HeldScheduler();
    arrived = [];
    nowMs = 5_000;
    feed = new Feed({ arrived: (alarms) => arrived.push(alarms) }, held.schedule, () => nowMs);
  });

  it('takes the first snapshot without announcing it', () => {
    say(feed, { type: 'alarms', alarms: [alarm(1), alarm(2)], groups: [] });
    held.run();
    expect(feed.alarms.map((each) => each.number)).toEqual([2, 1]);
    expect(feed.newCount).toBe(2);
    expect(arrived).toEqual([]);
  });

  it('announces what came while the line was cut', () => {
    say(feed, { type: 'alarms', alarms: [alarm(1)], groups: [] });
    say(feed, { type: 'alarms', alarms: [alarm(1), alarm(2)], groups: [] });
    held.run();
    expect(arrived.flat().map((each) => each.number)).toEqual([2]);
  });

  it('publishes a thousand alarms once per picture', () => {
    say(feed, { type: 'alarms', alarms: [], groups: [] });
    held.run();
    for (let i = 1; i <= 1000; i++) say(feed, { type: 'alarm', alarm: alarm(i) });
    expect(held.waiting).toHaveLength(1);
    expect(feed.alarms).toHaveLength(0);
    held.run();
    expect(feed.alarms).toHaveLength(1000);
    expect(arrived).toHaveLength(1);
  });

  it('keeps the newer state when messages overtake each other', () => {
    feed.put(alarm(1, { stage: 'acknowledged', changed_us: T0 + 9e6 }));
    feed.put(alarm(1, { stage: 'new', changed_us: T0 + 1e6 }));
    held.run();
    expect(feed.alarm('A1')?.stage).toBe('acknowledged');
  });

  it('keeps every open alarm and only the last resolved ones', () => {
    for (let i = 1; i <= 200; i++) feed.put(alarm(i, { stage: 'resolved' }));
    for (let i = 201; i <= 400; i++) feed.put(alarm(i));
    held.run();
    expect(feed.openCount).toBe(200);
    expect(feed.alarms).toHaveLength(250);
  });

  it('tells of frames outside the framework, and when the last one came', () => {
    const seen: number[] = [];
    const stop = feed.onFrame(() => seen.push(feed.frame.sequence));
    feed.receive(emptyFrame(1));
    nowMs = 6_000;
    feed.receive(emptyFrame(2));
    stop();
    feed.receive(emptyFrame(3));
    expect(seen).toEqual([1, 2]);
    expect(feed.frameAtMs).toBe(6_000);
  });

  it('counts what it cannot read and goes on', () => {
    feed.receive('{');
    feed.receive(new ArrayBuffer(3));
    feed.receive(emptyFrame(4));
    expect(feed.faults).toBe(2);
    expect(feed.frame.sequence).toBe(4);
  });

  it('counts skipped frames', () => {
    say(feed, { type: 'skipped', frames: 3 });
    say(feed, { type: 'skipped', frames: 2 });
    expect(feed.skipped).toBe(5);
  });

  it('becomes a still picture of another feed', () => {
    feed.put(alarm(1));
    held.run();
    feed.receive(emptyFrame(7));
    const still = new Feed({}, held.schedule);
    still.copyFrom(feed);
    feed.put(alarm(2));
    feed.receive(emptyFrame(8));
    held.run();
    expect(still.alarms.map((each) => each.number)).toEqual([1]);
    expect(still.frame.sequence).toBe(7);
  });
});
