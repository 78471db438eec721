import { beforeEach, describe, expect, it } from 'vitest';
import { announcement } from '../../src/alarms/announce.svelte';
import {
  evidenceText,
  leadingClass,
  newsTexts,
  notExaminedTexts,
  planLabels,
} from '../../src/alarms/texts';
import type { News } from '../../src/alarms/news';
import type { AlarmView, Evidence } from '../../src/api/types';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import { alarm } from '../fixtures';

const line = alarm(1).evidence[0] as Evidence;

beforeEach(() => useLanguage('en'));

describe('evidence in words', () => {
  it('names sensor, class, place, looks and probability', () => {
    expect(evidenceText(line)).toBe('curtain-2, long gun, right torso, 3 looks, 0.93');
  });

  it('does so in Serbian', async () => {
    await useLanguage('sr-Latn');
    expect(evidenceText(line)).toBe('curtain-2, duga cev, desna strana trupa, 3 pogleda, 0,93');
  });

  it('keeps "nothing found" apart from "something, not named"', () => {
    expect(evidenceText({ ...line, classes: [], probability: 0.02 })).toContain('nothing found');
    expect(evidenceText({ ...line, classes: [], probability: 0.8 })).toContain('kind not named');
  });

  it('shows a word it does not know as it came', () => {
    const strange = { ...line, body_place: 'left boot', classes: ['cross_bow'] };
    expect(evidenceText(strange)).toBe('curtain-2, cross bow, left boot, 3 looks, 0.93');
  });

  it('says what was not examined', () => {
    expect(notExaminedTexts(alarm(1))).toEqual(['trace: not examined']);
  });
});

describe('labels on the plan', () => {
  it('give number and class to the leading candidate, a question mark to the others', () => {
    expect([...planLabels([alarm(3)])]).toEqual([
      [7, '#3 long gun 0.71'],
      [9, '#3? 0.24'],
    ]);
  });

  it('join two alarms about one person, and leave resolved ones out', () => {
    const labels = planLabels([
      alarm(1, { candidates: [{ track: 7, probability: 1 }] }),
      alarm(2, { candidates: [{ track: 7, probability: 0.5 }] }),
      alarm(3, { stage: 'resolved' }),
    ]);
    expect([...labels]).toEqual([[7, '#1 long gun · #2 long gun 0.50']]);
  });

  it('are given to nobody by an alarm that has ended', () => {
    expect(planLabels([alarm(1, { live: false })]).size).toBe(0);
  });

  it('stay short in a flood', () => {
    const flood = [1, 2, 3, 4].map((n) => alarm(n, { candidates: [{ track: 7, probability: 1 }] }));
    expect(planLabels(flood).get(7)).toBe('#1 long gun · #2 long gun +2');
  });

  it('fall back on "threat" without any class', () => {
    const bare = alarm(1, { threat: { probability: 0.5, prior: 0.1, classes: {} } });
    expect(leadingClass(bare)).toBe('threat');
  });
});

describe('news in words', () => {
  it('lists what could not be read before, and nothing else', () => {
    const more = { ...line, sensor: 'trace-1', classes: [], substance: 'tnt', body_place: null };
    const after = alarm(1, {
      severity: 'high',
      evidence: [line, more],
      ended: { because: 'departed', at_us: 0 },
      live: false,
    });
    const [evidence, severity, ended] = newsTexts(alarm(1), after);
    expect(evidence).toBe('trace-1, TNT, 3 looks, 0.93');
    expect(severity).toBe('high');
    expect(ended).toContain('all candidates have left');
    expect(newsTexts(after, after)).toEqual([]);
  });
});

describe('announcement', () => {
  it('says one alarm in full and many by their number and worst', () => {
    const fresh = (each: AlarmView): News => ({ alarm: each, what: 'new' });
    expect(announcement([fresh(alarm(4))])).toBe('New alarm 4: critical, long gun');
    const many = [alarm(5, { severity: 'medium' }), alarm(6), alarm(7, { severity: 'high' })];
    expect(announcement(many.map(fresh))).toBe('3 new alarms, the worst: critical, long gun');
  });
});
