import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/api/client';
import type { GuardTask } from '../../src/api/types';
import { bearing, directionOf } from '../../src/guard/bearing';
import { over, taskOf } from '../../src/guard/duty.svelte';
import { candidateLabels, letterOf } from '../../src/guard/labels';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import { Receipts } from '../../src/guard/receipts';
import { whereabouts } from '../../src/live/whereabouts.svelte';
import { Feed } from '../../src/live/feed.svelte';
import { alarm, frameOf, T0 } from '../fixtures';

describe('bearing', () => {
  it.each([
    [[0, 10], 10, 0, 'up'],
    [[3, 4], 5, 36.87, 'up_right'],
    [[10, 0], 10, 90, 'right'],
    [[0, -10], 10, 180, 'down'],
    [[-10, 0], 10, 270, 'left'],
    [[-0.1, 10], 10, 359.43, 'up'],
  ] as const)('to %s', (to, distance, angle, direction) => {
    const found = bearing([0, 0], [to[0], to[1]]);
    expect(found.distance_m).toBeCloseTo(distance, 2);
    expect(found.angle_deg).toBeCloseTo(angle, 1);
    expect(directionOf(found.angle_deg)).toBe(direction);
  });
});

describe('Receipts', () => {
  function made(outcome: () => Promise<unknown>) {
    const sent: string[] = [];
    const later: (() => void)[] = [];
    const receipts = new Receipts(
      (id, receipt) => {
        sent.push(`${receipt} ${id}`);
        return outcome();
      },
      (run) => later.push(run),
    );
    return { receipts, sent, later };
  }
  const settle = () => new Promise((done) => setTimeout(done));

  it('gives each receipt once', async () => {
    const { receipts, sent } = made(() => Promise.resolve());
    receipts.give('A1', T0, 'delivered');
    receipts.give('A1', T0, 'delivered');
    receipts.give('A1', T0, 'read');
    receipts.give('A1', T0 + 1, 'delivered');
    await settle();
    expect(sent).toEqual(['delivered A1', 'read A1', 'delivered A1']);
  });

  it('repeats one that got lost until the server has answered', async () => {
    let fail = true;
    const { receipts, sent, later } = made(() =>
      fail ? Promise.reject(new Problem(0, 'unreachable', '')) : Promise.resolve(),
    );
    receipts.give('A1', T0, 'delivered');
    await settle();
    later.shift()?.();
    await settle();
    fail = false;
    later.shift()?.();
    await settle();
    expect(sent).toHaveLength(3);
    expect(later).toHaveLength(0);
  });

  it('lets it be when another phone of the same guard was first', async () => {
    const { receipts, sent, later } = made(() => Promise.reject(new Problem(409, 'done', '')));
    receipts.give('A1', T0, 'read');
    await settle();
    expect([sent.length, later.length]).toEqual([1, 0]);
  });
});

describe('tasks', () => {
  const call = (change: Partial<GuardTask> = {}): GuardTask => ({
    name: 'g1',
    display: 'Guard 1',
    sent_us: T0,
    delivered_us: null,
    read_us: null,
    answer: null,
    answered_us: null,
    text: '',
    ...change,
  });

  it('are those of this guard, the last call of each alarm', () => {
    const twice = alarm(1, {
      guards: [call({ answer: 'not_found' }), call({ name: 'g2' }), call({ sent_us: T0 + 5 })],
    });
    expect(taskOf(twice, 'g1')?.mine.sent_us).toBe(T0 + 5);
    expect(taskOf(twice, 'g3')).toBeNull();
  });

  it('are over when resolved or not found, but not when found', () => {
    const task = (guard: GuardTask, stage: 'escalated' | 'resolved' = 'escalated') => ({
      alarm: alarm(1, { stage }),
      mine: guard,
    });
    expect(over(task(call()))).toBe(false);
    expect(over(task(call({ answer: 'found' })))).toBe(false);
    expect(over(task(call({ answer: 'not_found' })))).toBe(true);
    expect(over(task(call(), 'resolved'))).toBe(true);
  });
});

describe('whereabouts', () => {
  it('prefer what is seen now, fall back on the last place, and own up to neither', () => {
    const feed = new Feed();
    feed.frame.copyFrom(frameOf([[3, 4]]));
    const last = alarm(1, { last_seen: { x: 1, y: 2, time_us: T0 } });
    expect(whereabouts(feed, last, 1)).toMatchObject({ place: [3, 4], seen: true });
    expect(whereabouts(feed, last, 99)).toMatchObject({ place: [1, 2], seen: false });
    expect(whereabouts(feed, alarm(1), 99)).toBeNull();
  });

  it('look no track up for an alarm that has ended', () => {
    const feed = new Feed();
    feed.frame.copyFrom(frameOf([[3, 4]]));
    const ended = alarm(1, { live: false, last_seen: { x: 1, y: 2, time_us: T0 } });
    expect(whereabouts(feed, ended, 1)).toMatchObject({ place: [1, 2], seen: false, timeUs: T0 });
  });
});

describe('letters of candidates', () => {
  it('go from A on and do not run out', async () => {
    await useLanguage('en');
    expect([0, 25, 26].map(letterOf)).toEqual(['A', 'Z', '27']);
    expect([...candidateLabels(alarm(1).candidates)]).toEqual([
      [7, 'A 0.71'],
      [9, 'B 0.24'],
    ]);
  });
});
