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
    expect(desk.problem).toBeNull();
  });

  it('asks for a reason first, and acts on the alarm it asked about', async () => {
    await desk.run(act('dismiss'));
    expect(fetched).not.toHaveBeenCalled();
    station.live.alarms = [alarm(2), ...station.live.alarms];
    station.selectedId = 'A2';
    answer(200, alarm(1, { stage: 'resolved' }));
    await desk.answer({ reason: 'test', text: '' });
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/alarms/A1/dismiss');
    expect(desk.asking).toBeNull();
  });

  it('keeps the question open and says why when the server refuses', async () => {
    answer(409, { type: 'about:refusal/held', title: 'Held', detail: 'Mira has it.' });
    await desk.run(act('dismiss'));
    await desk.answer({ reason: 'test', text: '' });
    expect(desk.asking).not.toBeNull();
    expect(desk.problem).toBeInstanceOf(Problem);
    expect((desk.problem as Problem).code).toBe('held');
  });

  it('does nothing in the past', async () => {
    station.time.pause();
    await desk.run(act('acknowledge'));
    expect(fetched).not.toHaveBeenCalled();
  });
});
