import { beforeEach, describe, expect, it } from 'vitest';
import type { News } from '../../src/alarms/news';
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
  let news: News[][];
  let published: number[];
  let nowMs: number;
  let feed: Feed;

  beforeEach(() => {
    held = new HeldScheduler();
    news = [];
    published = [];
    nowMs = 5_000;
    feed = new Feed(
      { news: (each) => news.push(each), published: (alarms) => published.push(alarms.length) },
      held.schedule,
      () => nowMs,
    );
  });

  const told = () => news.flat().map(({ alarm: each, what }) => `${what} ${each.number}`);

  it('takes the first snapshot without announcing it', () => {
    say(feed, { type: 'alarms', alarms: [alarm(1), alarm(2)], groups: [] });
    held.run();
    expect(feed.alarms.map((each) => each.number)).toEqual([2, 1]);
    expect(feed.newCount).toBe(2);
    expect(news).toEqual([]);
    expect(published).toEqual([2]);
  });

  it('forgets in a replay what had not happened yet', () => {
    const resolved = alarm(1, { stage: 'resolved' });
    for (const forgets of [false, true]) {
      feed.forgets = forgets;
      say(feed, { type: 'alarms', alarms: [resolved], groups: [] });
      say(feed, { type: 'alarms', alarms: [], groups: [] });
      held.run();
      expect(feed.alarms).toHaveLength(forgets ? 0 : 1);
    }
  });

  it('takes groups without a snapshot', () => {
    const groups = [{ id: '1', alarms: ['A1'], since_us: T0 }];
    say(feed, { type: 'groups', groups });
    expect(feed.groups).toEqual(groups);
  });

  it('announces what came while the line was cut', () => {
    say(feed, { type: 'alarms', alarms: [alarm(1)], groups: [] });
    say(feed, { type: 'alarms', alarms: [alarm(1), alarm(2)], groups: [] });
    held.run();
    expect(told()).toEqual(['new 2']);
  });

  it('announces what became of known alarms while the line was cut', () => {
    const resolved = alarm(2, { stage: 'resolved' });
    say(feed, { type: 'alarms', alarms: [alarm(1), resolved, alarm(3)], groups: [] });
    const again = alarm(2, { rings: 2 });
    const more = alarm(1, { version: 2, rings: 2 });
    say(feed, { type: 'alarms', alarms: [more, again, alarm(3)], groups: [] });
    held.run();
    expect(told()).toEqual(['evidence 1', 'reopened 2']);
  });

  it.each([
    ['evidence', { version: 2 }],
    ['ended', { version: 2, live: false }],
    ['rings_again', { rings: 2 }],
  ] as const)('announces %s of an alarm that is known', (what, change) => {
    feed.put(alarm(1));
    say(feed, { type: 'alarms', alarms: [alarm(1)], groups: [] });
    held.run();
    say(feed, { type: 'alarm', alarm: alarm(1, change) });
    say(feed, { type: 'alarm', alarm: alarm(1, { ...change, outside: 0.5 }) });
    held.run();
    expect(told()).toEqual([`${what} 1`]);
  });

  it('announces no small change and no good news', () => {
    say(feed, { type: 'alarms', alarms: [alarm(1), alarm(2)], groups: [] });
    say(feed, { type: 'alarm', alarm: alarm(1, { outside: 0.9, stage: 'acknowledged' }) });
    say(feed, { type: 'alarm', alarm: alarm(2, { stage: 'resolved', version: 2 }) });
    say(feed, { type: 'alarm', alarm: alarm(3) });
    say(feed, { type: 'alarm', alarm: alarm(3, { stage: 'resolved' }) });
    held.run();
    expect(told()).toEqual([]);
  });

  it('publishes a thousand alarms once per picture', () => {
    say(feed, { type: 'alarms', alarms: [], groups: [] });
    held.run();
    for (let i = 1; i <= 1000; i++) say(feed, { type: 'alarm', alarm: alarm(i) });
    expect(held.waiting).toHaveLength(1);
    expect(feed.alarms).toHaveLength(0);
    held.run();
    expect(feed.alarms).toHaveLength(1000);
    expect(news).toHaveLength(1);
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
