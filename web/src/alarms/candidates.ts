/** Whom an alarm points at, as plain data: tested without a browser. */

import type { AlarmView, Candidate } from '../api/types';

/** Most probable first. An alarm that has ended points at nobody: its tracks are of another time. */
export function candidatesOf(alarm: AlarmView): readonly Candidate[] {
  return alarm.live ? alarm.candidates : [];
}

export function leadingTrack(alarm: AlarmView): number | null {
  return candidatesOf(alarm)[0]?.track ?? null;
}

/** The open alarm that points at a person, the first in the queue's order. */
export function alarmAbout(alarms: readonly AlarmView[], track: number): AlarmView | null {
  const points = (alarm: AlarmView) =>
    alarm.stage !== 'resolved' && candidatesOf(alarm).some((person) => person.track === track);
  return alarms.find(points) ?? null;
}
