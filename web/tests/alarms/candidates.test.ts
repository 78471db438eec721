import { expect, it } from 'vitest';
import { alarmAbout, candidatesOf, leadingTrack } from '../../src/alarms/candidates';
import { alarm } from '../fixtures';

it('are the people whom a live alarm points at', () => {
  expect(candidatesOf(alarm(1))).toHaveLength(2);
  expect(leadingTrack(alarm(1))).toBe(7);
  expect(leadingTrack(alarm(1, { candidates: [] }))).toBeNull();
});

it('are nobody once it has ended, whoever wears that number by now', () => {
  const ended = alarm(1, { live: false, ended: { because: 'departed', at_us: 0 } });
  expect(candidatesOf(ended)).toEqual([]);
  expect(leadingTrack(ended)).toBeNull();
  expect(alarmAbout([ended], 7)).toBeNull();
});

it('lead from a person to the first open alarm about them', () => {
  const alarms = [alarm(3, { live: false }), alarm(2), alarm(1)];
  expect(alarmAbout(alarms, 9)?.number).toBe(2);
  expect(alarmAbout([alarm(1, { stage: 'resolved' })], 9)).toBeNull();
  expect(alarmAbout(alarms, 1000)).toBeNull();
});
