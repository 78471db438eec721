import { beforeEach, expect, it } from 'vitest';
import { Calls } from '../../src/alarms/calls.svelte';
import type { GuardTask } from '../../src/api/types';
import { alarm, T0 } from '../fixtures';

const guard = (change: Partial<GuardTask> = {}): GuardTask => ({
  name: 'g1',
  display: 'Guard 1',
  sent_us: T0,
  delivered_us: T0,
  read_us: T0,
  answer: 'need_help',
  answered_us: T0,
  text: '',
  ...change,
});

let isSupervisor: boolean;
let calls: Calls;
const shown = () => calls.list.map((call) => `${call.number} ${call.why} ${call.who ?? ''}`.trim());

beforeEach(() => {
  isSupervisor = true;
  calls = new Calls(() => isSupervisor);
});

it('show a guard who needs help until somebody looks', () => {
  const inNeed = alarm(1, { stage: 'escalated', guards: [guard()] });
  expect(calls.look([inNeed])).toBe(true);
  expect(shown()).toEqual(['1 help_needed Guard 1']);
  expect(calls.sound).toBe('help');
  expect(calls.look([{ ...inNeed, outside: 0.5 }])).toBe(false);
  expect(calls.look([alarm(1, { stage: 'resolved', guards: [guard()] })])).toBe(false);
  expect(shown()).toHaveLength(1);
  calls.opened(calls.list[0]!);
  expect(calls.list).toEqual([]);
  expect(calls.sound).toBeNull();
});

it('are not those of before an alarm was resolved', () => {
  const resolved = alarm(1, { stage: 'resolved', guards: [guard()] });
  expect(calls.look([resolved])).toBe(false);
  expect(calls.look([{ ...resolved, stage: 'new' }])).toBe(false);
});

it('show a guard who calls again', () => {
  calls.look([alarm(1, { guards: [guard()] })]);
  calls.opened(calls.list[0]!);
  expect(calls.look([alarm(1, { guards: [guard()] })])).toBe(false);
  expect(calls.look([alarm(1, { guards: [guard({ answered_us: T0 + 9e6 })] })])).toBe(true);
  expect(shown()).toHaveLength(1);
});

it('show a supervisor who comes later what nobody has seen to', () => {
  const alarms = [alarm(1, { reported: ['unacknowledged', 'help_needed'] })];
  expect(calls.look(alarms)).toBe(true);
  expect(shown()).toEqual(['1 unacknowledged']);
  expect(calls.sound).toBe('call');
  isSupervisor = false;
  calls = new Calls(() => isSupervisor);
  expect(calls.look(alarms)).toBe(false);
});

it('come once, whether the alarm says so first or the server', () => {
  const reported = alarm(1, { reported: ['nobody_deals'] });
  expect(calls.called(alarm(1), 'A1', 'nobody_deals')).toBe(true);
  expect(calls.look([reported])).toBe(false);
  expect(calls.called(reported, 'A1', 'nobody_deals')).toBe(false);
  expect(shown()).toEqual(['1 nobody_deals']);
});

it('come again when an alarm rings anew', () => {
  const reported = alarm(1, { reported: ['unacknowledged'] });
  calls.look([reported]);
  calls.opened(calls.list[0]!);
  calls.look([alarm(1)]);
  expect(calls.look([reported])).toBe(true);
});

it('reach an operator when the server says so, without any alarm yet', () => {
  isSupervisor = false;
  expect(calls.called(null, 'A9', 'unacknowledged')).toBe(true);
  expect(calls.list[0]).toMatchObject({ alarmId: 'A9', number: null });
});
