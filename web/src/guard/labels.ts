/** Candidates by letter, the same on the plan and in the list: shorter to say than a number. */

import type { Candidate } from '../api/types';
import { number } from '../i18n/i18n.svelte';

export function letterOf(rank: number): string {
  return rank < 26 ? String.fromCharCode(65 + rank) : String(rank + 1);
}

export function candidateLabels(candidates: readonly Candidate[]): Map<number, string> {
  return new Map(
    candidates.map((candidate, rank) => [
      candidate.track,
      `${letterOf(rank)} ${number(candidate.probability, 2)}`,
    ]),
  );
}
