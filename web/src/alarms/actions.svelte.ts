/** What can be done about an alarm, by which key, and what the server says to it. */

import { call } from '../api/client';
import type { AlarmAction, AlarmView } from '../api/types';
import type { Key } from '../i18n/i18n.svelte';
import type { Station } from '../console/station.svelte';

export interface Act {
  name: AlarmAction;
  key: string;
  label: Key;
  /** Needs a reason, a person or an outcome first. */
  asks: boolean;
}

export const ACTS: readonly Act[] = [
  { name: 'acknowledge', key: 'a', label: 'action.acknowledge', asks: false },
  { name: 'unacknowledge', key: 'u', label: 'action.unacknowledge', asks: false },
  { name: 'take-over', key: 't', label: 'action.take_over', asks: false },
  { name: 'escalate', key: 'e', label: 'action.escalate', asks: true },
  { name: 'hand-over', key: 'h', label: 'action.hand_over', asks: true },
  { name: 'dismiss', key: 'd', label: 'action.dismiss', asks: true },
  { name: 'resolve', key: 'r', label: 'action.resolve', asks: true },
];

/** The server decides what is allowed; it may spell it with either dash. */
export function allows(alarm: AlarmView | null, action: AlarmAction): boolean {
  return alarm?.actions.some((name) => name.replaceAll('_', '-') === action) ?? false;
}

export async function act(
  alarm: AlarmView,
  action: AlarmAction,
  body: object = {},
): Promise<AlarmView> {
  return call<AlarmView>('POST', `/alarms/${encodeURIComponent(alarm.id)}/${action}`, body);
}

export class ActionDesk {
  /** The act whose question is open, and the alarm it was asked about. */
  asking = $state.raw<{ act: Act; alarm: AlarmView } | null>(null);
  busy = $state(false);
  problem = $state.raw<unknown>(null);

  constructor(private readonly station: Station) {}

  /** A past minute is looked at, never acted on. */
  allowed(act: Act): boolean {
    return this.station.time.isLive && allows(this.station.selected, act.name);
  }

  async run(act: Act): Promise<void> {
    const alarm = this.station.selected;
    if (!alarm || this.busy || !this.allowed(act)) return;
    this.problem = null;
    if (act.asks) this.asking = { act, alarm };
    else await this.#post(alarm, act.name, {});
  }

  /** Answer the open question. The alarm is the one it was opened for, whatever is selected now. */
  async answer(body: object): Promise<void> {
    if (!this.asking || this.busy) return;
    const { act, alarm } = this.asking;
    if (await this.#post(alarm, act.name, body)) this.asking = null;
  }

  close(): void {
    this.asking = null;
    this.problem = null;
  }

  async #post(alarm: AlarmView, action: AlarmAction, body: object): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      this.station.live.put(await act(alarm, action, body));
      return true;
    } catch (problem) {
      this.problem = problem;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
