/** Who calls for somebody: a guard who needs help, or an alarm that nobody sees to. */

import type { AlarmView, Summons } from '../api/types';
import type { Sound } from '../shared/sound.svelte';
import { isOpen } from './order';

export interface Call {
  key: string;
  alarmId: string;
  number: number | null;
  why: Summons;
  /** The guard who needs help. */
  who: string | null;
}

export class Calls {
  /** The newest first; each stays until it is opened. */
  list = $state.raw<readonly Call[]>([]);
  /** What has been heard of, opened or not. */
  #known = new Set<string>();

  /** @param isCalled whether alarms call this person that nobody sees to */
  constructor(private readonly isCalled: () => boolean) {}

  readonly sound: Sound | null = $derived.by(() => {
    if (this.list.length === 0) return null;
    return this.list.some((call) => call.why === 'help_needed') ? 'help' : 'call';
  });

  /** Take in what the alarms say: whoever opens the page later is called as well. Whether it is new. */
  look(alarms: readonly AlarmView[]): boolean {
    const heard = new Set<string>();
    let isNew = false;
    for (const alarm of alarms) {
      for (const call of this.#callsOf(alarm)) {
        heard.add(call.key);
        // A resolved alarm calls nobody, nor anew by what was said before it was reopened.
        if (!isOpen(alarm) || this.#known.has(call.key)) continue;
        this.#add(call);
        isNew = true;
      }
    }
    // An alarm that rings anew may call anew.
    this.#known = heard;
    return isNew;
  }

  /** The server calls. What a guard needs is known from the alarm, with the guard's name. */
  called(alarm: AlarmView | null, alarmId: string, why: Summons): boolean {
    if (why === 'help_needed') return false;
    const key = keyOf(alarmId, why);
    if (this.list.some((call) => call.key === key)) return false;
    this.#known.add(key);
    this.#add({ key, alarmId, number: alarm?.number ?? null, why, who: null });
    return true;
  }

  opened(call: Call): void {
    this.list = this.list.filter((other) => other.key !== call.key);
  }

  #add(call: Call): void {
    this.list = [call, ...this.list.filter((other) => other.key !== call.key)];
  }

  #callsOf(alarm: AlarmView): Call[] {
    const { id: alarmId, number } = alarm;
    const help = alarm.guards
      .filter((guard) => guard.answer === 'need_help')
      .map((guard): Call => {
        const key = keyOf(alarmId, 'help_needed', guard.name, String(guard.answered_us));
        return { key, alarmId, number, why: 'help_needed', who: guard.display };
      });
    const unattended = this.isCalled()
      ? alarm.reported
          .filter((why) => why !== 'help_needed')
          .map((why): Call => ({ key: keyOf(alarmId, why), alarmId, number, why, who: null }))
      : [];
    return [...help, ...unattended];
  }
}

const keyOf = (...parts: string[]) => parts.join(' ');
