/**
 * Tell the server that a task has reached this phone, and that it was opened, until it knows.
 *
 * A receipt that gets lost would send a second guard for nothing; so each is repeated until the
 * server has answered, whatever it answered.
 */

import { Problem } from '../api/client';

export type Receipt = 'delivered' | 'read';

const RETRY_MS = 2_000;

export class Receipts {
  #begun = new Set<string>();

  constructor(
    private readonly send: (alarm: string, receipt: Receipt) => Promise<unknown>,
    private readonly later: (run: () => void, ms: number) => unknown = setTimeout,
  ) {}

  /**
   * @param sent_us when the task was sent: the same alarm may call the same guard again
   */
  give(alarm: string, sent_us: number, receipt: Receipt): void {
    const key = `${receipt} ${alarm} ${sent_us}`;
    if (this.#begun.has(key)) return;
    this.#begun.add(key);
    void this.#try(alarm, receipt);
  }

  async #try(alarm: string, receipt: Receipt): Promise<void> {
    try {
      await this.send(alarm, receipt);
    } catch (problem) {
      const answered = problem instanceof Problem && problem.status >= 400 && problem.status < 500;
      // Another phone of the same guard may have been first: then the server refuses, and knows.
      if (answered && problem.status !== 401 && problem.status !== 429) return;
      this.later(() => void this.#try(alarm, receipt), RETRY_MS);
    }
  }
}
