import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, cookie, onSessionEnded, Problem } from '../../src/api/client';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import { canonicalPlace, regionOf, REGIONS } from '../../src/body/places';
import { known } from '../../src/i18n/i18n.svelte';
import { estimateText } from '../../src/shared/estimate';
import { commandFor, type Command } from '../../src/shared/keys';
import { foremost, Notices } from '../../src/shared/notices.svelte';
import { problemText } from '../../src/shared/problem';
import { Course, POINTS } from '../../src/statistics/history';

describe('keys', () => {
  const run = () => undefined;
  const commands: Command[] = ['a', ' ', '?', 'F1'].map((key) => ({
    key,
    group: 'page',
    label: 'key.help',
    run,
  }));
  const press = (html: string, init: KeyboardEventInit) => {
    document.body.innerHTML = html;
    const target = document.body.firstElementChild ?? document.body;
    let found: Command | null = null;
    const listen = (event: KeyboardEvent) => (found = commandFor(event, commands));
    document.addEventListener('keydown', listen);
    target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }));
    document.removeEventListener('keydown', listen);
    return (found as Command | null)?.key ?? null;
  };

  it.each([
    ['<main></main>', { key: 'a' }, 'a'],
    ['<main></main>', { key: 'A' }, 'a'],
    ['<main></main>', { key: 'F1' }, 'F1'],
    ['<main></main>', { key: 'q' }, null],
    ['<main></main>', { key: 'a', ctrlKey: true }, null],
    ['<input>', { key: 'a' }, null],
    ['<textarea></textarea>', { key: '?' }, null],
    ['<select></select>', { key: 'a' }, null],
    ['<input type="checkbox">', { key: 'a' }, 'a'],
    ['<button></button>', { key: ' ' }, null],
    ['<button></button>', { key: 'a' }, 'a'],
    ['<main></main>', { key: ' ' }, ' '],
    ['<dialog open></dialog>', { key: 'a' }, null],
  ] as const)('in %s, %o means %s', (html, init, key) => {
    expect(press(html, init)).toBe(key);
  });
});

describe('requests', () => {
  const fetched = vi.fn<typeof fetch>();

  beforeEach(async () => {
    await useLanguage('en');
    fetched.mockReset();
    vi.stubGlobal('fetch', fetched);
  });

  afterEach(() => vi.unstubAllGlobals());

  it('carry the token of the cookie when they change something', async () => {
    document.cookie = 'clearway_csrf=a%20b';
    fetched.mockResolvedValue(new Response(null, { status: 204 }));
    await call('POST', '/drill', { on: true });
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe('/api/v1/drill');
    expect(init?.headers).toMatchObject({ 'X-CSRF-Token': 'a b', 'Accept-Language': 'en' });
    expect(init?.body).toBe('{"on":true}');
  });

  it('turn a refusal into what is wrong and what to do', async () => {
    const told = { title: 'No', detail: 'The disk is full.', remedy: 'Free some space.' };
    fetched.mockResolvedValue(new Response(JSON.stringify(told), { status: 507 }));
    const problem = await call('GET', '/site').catch((refusal: unknown) => refusal);
    expect(problem).toBeInstanceOf(Problem);
    expect(problemText(problem)).toBe('The disk is full. Free some space.');
  });

  it('say a refusal in our own words where its kind is known', () => {
    const problem = new Problem(409, 'Held', 'x', null, 'held');
    expect(problemText(problem)).toMatch(/^Somebody else is dealing with it/);
    const first = new Problem(409, 'Done', 'x', null, 'already_done', { by: 'mira', atUs: 0 });
    expect(problemText(first)).toMatch(
      /^Somebody has done this already\. \(mira, \d\d:\d\d:\d\d\)$/,
    );
  });

  it('survive an answer that is no JSON, and no answer at all', async () => {
    fetched.mockResolvedValueOnce(new Response('<html>', { status: 502, statusText: 'Bad' }));
    await expect(call('GET', '/me')).rejects.toMatchObject({ status: 502, title: 'Bad' });
    fetched.mockRejectedValueOnce(new TypeError('network'));
    const problem = await call('GET', '/me').catch((refusal: unknown) => refusal);
    expect(problemText(problem)).toMatch(/did not answer/);
  });

  it('tell when the session is over, but not for a wrong password', async () => {
    let ended = 0;
    onSessionEnded(() => ended++);
    fetched.mockImplementation(async () => new Response('{}', { status: 401 }));
    await call('POST', '/login', {}).catch(() => undefined);
    expect(ended).toBe(0);
    await call('GET', '/me').catch(() => undefined);
    expect(ended).toBe(1);
    onSessionEnded(() => undefined);
  });
});

