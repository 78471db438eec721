import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../../src/account/session.svelte';
import { ActionDesk, ACTS, allows, type Act } from '../../src/alarms/actions.svelte';
import { Problem } from '../../src/api/client';
import { Station } from '../../src/console/station.svelte';
import { alarm } from '../fixtures';

const act = (name: string) => ACTS.find((each) => each.name === name) as Act;

let station: Station;
let desk: ActionDesk;
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  fetched.mockReset();
  station = new Station(new Session());
  desk = new ActionDesk(station);
  station.live.alarms = [alarm(1, { actions: ['acknowledge', 'take_over', 'dismiss'] })];
  station.selectedId = 'A1';
});

afterEach(() => vi.unstubAllGlobals());

const answer = (status: number, body: object) =>
  fetched.mockResolvedValue(new Response(JSON.stringify(body), { status }));

const bodyOf = (call: number) =>
  JSON.parse(fetched.mock.calls[call]?.[1]?.body as string) as object;

describe('ActionDesk', () => {
  it('has one key for each act, and no key twice', () => {
    expect(new Set(ACTS.map((each) => each.key)).size).toBe(ACTS.length);
  });

  it('offers what the server allows, however it spells it', () => {
    expect(allows(station.selected, 'take-over')).toBe(true);
    expect(desk.allowed(act('escalate'))).toBe(false);
  });

  it('acts at once where nothing is asked', async () => {
    answer(200, alarm(1, { stage: 'acknowledged' }));
    await desk.run(act('acknowledge'));
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/alarms/A1/acknowledge');
    expect(bodyOf(0)).toEqual({ seen: 1 });
    expect(desk.problem).toBeNull();
  });

  it('does what was asked for meanwhile next, about the same alarm', async () => {
    const later = { stage: 'acknowledged', actions: ['take_over', 'escalate'] } as const;
    answer(200, alarm(1, { ...later, actions: [...later.actions] }));
    const first = desk.run(act('acknowledge'));
    void desk.run(act('take-over'));
    void desk.run(act('escalate'));
    await first;
    await vi.waitFor(() => expect(desk.asking?.act.name).toBe('escalate'));
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('does it no more once another alarm is looked at, or after a refusal', async () => {
    answer(409, {});
    const first = desk.run(act('acknowledge'));
    void desk.run(act('dismiss'));
    await first;
    answer(200, alarm(1, { actions: ['dismiss'] }));
    const second = desk.run(act('acknowledge'));
    void desk.run(act('dismiss'));
    station.selectedId = 'A2';
    await second;
    await new Promise((done) => setTimeout(done, 200));
    expect(desk.asking).toBeNull();
  });

  it('asks for a reason first, and acts on the alarm it asked about', async () => {
    await desk.run(act('dismiss'));
    expect(fetched).not.toHaveBeenCalled();
    station.live.alarms = [alarm(2), ...station.live.alarms];
    station.selectedId = 'A2';
    answer(200, alarm(1, { stage: 'resolved' }));
    await desk.answer({ reason: 'test', text: '' });
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/alarms/A1/dismiss');
    expect(bodyOf(0)).toEqual({ reason: 'test', text: '', seen: 1 });
    expect(desk.asking).toBeNull();
  });

  it.each(ACTS)('says with $name which version was looked at, if it matters', async (each) => {
    const shown = alarm(1, { version: 4, actions: [each.name] });
    station.live.alarms = [shown];
    answer(200, shown);
    await desk.run(each);
    // News that comes while the question is open was not looked at.
    station.live.alarms = [{ ...shown, version: 5 }];
    if (each.asks) await desk.answer({});
    expect(bodyOf(0)).toEqual(each.name === 'unacknowledge' ? {} : { seen: 4 });
  });

  it('keeps the question open and says why when the server refuses', async () => {
    answer(409, { type: 'about:refusal/held', title: 'Held', detail: 'Mira has it.' });
    await desk.run(act('dismiss'));
    await desk.answer({ reason: 'test', text: '' });
    expect(desk.asking).not.toBeNull();
    expect(desk.problem).toBeInstanceOf(Problem);
    expect((desk.problem as Problem).code).toBe('held');
  });

  const more = {
    sensor: 'trace-1',
    modality: 'trace',
    classes: [],
    substance: 'tnt',
    looks: 1,
    probability: 0.9,
    body_place: null,
    time_us: 0,
  };
  const refused = { type: 'about:refusal/evidence-added', title: 'News' };
  const wholeAnswers = (...answers: [number, object][]) => {
    for (const [status, body] of answers) {
      fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));
    }
  };

  it('shows what is new when a decision came too late, and takes the next one', async () => {
    const now = alarm(1, { version: 2, evidence: [...alarm(1).evidence, more] });
    wholeAnswers([409, refused], [200, now], [200, { ...now, stage: 'resolved' }]);
    await desk.run(act('dismiss'));
    await desk.answer({ reason: 'test' });
    expect(fetched.mock.calls[1]?.[0]).toBe('/api/v1/alarms/A1');
    expect(desk.news).toEqual(['trace-1, TNT, 1 look, 0.90']);
    expect(desk.asking?.alarm.version).toBe(2);
    await desk.answer({ reason: 'test' });
    expect(bodyOf(2)).toEqual({ reason: 'test', seen: 2 });
    expect([desk.asking, desk.news]).toEqual([null, []]);
  });

  it('shows what is new also where nothing is asked', async () => {
    wholeAnswers([409, refused], [200, alarm(1, { version: 2, severity: 'high' })]);
    await desk.run(act('acknowledge'));
    expect([desk.news, desk.asking]).toEqual([['high'], null]);
    expect((desk.problem as Problem).code).toBe('evidence_added');
  });

  it('does nothing in the past', async () => {
    station.time.pause();
    await desk.run(act('acknowledge'));
    expect(fetched).not.toHaveBeenCalled();
  });
});
