import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../../src/account/session.svelte';
import CallBanner from '../../src/alarms/CallBanner.svelte';
import type { Permission, SensorHealth, Statistics } from '../../src/api/types';
import Header from '../../src/console/Header.svelte';
import { PanelChoice } from '../../src/console/panels.svelte';
import { Station } from '../../src/console/station.svelte';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import DrillBanner from '../../src/operations/DrillBanner.svelte';
import Sensors from '../../src/sensors/Sensors.svelte';
import { settings } from '../../src/shared/settings.svelte';
import { allowSound, soundAllowed } from '../../src/shared/sound.svelte';
import StatisticsPanel from '../../src/statistics/StatisticsPanel.svelte';
import StationHarness from '../StationHarness.svelte';
import { alarm, FakeSocket } from '../fixtures';

const TONES: number[] = [];

/** Counts tones; like a browser's, it plays only once it was allowed to. */
class FakeAudio {
  state = 'suspended';
  currentTime = 0;
  destination = {};
  onstatechange = () => {};
  static may = true;
  async resume() {
    if (!FakeAudio.may) return;
    this.state = 'running';
    this.onstatechange();
  }
  createOscillator() {
    const frequency = { value: 0 };
    const start = () => TONES.push(frequency.value);
    return { frequency, connect: (next: object) => next, start, stop: () => {} };
  }
  createGain() {
    const gain = { setValueAtTime: () => {}, linearRampToValueAtTime: () => {} };
    return { gain, connect: () => {} };
  }
}

let session: Session;
let station: Station;
let socket: FakeSocket;
let stop: () => void;
const page: object[] = [];

function show(part: unknown, given: Record<string, unknown> = {}): void {
  const props = { station, part: part as Component<Record<string, unknown>>, given };
  page.push(mount(StationHarness, { target: document.body, props }));
  flushSync();
}

function signIn(...permissions: Permission[]): void {
  session = new Session();
  session.me = {
    name: 'mira',
    display: 'Mira',
    role: 'supervisor',
    language: 'en',
    permissions,
    drill: false,
  };
  station = new Station(session);
  stop = station.start();
  socket.accept();
}

const say = (message: object) => socket.say(JSON.stringify(message));
const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? '';

beforeEach(async () => {
  vi.useFakeTimers();
  await useLanguage('en');
  vi.stubGlobal('AudioContext', FakeAudio);
  vi.stubGlobal('WebSocket', function (url: string) {
    return (socket = new FakeSocket(url));
  });
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  settings.sound = true;
  TONES.length = 0;
});

