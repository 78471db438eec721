/** What is news of alarms, in words for a screen reader: at most one sentence in a few seconds. */

import { SEVERITIES } from '../api/types';
import { t, term } from '../i18n/i18n.svelte';
import type { News } from './news';
import { leadingClass } from './texts';

const AT_MOST_EVERY_MS = 4_000;

export function announcement(news: readonly News[]): string {
  const worst = [...news].sort(
    (a, b) => SEVERITIES.indexOf(a.alarm.severity) - SEVERITIES.indexOf(b.alarm.severity),
  )[0];
  if (!worst) return '';
  const { alarm } = worst;
  const what = term('class', leadingClass(alarm));
  const severity = t(`severity.${alarm.severity}`);
  if (news.length === 1) {
    return t(`announce.${worst.what}`, { number: alarm.number, severity, what });
  }
  return news.every((each) => each.what === 'new')
    ? t('announce.many_new', { n: news.length, severity, what })
    : t('announce.many', { n: news.length, severity, what });
}

export class Announcer {
  text = $state('');
  #waiting: News[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  add(news: readonly News[]): void {
    this.#waiting.push(...news);
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
