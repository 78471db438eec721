/** A figure is never shown without its interval and the number of cases behind it. */

import type { Estimate } from '../api/types';
import { number, t } from '../i18n/i18n.svelte';

export function estimateText(estimate: Estimate | null, digits: number): string {
  if (!estimate || estimate.value === null) {
    return t('statistics.no_cases', { n: estimate?.n ?? 0 });
  }
  const { value, low, high, n } = estimate;
  const interval =
    low === null || high === null ? '–' : `${number(low, digits)}–${number(high, digits)}`;
  return t('statistics.estimate', { value: number(value, digits), interval, n });
}

export function orDash(value: number | null | undefined, digits: number, unit = ''): string {
  if (value === null || value === undefined) return '–';
  return `${number(value, digits)}${unit ? ` ${unit}` : ''}`;
}