afterEach(async () => {
  stop();
  for (const part of page.splice(0)) await unmount(part);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('what is heard', () => {
  const tonesOf = (run: () => void): number => {
    const before = TONES.length;
    run();
    vi.advanceTimersByTime(200);
    return TONES.length - before;
  };
  const opening =
    (...alarms: object[]) =>
    () =>
      say({ type: 'alarms', alarms, groups: [] });

  it('needs a click, as the header says until there was one', async () => {
    FakeAudio.may = false;
    signIn('see_alarms');
    allowSound();
    show(Header, { help: () => undefined, panels: new PanelChoice(session) });
    expect(text()).toContain('Sound needs a click');
    expect(tonesOf(opening(alarm(1)))).toBe(0);
    FakeAudio.may = true;
    allowSound();
    await Promise.resolve();
    flushSync();
    expect(soundAllowed()).toBe(true);
    expect(text()).not.toContain('Sound needs a click');
    expect(text()).toContain('Sound on');
    expect(tonesOf(() => vi.advanceTimersByTime(5_000))).toBeGreaterThan(0);
  });

  it('is whatever rings when the page opens, until it is acknowledged', () => {
    signIn('see_alarms');
    const once = tonesOf(opening(alarm(1)));
    expect(once).toBeGreaterThan(0);
    expect(tonesOf(() => vi.advanceTimersByTime(10_000))).toBe(2 * once);
    say({ type: 'alarm', alarm: alarm(1, { stage: 'acknowledged', ringing: false }) });
    vi.advanceTimersByTime(200);
    expect(tonesOf(() => vi.advanceTimersByTime(60_000))).toBe(0);
  });

  it('is an acknowledged alarm that rings anew, and is announced in words', () => {
    signIn('see_alarms');
    opening(alarm(1, { stage: 'acknowledged', ringing: false }))();
    vi.advanceTimersByTime(200);
    expect(
      tonesOf(() => say({ type: 'alarm', alarm: alarm(1, { rings: 2, version: 2 }) })),
    ).not.toBe(0);
    expect(station.announcer.text).toContain('New evidence for alarm 1');
  });

  it('is nothing while the sound is off, which the header says', () => {
    signIn('see_alarms');
    settings.sound = false;
    show(Header, { help: () => undefined, panels: new PanelChoice(session) });
    expect(text()).toContain('Sound is off');
    expect(tonesOf(opening(alarm(1)))).toBe(0);
    settings.sound = true;
    expect(tonesOf(() => vi.advanceTimersByTime(5_000))).toBeGreaterThan(0);
  });

  it('goes on until a call is opened, which leads to its alarm', () => {
    signIn('see_alarms', 'overrule');
    opening(alarm(1, { ringing: false }), alarm(2, { ringing: false }))();
    vi.advanceTimersByTime(200);
    show(CallBanner);
    const called = { type: 'call', alarm: 'A1', why: 'nobody_deals' };
    expect(tonesOf(() => say(called))).toBeGreaterThan(0);
    flushSync();
    expect(text()).toContain('You are called to alarm 1: nobody deals with it');
    expect(tonesOf(() => vi.advanceTimersByTime(5_000))).toBeGreaterThan(0);
    station.time.pause();
    document.querySelector<HTMLButtonElement>('[data-testid=calls] button')?.click();
    flushSync();
    expect([station.selectedId, station.time.isLive]).toEqual(['A1', true]);
    expect(document.querySelector('[data-testid=calls] p')).toBeNull();
    expect(tonesOf(() => vi.advanceTimersByTime(60_000))).toBe(0);
  });

  it('ends with the page, whatever is still on its way', () => {
    signIn('see_alarms');
    opening(alarm(1))();
    stop();
    expect(tonesOf(() => vi.advanceTimersByTime(60_000))).toBe(0);
  });
});

describe('sensors', () => {
  const sensor = (id: string, state: SensorHealth['state']): SensorHealth => ({
    id,
    kind: 'curtain',
    state,
    since_us: 0,
    last_us: null,
    rate_hz: null,
    clock_offset_ms: null,
    late_share: null,
    shelved: null,
    fault: null,
  });
  const sensors = [sensor('c1', 'ok'), sensor('c2', 'silent'), sensor('c3', 'absent')];
  const statistics: Statistics = {
    throughput_per_min: 12,
    people_now: 345,
    alarms_per_hour: null,
    nuisance_per_1000: null,
    false_per_1000: null,
    pd: null,
    load: { per_operator_10min: null, guide: 1 },
    time_to_acknowledge_s: { median: null, p95: null, n: 0 },
  };

  it('that are not OK are counted in the header, which leads to them', () => {
    signIn('see_sensors', 'see_statistics');
    const panels = new PanelChoice(session);
    panels.open = 'statistics';
    show(Header, { help: () => undefined, panels });
    expect(text()).not.toContain('not OK');
    say({ type: 'sensors', sensors });
    flushSync();
    expect(text()).toContain('▲ 2 sensors not OK');
    // Whatever time is looked at, this is of now.
    station.time.seek(1);
    flushSync();
    document.querySelector<HTMLButtonElement>('[data-testid=sensors-mark] button')?.click();
    expect([panels.open, station.time.isLive]).toEqual(['sensors', true]);
  });

  it('and figures are of now, of the moment of a pause, or not recorded', () => {
    signIn('see_sensors', 'see_statistics');
    say({ type: 'sensors', sensors });
    say({ type: 'statistics', ...statistics });
    show(Sensors);
    expect(text()).toContain('c2');
    station.time.pause();
    flushSync();
    expect(text()).toMatch(/As of .*c2/);
    station.time.seek(1);
    flushSync();
    expect(text()).toContain('Not recorded');
    expect(text()).not.toContain('c2');
    station.time.goLive();
    flushSync();
    expect(text()).not.toMatch(/As of|Not recorded/);
  });

  it('play no part in a replay’s statistics', () => {
    signIn('see_statistics');
    say({ type: 'statistics', ...statistics });
    station.time.seek(1);
    show(StatisticsPanel);
    expect(text()).toContain('Not recorded');
    expect(text()).not.toContain('345');
    station.time.goLive();
    station.time.pause();
    flushSync();
    expect(text()).toMatch(/As of .*345/);
  });
});

describe('the banner of a drill', () => {
  it('says in the past that it is of now', () => {
    signIn();
    show(DrillBanner, { on: true, past: true });
    expect(text()).toContain('A drill is on now, live');
    expect(text()).not.toContain('nothing here is real');
  });
});
