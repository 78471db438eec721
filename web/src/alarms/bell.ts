/**
 * What sounds, and for how long: until somebody has seen to it.
 *
 * A beep that plays once is missed by whoever is on the phone; so it comes again and again. A flood
 * makes no more noise than one alarm, or nobody could speak any more.
 */

import type { AlarmView } from '../api/types';
import type { Sound } from '../shared/sound.svelte';

export const AGAIN_MS = 5_000;
/** Longer than any of the sounds. */
const LEAST_MS = 1_500;

export class Bell {
  /** Nothing sounds before there is a page, nor after. */
  #hangs = false;
  #what: Sound | null = null;
  /** Something has begun while the last sound may still be heard. */
  #owed = false;
  #resting: ReturnType<typeof setTimeout> | null = null;
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly play: (sound: Sound) => void) {}

  /**
   * Let this sound again and again, or nothing.
   *
   * @param begun whether something has just begun, which sounds now
   */
  keep(what: Sound | null, begun: boolean): void {
    if (!this.#hangs) return;
    this.#what = what;
    if (what === null) this.#rest();
    else if (begun || this.#again === null) this.#soon();
  }

  /** Sound until the returned function is called. */
  run(): () => void {
    this.#hangs = true;
    return () => {
      this.keep(null, false);
      this.#hangs = false;
    };
  }

  #rest(): void {
    this.#owed = false;
    if (this.#again !== null) clearTimeout(this.#again);
    this.#again = null;
  }

  #soon(): void {
    if (this.#resting === null) this.#ring();
    else this.#owed = true;
  }

  #ring(): void {
    if (this.#what === null) return;
    this.#owed = false;
    this.play(this.#what);
    this.#resting = setTimeout(() => {
      this.#resting = null;
      if (this.#owed) this.#ring();
    }, LEAST_MS);
    if (this.#again !== null) clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#ring(), AGAIN_MS);
  }
}

/** Which alarms ring, and whether one has begun to since they were looked at last. */
export class Ringing {
  #rings = new Map<string, number>();

  /** Whether an alarm rings that did not, or rings anew; at first, whether any rings. */
  look(alarms: readonly AlarmView[]): boolean {
    const before = this.#rings;
    this.#rings = new Map(alarms.map((alarm) => [alarm.id, alarm.rings]));
    return alarms.some((alarm) => alarm.ringing && alarm.rings > (before.get(alarm.id) ?? 0));
  }
}

/** The sound of the worst alarm that rings, or null. */
export function soundOf(alarms: readonly AlarmView[]): Sound | null {
  const ringing = alarms.filter((alarm) => alarm.ringing);
  if (ringing.length === 0) return null;
  return ringing.some((alarm) => alarm.severity === 'critical') ? 'critical' : 'alarm';
}
