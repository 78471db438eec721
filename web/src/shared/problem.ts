/** A refusal in words: what is wrong and what to do. */

import { Problem } from '../api/client';
import { known, t, timeOfDay } from '../i18n/i18n.svelte';

export function problemText(problem: unknown): string {
  if (!(problem instanceof Problem)) return t('problem.unknown');
  if (problem.status === 0) return t('problem.unreachable');
  const ours = problem.code && known(`refusal.${problem.code}`);
  if (ours) return problem.first ? `${ours} (${firstText(problem.first)})` : ours;
  const said = problem.detail || problem.title;
  return problem.remedy ? `${said} ${problem.remedy}` : said;
}

function firstText({ by, atUs }: NonNullable<Problem['first']>): string {
  return atUs === null ? by : `${by}, ${timeOfDay(atUs)}`;
}
