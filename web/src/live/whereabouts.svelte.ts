/** Where a person is now, for words and an arrow: a few times a second, not at sensor rate. */

import type { AlarmView, Point } from '../api/types';
import type { Feed } from './feed.svelte';

const EVERY_MS = 250;

export interface Whereabouts {
  place: Point;
  /** False: nobody sees the person now, and this is an old place. */
  seen: boolean;
  speed_m_s: number;
  timeUs: number;
}

/**
 * From the frame, or else the last place that the alarm knows, or null.
 *
 * An alarm that has ended has its last place alone: its track is looked up no more.
 */
export function whereabouts(
  feed: Feed,
  alarm: AlarmView,
  track: number | null,
): Whereabouts | null {
  const { frame } = feed;
  const i = track === null || !alarm.live ? -1 : frame.indexOf(track);
  if (i >= 0) {
    return {
      place: [frame.x_m[i] as number, frame.y_m[i] as number],
      seen: true,
      speed_m_s: Math.hypot(frame.vx_m_s[i] as number, frame.vy_m_s[i] as number),
      timeUs: frame.time_us,
    };
  }
  const last = alarm.last_seen;
  return last && { place: [last.x, last.y], seen: false, speed_m_s: 0, timeUs: last.time_us };
}

/** Look again and again until the effect that called this ends. */
export function watchWhereabouts(look: () => void): () => void {
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
