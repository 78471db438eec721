/** New alarms in words for a screen reader: at most one sentence in a few seconds. */

import { SEVERITIES, type AlarmView } from '../api/types';
import { t, term } from '../i18n/i18n.svelte';
import { leadingClass } from './texts';

const AT_MOST_EVERY_MS = 4_000;

export function announcement(alarms: readonly AlarmView[]): string {
  const worst = [...alarms].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  )[0];
  if (!worst) return '';
  const what = term('class', leadingClass(worst));
  const severity = t(`severity.${worst.severity}`);
  return alarms.length === 1
    ? t('alarms.announce_one', { number: worst.number, severity, what })
    : t('alarms.announce_many', { n: alarms.length, severity, what });
}

export class Announcer {
  text = $state('');
  #waiting: AlarmView[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  add(alarms: readonly AlarmView[]): void {
    this.#waiting.push(...alarms);
    if (this.#timer !== null) return;
    this.#say();
  }

  #say(): void {
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    this.text = announcement(this.#waiting);
    this.#waiting = [];
    this.#timer = setTimeout(() => this.#say(), AT_MOST_EVERY_MS);
  }
}
