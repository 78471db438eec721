/** What can be done about an alarm, by which key, and what the server says to it. */

import { call, Problem } from '../api/client';
import type { AlarmAction, AlarmView } from '../api/types';
import type { Key } from '../i18n/i18n.svelte';
import type { Station } from '../console/station.svelte';
import { nextPicture } from '../live/batch';
import { newsTexts } from './texts';

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

/** What an act says of what was looked at; whoever lets an alarm ring again need not know more. */
function havingSeen(alarm: AlarmView, act: Act): object {
  return act.name === 'unacknowledge' ? {} : { seen: alarm.version };
}

export class ActionDesk {
  /** The act whose question is open, and the alarm it was asked about. */
  asking = $state.raw<{ act: Act; alarm: AlarmView } | null>(null);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  /** What was not known yet of an alarm when an act was refused for it. */
  news = $state.raw<readonly string[]>([]);
  /** Asked for while the act before was still on its way: nobody's key press is lost. */
  #next: { act: Act; alarm: AlarmView } | null = null;

  constructor(private readonly station: Station) {}

  /** A past minute is looked at, never acted on. */
  allowed(act: Act): boolean {
    return this.station.time.isLive && allows(this.station.selected, act.name);
  }

  async run(act: Act): Promise<void> {
    const alarm = this.station.selected;
    if (!alarm) return;
    if (this.busy) {
      this.#next = { act, alarm };
      return;
    }
    if (!this.allowed(act)) return;
    this.#forget();
    if (act.asks) this.asking = { act, alarm };
    else await this.#post(alarm, act.name, havingSeen(alarm, act));
  }

  /** Answer the open question. The alarm is the one it was opened for, whatever is selected now. */
  async answer(body: object): Promise<void> {
    if (!this.asking || this.busy) return;
    const { act, alarm } = this.asking;
    // What has become known since the question was opened was not looked at.
    const said = { ...body, ...havingSeen(alarm, act) };
    if (await this.#post(alarm, act.name, said)) this.asking = null;
  }

  close(): void {
    this.asking = null;
    this.#forget();
  }

  async #post(alarm: AlarmView, action: AlarmAction, body: object): Promise<boolean> {
    this.busy = true;
    this.#forget();
    try {
      this.station.live.put(await act(alarm, action, body));
      return true;
    } catch (problem) {
      this.problem = problem;
      this.#next = null;
      if (problem instanceof Problem && problem.code === 'evidence_added') {
        await this.#lookAgain(alarm);
      }
      return false;
    } finally {
      this.busy = false;
      // By the next picture it is known what the answer has changed.
      if (this.#next) nextPicture(() => this.#goOn());
    }
  }

  /** Show what was not looked at; whoever decides again has seen it. */
  async #lookAgain(before: AlarmView): Promise<void> {
    try {
      const now = await call<AlarmView>('GET', `/alarms/${encodeURIComponent(before.id)}`);
      this.station.live.put(now);
      this.news = newsTexts(before, now);
      if (this.asking) this.asking = { act: this.asking.act, alarm: now };
    } catch (problem) {
      this.problem = problem;
    }
  }

  #forget(): void {
    this.problem = null;
    this.news = [];
  }

  #goOn(): void {
    const next = this.#next;
    this.#next = null;
    const now = this.station.selected;
    // Meant for the alarm that was looked at then, as it was known then, and for no other.
    if (next && next.alarm.id === now?.id && next.alarm.version === now.version) {
      void this.run(next.act);
    }
  }
}
