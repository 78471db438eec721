/** Alarms and people for tests, and stand-ins for what a browser or a network would give. */

import type { AlarmView } from '../src/api/types';
import type { SocketLike, Timers } from '../src/live/link';
import { TrackFrame } from '../src/live/frame';

export const T0 = 1_790_000_000_000_000;

export function alarm(number: number, change: Partial<AlarmView> = {}): AlarmView {
  return {
    id: `A${number}`,
    number,
    version: 1,
    stage: 'new',
    live: true,
    ended: null,
    opened_us: T0 + number * 1_000_000,
    changed_us: T0 + number * 1_000_000,
    severity: 'critical',
    drill: false,
    shelved: false,
    ringing: true,
    rings: 1,
    reported: [],
    operator: null,
    guards: [],
    threat: { probability: 0.93, prior: 0.0333, classes: { handgun: 0.02, long_gun: 0.9 } },
    examined: { curtain: 0.97 },
    not_examined: ['trace'],
    evidence: [
      {
        sensor: 'curtain-2',
        modality: 'curtain',
        classes: ['long_gun'],
        substance: null,
        looks: 3,
        probability: 0.93,
        body_place: 'right_torso',
        time_us: T0,
      },
    ],
    candidates: [
      { track: 7, probability: 0.71 },
      { track: 9, probability: 0.24 },
    ],
    outside: 0.05,
    last_seen: null,
    resolution: null,
    group: null,
    actions: ['acknowledge'],
    ...change,
  };
}

/** A frame of people at given places. */
export function frameOf(places: readonly (readonly [number, number])[]): TrackFrame {
  const frame = new TrackFrame();
  frame.reserve(places.length);
  frame.count = places.length;
  places.forEach(([x, y], i) => {
    frame.trackId[i] = i + 1;
    frame.x_m[i] = x;
    frame.y_m[i] = y;
  });
  return frame;
}

/** Runs at once what others do at the next picture, or keeps it until `run` is called. */
export class HeldScheduler {
  waiting: (() => void)[] = [];
  readonly schedule = (run: () => void): void => void this.waiting.push(run);

  run(): void {
    const now = this.waiting;
    this.waiting = [];
    for (const each of now) each();
  }
}

export class FakeTimers implements Timers {
  now = 0;
  #next = 1;
  #due = new Map<number, { at: number; run: () => void }>();

  set(run: () => void, ms: number): number {
    this.#due.set(this.#next, { at: this.now + ms, run });
    return this.#next++;
  }

  clear(id: number): void {
    this.#due.delete(id);
  }

  get count(): number {
    return this.#due.size;
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#due].filter(([, timer]) => timer.at <= until);
      due.sort(([, a], [, b]) => a.at - b.at);
      const first = due[0];
      if (!first) break;
      this.#due.delete(first[0]);
      this.now = first[1].at;
      first[1].run();
    }
    this.now = until;
  }
}

export class FakeSocket implements SocketLike {
  binaryType: BinaryType = 'blob';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: unknown[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  accept(): void {
    this.onopen?.(new Event('open'));
  }

  say(data: unknown): void {
    this.onmessage?.(new MessageEvent('message', { data }));
  }

  drop(code = 1006): void {
    this.onclose?.(new CloseEvent('close', { code }));
  }
}
