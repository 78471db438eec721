/**
 * A guard's call for help, until the server has it.
 *
 * It waits for nothing else and is never given up for lack of an answer. Each tap tries at once, and
 * the last try alone is repeated.
 */

import { Problem } from '../api/client';

export type HelpState =
  | { is: 'sending' }
  /** No answer yet; it goes on trying. */
  | { is: 'unsent' }
  /** The server will not have it, and why. */
  | { is: 'refused'; problem: Problem };

const RETRY_MS = 2_000;

export class HelpCalls {
  /** By alarm; one that the server has is here no more. */
  #states = $state.raw<ReadonlyMap<string, HelpState>>(new Map());
  #tries = new Map<string, number>();

  constructor(
    private readonly send: (alarm: string) => Promise<unknown>,
    private readonly later: (run: () => void, ms: number) => unknown = setTimeout,
  ) {}

  of(alarm: string): HelpState | null {
    return this.#states.get(alarm) ?? null;
  }

  /** Whether it is not with the server yet, and still under way. */
  isUnderWay(alarm: string): boolean {
    const state = this.of(alarm);
    return state !== null && state.is !== 'refused';
  }

  /** How often it was tried: more than before means that somebody has called meanwhile. */
  tries(alarm: string): number {
    return this.#tries.get(alarm) ?? 0;
  }

  call(alarm: string): void {
    if (this.of(alarm)?.is !== 'unsent') this.#become(alarm, { is: 'sending' });
    void this.#try(alarm);
  }

  async #try(alarm: string): Promise<void> {
    const mine = this.tries(alarm) + 1;
    this.#tries.set(alarm, mine);
    const isLast = () => this.tries(alarm) === mine;
    try {
      await this.send(alarm);
    } catch (problem) {
      if (!isLast() || !this.isUnderWay(alarm)) return;
      if (isRefusal(problem)) return this.#become(alarm, { is: 'refused', problem });
      this.#become(alarm, { is: 'unsent' });
      this.later(() => {
        if (isLast() && this.isUnderWay(alarm)) void this.#try(alarm);
      }, RETRY_MS);
      return;
    }
    this.#become(alarm, null);
  }

  #become(alarm: string, state: HelpState | null): void {
    const states = new Map(this.#states);
    if (state) states.set(alarm, state);
    else states.delete(alarm);
    this.#states = states;
  }
}

/** A session that is over comes back, and too many requests become fewer. */
function isRefusal(problem: unknown): problem is Problem {
  if (!(problem instanceof Problem)) return false;
  const { status } = problem;
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}
