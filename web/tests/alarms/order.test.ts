import { describe, expect, it } from 'vitest';
import { SEVERITIES, type AlarmGroup, type AlarmView } from '../../src/api/types';
import { KEPT_RESOLVED, queueOf, rowsOf, type Row } from '../../src/alarms/order';
import { alarm, T0 } from '../fixtures';

const numbers = (alarms: readonly AlarmView[]) => alarms.map((each) => each.number);
const keys = (rows: readonly Row[]) => rows.map((row) => row.key);
const NOTHING = new Set<string>();

describe('queueOf', () => {
  it('puts unattended before attended, severe before mild, newest first', () => {
    const queue = queueOf([
      alarm(1, { stage: 'assigned' }),
      alarm(2, { severity: 'medium' }),
      alarm(3),
      alarm(4),
      alarm(5, { stage: 'resolved' }),
      alarm(6, { severity: 'high' }),
      alarm(7, { stage: 'acknowledged' }),
    ]);
    expect(numbers(queue)).toEqual([4, 3, 6, 2, 7, 1, 5]);
  });

  it('keeps an ended alarm that nobody has acknowledged among the unattended', () => {
    const ended = alarm(1, { live: false, ended: { because: 'departed', at_us: T0 } });
    expect(numbers(queueOf([alarm(2, { stage: 'acknowledged' }), ended]))).toEqual([1, 2]);
  });

  it('never lets acknowledging hide a live alarm', () => {
    expect(numbers(queueOf([alarm(1, { stage: 'acknowledged' })]))).toEqual([1]);
  });

  it('orders equals by number, whatever order they came in', () => {
    const equals = [1, 2, 3].map((n) => alarm(n, { opened_us: T0 }));
    expect(numbers(queueOf(equals))).toEqual(numbers(queueOf(equals.reverse())));
  });

  it('bounds the resolved ones alone', () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      alarm(i + 1, { stage: i < 300 ? 'new' : 'resolved' }),
    );
    expect(queueOf(many)).toHaveLength(300 + KEPT_RESOLVED);
  });
});

describe('rowsOf', () => {
  const group: AlarmGroup = { id: 'G', alarms: ['A1', 'A2', 'A3'], since_us: T0 };
  const flood = [
    alarm(1, { group: 'G', severity: 'high', stage: 'acknowledged' }),
    alarm(2, { group: 'G', severity: 'high', stage: 'acknowledged' }),
    alarm(3, { group: 'G', severity: 'medium', stage: 'acknowledged' }),
  ];

  it('folds a flood to one row that counts every member', () => {
    const rows = rowsOf(queueOf([...flood, alarm(9)]), [group], NOTHING, null);
    expect(keys(rows)).toEqual(['A9', 'G']);
    expect(rows[1]).toMatchObject({ kind: 'group', folded: 3, fresh: 0, worst: 'high' });
  });

  it('lists every member when unfolded', () => {
    const rows = rowsOf(queueOf(flood), [group], new Set(['G']), null);
    expect(keys(rows)).toEqual(['G', 'A2', 'A1', 'A3']);
    expect(rows[0]).toMatchObject({ folded: 0 });
  });

  it.each(SEVERITIES)('never folds away a new alarm, be it %s', (severity) => {
    const fresh = alarm(4, { group: 'G', severity });
    const rows = rowsOf(queueOf([...flood, fresh]), [group], NOTHING, null);
    expect(keys(rows)).toEqual(['G', 'A4']);
    expect(rows[0]).toMatchObject({ folded: 3, fresh: 1 });
  });

  it('says of a folded flood how bad its worst is', () => {
    const worst = alarm(4, { group: 'G', stage: 'acknowledged' });
    const rows = rowsOf(queueOf([...flood, worst]), [group], NOTHING, null);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ folded: 4, fresh: 0, worst: 'critical' });
  });

  it('never folds away the selected alarm', () => {
    expect(keys(rowsOf(queueOf(flood), [group], NOTHING, 'A3'))).toEqual(['G', 'A3']);
  });

  it('shows an alarm whose group is not known as any other', () => {
    expect(keys(rowsOf(queueOf(flood), [], NOTHING, null))).toEqual(['A2', 'A1', 'A3']);
  });
});
