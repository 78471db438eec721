import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../../src/account/session.svelte';
import { Problem } from '../../src/api/client';
import type { Answer } from '../../src/api/types';
import AnswerBar from '../../src/guard/AnswerBar.svelte';
import { Duty, type Task } from '../../src/guard/duty.svelte';
import { HelpCalls } from '../../src/guard/help.svelte';
import { useLanguage } from '../../src/i18n/i18n.svelte';
import { alarm, T0 } from '../fixtures';

const settle = () => new Promise((done) => setTimeout(done));
const NO_ANSWER = new Problem(0, 'unreachable', '');

describe('a call for help', () => {
  let outcomes: (() => Promise<unknown>)[];
  let later: (() => void)[];
  let sent: number;
  let help: HelpCalls;

  beforeEach(() => {
    outcomes = [];
    later = [];
    sent = 0;
    help = new HelpCalls(
      () => {
        sent++;
        return (outcomes.shift() ?? (() => Promise.resolve()))();
      },
      (run) => later.push(run),
    );
  });

  it('is repeated until the server has it', async () => {
    outcomes = Array.from({ length: 5 }, () => () => Promise.reject(NO_ANSWER));
    help.call('A1');
    expect(help.of('A1')).toEqual({ is: 'sending' });
    for (let i = 0; i < 5; i++) {
      await settle();
      expect(help.of('A1')).toEqual({ is: 'unsent' });
      later.shift()?.();
    }
    await settle();
    expect([sent, help.of('A1'), later.length]).toEqual([6, null, 0]);
  });

  it.each([401, 429, 500, 503])('is repeated after %i as well', async (status) => {
    outcomes = [() => Promise.reject(new Problem(status, '', ''))];
    help.call('A1');
    await settle();
    expect([help.of('A1'), later.length]).toEqual([{ is: 'unsent' }, 1]);
  });

  it('says when the server will not have it', async () => {
    const problem = new Problem(409, 'Not called', '', null, 'not_called');
    outcomes = [() => Promise.reject(problem)];
    help.call('A1');
    await settle();
    expect(help.of('A1')).toEqual({ is: 'refused', problem });
    expect(help.isUnderWay('A1')).toBe(false);
    help.call('A1');
    await settle();
    expect(help.of('A1')).toBeNull();
  });

  it('is tried at once by each tap, while an earlier try hangs, and repeated once', async () => {
    let fail = (_: unknown) => {};
    outcomes = [() => new Promise((_, reject) => (fail = reject)), () => Promise.reject(NO_ANSWER)];
    help.call('A1');
    help.call('A1');
    expect(sent).toBe(2);
    await settle();
    fail(NO_ANSWER);
    await settle();
    expect(later).toHaveLength(1);
    later.shift()?.();
    await settle();
    expect([sent, help.of('A1')]).toEqual([3, null]);
  });
});

describe('the answer bar', () => {
  const fetched = vi.fn<typeof fetch>();
  let duty: Duty;
  let page: object;

  function show(stage: 'escalated' | 'resolved', answer: Answer | null = null): void {
    const mine = {
      name: 'g1',
      display: 'Guard 1',
      sent_us: T0,
      delivered_us: T0,
      read_us: T0,
      answer,
      answered_us: null,
      text: '',
    };
    const task: Task = { alarm: alarm(1, { stage, guards: [mine] }), mine };
    page = mount(AnswerBar, { target: document.body, props: { duty, task } });
    flushSync();
  }
  const button = (answer: Answer) => document.querySelector(`.${answer}`) as HTMLButtonElement;
  const said = (role: string) => document.querySelector(`p[role=${role}]`)?.textContent?.trim();
  const bodies = () =>
    fetched.mock.calls.map(
      ([, init]) => (JSON.parse(init?.body as string) as { answer: Answer }).answer,
    );

  beforeEach(async () => {
    await useLanguage('en');
    vi.useFakeTimers();
    vi.stubGlobal('fetch', fetched);
    fetched.mockReset();
    fetched.mockImplementation(() => new Promise(() => undefined));
    duty = new Duty(new Session());
  });

  afterEach(async () => {
    await unmount(page);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('lets a guard call for help when the alarm is resolved', () => {
    show('resolved');
    expect([button('found').disabled, button('need_help').disabled]).toEqual([true, false]);
    button('need_help').click();
    flushSync();
    expect(bodies()).toEqual(['need_help']);
    expect(said('status')).toBe('Calling for help …');
  });

  it('lets a guard call for help while another answer hangs, and keeps that from undoing it', async () => {
    let arrive = (_: Response) => {};
    fetched.mockImplementationOnce(() => new Promise((done) => (arrive = done)));
    show('escalated');
    button('found').click();
    flushSync();
    expect([button('not_found').disabled, button('need_help').disabled]).toEqual([true, false]);
    button('need_help').click();
    arrive(new Response(JSON.stringify(alarm(1))));
    await vi.advanceTimersByTimeAsync(0);
    expect(bodies()).toEqual(['found', 'need_help', 'need_help']);
  });

  it('says that help is not called yet, and lets nothing overtake it', async () => {
    fetched.mockRejectedValueOnce(new TypeError('network'));
    show('escalated', 'found');
    button('need_help').click();
    await vi.advanceTimersByTimeAsync(0);
    flushSync();
    expect(said('alert')).toMatch(/^HELP NOT YET CALLED/);
    expect(said('status')).toBe('');
    expect([button('found').disabled, button('need_help').disabled]).toEqual([true, false]);
  });

  it('says what the control room has', () => {
    show('escalated', 'need_help');
    expect(said('status')).toBe('The control room has: Need help');
  });
});