describe('cookie', () => {
  it('finds one among others', () => {
    expect(cookie('b', 'a=1; b=x=y; bb=3')).toBe('x=y');
    expect(cookie('c', 'a=1')).toBeNull();
  });
});

describe('notices', () => {
  it('puts the newest fault before any warning, and no news before either', () => {
    const notices = new Notices();
    notices.add('info', 'camera-1 has registered');
    expect(foremost(notices.list)).toBeNull();
    notices.add('alarm', 'disk full');
    notices.add('warning', 'curtain-1 is late');
    expect(foremost(notices.list)?.text).toBe('disk full');
    notices.clear();
    notices.add('warning', 'curtain-1 is late');
    expect(foremost(notices.list)?.text).toBe('curtain-1 is late');
  });

  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('keep warnings, let good news go, and never grow without end', () => {
    const notices = new Notices();
    notices.add('info', 'saved');
    for (let i = 0; i < 100; i++) notices.add('warning', `w${i}`);
    expect(notices.list).toHaveLength(20);
    vi.advanceTimersByTime(60_000);
    expect(notices.list.every((notice) => notice.level === 'warning')).toBe(true);
  });

  it('say the same thing once', () => {
    const notices = new Notices();
    notices.add('alarm', 'disk full');
    notices.add('alarm', 'disk full');
    notices.add('alarm', 'disk full (12 times)');
    expect(notices.list.map((notice) => notice.text)).toEqual(['disk full (12 times)']);
  });
});

describe('estimates', () => {
  it('come with interval and n, or say that there is no figure', () => {
    const estimate = { value: 3.1, low: 1.24, high: 6.4, n: 940 };
    expect(estimateText(estimate, 1)).toBe('3.1 (1.2–6.4; n = 940)');
    expect(estimateText({ value: null, low: null, high: null, n: 0 }, 1)).toBe(
      'no figure yet (n = 0)',
    );
    expect(estimateText(null, 1)).toBe('no figure yet (n = 0)');
  });
});

describe('places on the body', () => {
  it('are recognised however they are written', () => {
    for (const written of ['right torso', 'Right_Torso', 'torso, right', 'torso-right']) {
      expect(canonicalPlace(written)).toBe('right_torso');
    }
    expect(regionOf('left elbow pad')).toBeNull();
  });

  it('lie on the figure, the right on the viewer’s left, and all have names', () => {
    for (const [place, region] of Object.entries(REGIONS)) {
      if (place.startsWith('right_')) expect(region.cx, place).toBeLessThan(50);
      if (place.startsWith('left_')) expect(region.cx, place).toBeGreaterThan(50);
      expect(known(`place.${place}`), place).not.toBeNull();
    }
  });
});

describe('Course', () => {
  it('keeps the last hour in arrays of fixed size', () => {
    const course = new Course();
    const { people } = course;
    for (let i = 0; i < 1000; i++) course.add(i, i, null);
    const [times, counts] = course.columns();
    expect(times).toHaveLength(POINTS);
    expect([times[0], times[POINTS - 1]]).toEqual([640, 999]);
    expect(counts[POINTS - 1]).toBe(999);
    expect(course.people).toBe(people);
  });
});
