/** Where times lie on the time bar, and the alarms next to a time. */

import type { Micros, Recording } from '../api/types';

export interface Range {
  fromUs: Micros;
  toUs: Micros;
}

/** How far back the bar reaches, in minutes; 0: to the beginning of the log. */
export const REACHES_MIN = [10, 60, 480, 0] as const;

export function rangeOf(recording: Recording | null, nowUs: Micros, reachMin: number): Range {
  const start = recording?.start_us ?? nowUs - 600e6;
  const fromUs = reachMin === 0 ? start : Math.max(start, nowUs - reachMin * 60e6);
  return { fromUs: Math.min(fromUs, nowUs - 1e6), toUs: nowUs };
}

/** Position in a range, 0 to 1; null outside of it. */
export function shareOf(us: Micros, range: Range): number | null {
  const share = (us - range.fromUs) / (range.toUs - range.fromUs);
  return share >= 0 && share <= 1 ? share : null;
}

/** When the alarm before or after a time opened. */
export function neighbour(recording: Recording | null, us: Micros, by: 1 | -1): Micros | null {
  // A jump lands exactly on an alarm: the next jump must leave it.
  const near = 100_000;
  const opened = (recording?.alarms ?? []).map((alarm) => alarm.opened_us).sort((a, b) => a - b);
  if (by > 0) return opened.find((each) => each > us + near) ?? null;
  return opened.reverse().find((each) => each < us - near) ?? null;
}
