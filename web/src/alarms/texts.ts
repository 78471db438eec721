/** An alarm in words. Evidence comes before any score. */

import type { AlarmView, Evidence } from '../api/types';
import { number, t, term, timeOfDay } from '../i18n/i18n.svelte';
import { placeText } from '../body/places';
import { candidatesOf } from './candidates';

/** "curtain-2, long gun, right torso, 3 looks, 0.93" */
export function evidenceText(evidence: Evidence): string {
  const found = evidence.classes.map((name) => term('class', name));
  if (evidence.substance) found.push(term('substance', evidence.substance));
  const parts = [
    evidence.sensor,
    found.length > 0 ? found.join(' + ') : undeclaredText(evidence),
    evidence.body_place ? placeText(evidence.body_place) : '',
    t('evidence.looks', { n: evidence.looks }),
    evidence.probability === null ? '' : number(evidence.probability, 2),
  ];
  return parts.filter(Boolean).join(', ');
}

/** A sensor may see something and name no class for it: that is not "nothing found". */
function undeclaredText(evidence: Evidence): string {
  return (evidence.probability ?? 0) >= 0.5
    ? t('evidence.undeclared')
    : t('evidence.nothing_found');
}

/** "trace: not examined", one for each way of looking that has not happened. */
export function notExaminedTexts(alarm: AlarmView): string[] {
  return alarm.not_examined.map((modality) =>
    t('evidence.not_examined', { modality: term('modality', modality) }),
  );
}

/** What can be read of an alarm that could not be read before. */
export function newsTexts(before: AlarmView, after: AlarmView): string[] {
  const read = new Set(before.evidence.map(evidenceText));
  const texts = after.evidence.map(evidenceText).filter((text) => !read.has(text));
  if (after.severity !== before.severity) texts.push(t(`severity.${after.severity}`));
  if (after.ended && !before.ended) texts.push(endedText(after.ended));
  return texts;
}

export function endedText(ended: NonNullable<AlarmView['ended']>): string {
  return t('alarms.ended_because', {
    because: term('closed', ended.because),
    time: timeOfDay(ended.at_us),
  });
}

/** The most probable class, by its name on the wire. */
export function leadingClass(alarm: AlarmView): string {
  let best = 'threat';
  let most = 0;
  for (const [name, probability] of Object.entries(alarm.threat.classes)) {
    if (probability > most) {
      best = name;
      most = probability;
    }
  }
  return best;
}

const SURE = 0.95;

/** What stands beside a person on the plan: the alarm's number, and its class for the leading one. */
export function planLabels(alarms: readonly AlarmView[]): Map<number, string> {
  const byTrack = new Map<number, string[]>();
  for (const alarm of alarms) {
    if (alarm.stage === 'resolved') continue;
    const candidates = candidatesOf(alarm);
    for (const [rank, candidate] of candidates.entries()) {
      // How probably it is this person; where that is sure, it would read as the threat's.
      const sure = candidates.length === 1 && candidate.probability >= SURE;
      const share = sure ? '' : ` ${number(candidate.probability, 2)}`;
      const text =
        rank === 0
          ? `#${alarm.number} ${term('class', leadingClass(alarm))}${share}`
          : `#${alarm.number}?${share}`;
      const texts = byTrack.get(candidate.track);
      if (texts) texts.push(text);
      else byTrack.set(candidate.track, [text]);
    }
  }
  return new Map([...byTrack].map(([track, texts]) => [track, shortened(texts)]));
}

/** What stands beside the place where nobody is seen now. */
export function lastSeenText(time_us: number): string {
  return t('plan.last_seen', { time: timeOfDay(time_us) });
}

/** Room for two alarms about one person; the card lists the others. */
function shortened(texts: readonly string[]): string {
  const shown = texts.slice(0, 2).join(' · ');
  return texts.length > 2 ? `${shown} +${texts.length - 2}` : shown;
}

/** The places on the body that the evidence names, each once. */
export function bodyPlaces(alarm: AlarmView): string[] {
  return [...new Set(alarm.evidence.flatMap((line) => (line.body_place ? [line.body_place] : [])))];
}
