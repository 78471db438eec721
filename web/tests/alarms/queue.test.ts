import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Session } from '../../src/account/session.svelte';
import { Queue } from '../../src/alarms/queue.svelte';
import { Station } from '../../src/console/station.svelte';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import { alarm, T0 } from '../fixtures';
import QueueHarness from './QueueHarness.svelte';

let station: Station;
let queue: Queue;
let page: object;

beforeEach(async () => {
  await useLanguage('en');
  station = new Station(new Session());
  queue = new Queue(station);
  page = mount(QueueHarness, { target: document.body, props: { station, queue } });
});

afterEach(async () => {
  await unmount(page);
});

function fill(count: number): void {
  station.live.alarms = Array.from({ length: count }, (_, i) => alarm(count - i));
  flushSync();
}

const rows = () => [...document.querySelectorAll('[role=treeitem]')];

it('draws a bounded number of rows, however many alarms there are', () => {
  fill(1000);
  expect(queue.rows).toHaveLength(1000);
  expect(rows().length).toBeLessThan(60);
  expect(rows()[0]?.getAttribute('aria-setsize')).toBe('1000');
});

it('walks by keys and says where it is', () => {
  fill(5);
  const tree = document.querySelector('[role=tree]') as HTMLElement;
  const press = (key: string) => {
    tree.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    flushSync();
  };
  press('ArrowDown');
  expect(station.selectedId).toBe('A5');
  press('ArrowDown');
  press('ArrowDown');
  expect(station.selectedId).toBe('A3');
  press('End');
  expect(station.selectedId).toBe('A1');
  press('Home');
  expect(station.selectedId).toBe('A5');
  expect(tree.getAttribute('aria-activedescendant')).toBe('row-A5');
  expect(document.getElementById('row-A5')?.getAttribute('aria-selected')).toBe('true');
});

it('unfolds a flood by Enter', () => {
  station.live.groups = [{ id: 'G', alarms: ['A1', 'A2'], since_us: T0 }];
  station.live.alarms = [2, 1].map((n) => alarm(n, { group: 'G', stage: 'acknowledged' }));
  flushSync();
  expect(rows()).toHaveLength(1);
  queue.move(1);
  expect(queue.activeKey).toBe('G');
  queue.fold();
  flushSync();
  expect(rows()).toHaveLength(3);
  expect(rows()[0]?.getAttribute('aria-expanded')).toBe('true');
});

it('says on a flood’s row how many are new and how bad the worst is', () => {
  station.live.groups = [{ id: 'G', alarms: ['A1', 'A2'], since_us: T0 }];
  station.live.alarms = [
    alarm(2, { group: 'G', severity: 'high' }),
    alarm(1, { group: 'G', severity: 'medium', stage: 'acknowledged' }),
  ];
  flushSync();
  expect(rows().map((row) => row.id)).toEqual(['row-G', 'row-A2']);
  expect(rows()[0]?.textContent).toMatch(/worst: high\s*·\s*1 new\s*·\s*1 folded/);
});

it('keeps the selection when the queue is reordered', () => {
  fill(5);
  station.selectedId = 'A3';
  station.live.alarms = [...station.live.alarms].reverse();
  flushSync();
  expect(queue.activeIndex).toBe(2);
  expect(document.getElementById('row-A3')?.getAttribute('aria-selected')).toBe('true');
});
