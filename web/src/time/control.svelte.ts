/**
 * One time for all panels: live, or a minute of the log.
 *
 * The live line stays open whatever is shown, so that an alarm is never missed for a replay.
 */

import type { Micros, ReplayCommand } from '../api/types';
import type { Feed } from '../live/feed.svelte';
import type { LinkState } from '../live/link';

export const SPEEDS = [0.5, 1, 2, 5, 10, 20] as const;
/** While somebody drags, the server is asked at most so often. */
const SEEK_EVERY_MS = 120;

/** What the control needs of a WebSocket link. */
export interface ReplayLink {
  readonly state: LinkState;
  start(): void;
  stop(): void;
  send(command: ReplayCommand): boolean;
}

export interface ReplayCalls {
  url: () => string;
  receive: (data: string | ArrayBuffer) => void;
  changed: (state: LinkState) => void;
}

export class TimeControl {
  mode = $state<'live' | 'replay'>('live');
  playing = $state(true);
  /** A picture of live that was stopped: with it stand the figures of its moment. */
  still = $state(false);
  speed = $state(1);
  /** The time that is shown in a replay. */
  atUs = $state<Micros>(0);
  linkState = $state<LinkState>('closed');

  #link: ReplayLink | null = null;
  #seekTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly live: Feed,
    private readonly replay: Feed,
    private readonly nowUs: () => Micros,
    private readonly open: (calls: ReplayCalls) => ReplayLink,
  ) {}

  get isLive(): boolean {
    return this.mode === 'live';
  }

  /** Stop the picture where it is. From live that needs no server: the last picture is kept. */
  pause(): void {
    if (this.isLive) {
      this.replay.copyFrom(this.live);
      this.atUs = Math.round(this.live.frame.time_us || this.nowUs());
      this.mode = 'replay';
      this.still = true;
    }
    this.playing = false;
    this.#link?.send({ type: 'pause' });
  }

  play(): void {
    if (this.isLive) return;
    this.playing = true;
    if (!this.#link) this.#openLink();
    else this.#link.send({ type: 'play' });
  }

  toggle(): void {
    if (this.isLive || this.playing) this.pause();
    else this.play();
  }

  /** Show another time; a picture that stood still goes on standing still. */
  seek(us: Micros): void {
    if (this.isLive) this.pause();
    this.atUs = Math.round(us);
    if (!this.#link) this.#openLink();
    else this.#sendSeekSoon();
  }

  step(seconds: number): void {
    const from = this.isLive ? this.nowUs() : this.atUs;
    this.seek(from + seconds * 1e6);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.#link?.send({ type: 'speed', speed });
  }

  /** The next faster or slower speed. */
  shiftSpeed(by: 1 | -1): void {
    const at = SPEEDS.findIndex((speed) => speed >= this.speed);
    const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))];
    if (next !== undefined) this.setSpeed(next);
  }

  goLive(): void {
    if (this.#seekTimer !== null) clearTimeout(this.#seekTimer);
    this.#seekTimer = null;
    this.#link?.stop();
    this.#link = null;
    this.linkState = 'closed';
    this.mode = 'live';
    this.playing = true;
    this.still = false;
  }

  /** The replay's own clock says where it is. */
  told(us: Micros): void {
    if (!this.isLive && this.#seekTimer === null) this.atUs = us;
  }

  #openLink(): void {
    this.still = false;
    this.#link = this.open({
      url: () => `/replay?at_us=${this.atUs}&speed=${this.speed}`,
      receive: (data) => this.replay.receive(data),
      changed: (state) => {
        this.linkState = state;
        if (state === 'open' && !this.playing) this.#link?.send({ type: 'pause' });
      },
    });
    this.#link.start();
  }

  #sendSeekSoon(): void {
    if (this.#seekTimer !== null) return;
    this.#seekTimer = setTimeout(() => {
      this.#seekTimer = null;
      this.#link?.send({ type: 'seek', time_us: this.atUs });
    }, SEEK_EVERY_MS);
  }
}
