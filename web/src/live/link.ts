/**
 * One WebSocket that is meant to stay open: it reconnects by itself and gives up only when told to.
 *
 * Socket, timers and chance come in from outside, so that tests run it without a network or a clock.
 */

export type LinkState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface SocketLike {
  binaryType: BinaryType;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Timers {
  set(run: () => void, ms: number): number;
  clear(id: number): void;
}

export interface LinkOptions {
  /** Asked at each attempt: a replay goes on from where it was cut. */
  url: () => string;
  receive: (data: string | ArrayBuffer) => void;
  changed?: (state: LinkState) => void;
  /** The server would not talk, perhaps because the session is over. */
  refused?: () => void;
  /** The session is over: the link is closed and stays so. */
  ended?: () => void;
  open?: (url: string) => SocketLike;
  timers?: Timers;
  random?: () => number;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;
/** The server speaks at least once a second; a socket silent for so long is dead, whatever it says. */
const SILENCE_MS = 5_000;

/** The server closes a socket that it refuses with 4000 more than the status of HTTP. */
const REFUSED_FROM = 4_400;
const SESSION_OVER = 4_401;

/** Doubling, capped, and spread by chance so that fifty consoles do not return in one instant. */
export function retryDelay(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return longest * (0.5 + 0.5 * random);
}

const browserTimers: Timers = {
  set: (run, ms) => window.setTimeout(run, ms),
  clear: (id) => window.clearTimeout(id),
};

export class Link {
  state: LinkState = 'closed';
  #options: Required<Omit<LinkOptions, 'changed' | 'refused' | 'ended'>> & LinkOptions;
  #socket: SocketLike | null = null;
  #attempt = 0;
  #retry: number | null = null;
  #silence: number | null = null;
  #heard = false;

  constructor(options: LinkOptions) {
    this.#options = {
      open: (url) => new WebSocket(url),
      timers: browserTimers,
      random: Math.random,
      ...options,
    };
  }

  start(): void {
    if (this.state !== 'closed') return;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#cancelTimers();
    this.#dropSocket();
    this.#become('closed');
  }

  /** Try at once: the network is back, or somebody looks again. */
  hurry(): void {
    if (this.state !== 'waiting') return;
    this.#cancelTimers();
    this.#connect();
  }

  send(command: unknown): boolean {
    if (this.state !== 'open' || !this.#socket) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  #connect(): void {
    this.#retry = null;
    this.#become('connecting');
    const socket = this.#options.open(this.#options.url());
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#heard = true;
      this.#watch();
      this.#become('open');
    };
    socket.onmessage = (event) => {
      this.#heard = true;
      this.#attempt = 0;
      this.#options.receive(event.data as string | ArrayBuffer);
    };
    socket.onclose = (event) => this.#lost(event.code);
    this.#heard = false;
    this.#watch();
  }

  /** One timer that looks whether anything was heard since it last looked. */
  #watch(): void {
    const { timers } = this.#options;
    if (this.#silence !== null) timers.clear(this.#silence);
    this.#silence = timers.set(() => {
      this.#silence = null;
      if (!this.#heard) return this.#lost();
      this.#heard = false;
      this.#watch();
    }, SILENCE_MS);
  }

  #lost(code = 0): void {
    if (code === SESSION_OVER) {
      this.stop();
      this.#options.ended?.();
      return;
    }
    const opened = this.state === 'open';
    this.#cancelTimers();
    this.#dropSocket();
    this.#retry = this.#options.timers.set(
      () => this.#connect(),
      retryDelay(this.#attempt++, this.#options.random()),
    );
    this.#become('waiting');
    if (!opened || code >= REFUSED_FROM) this.#options.refused?.();
  }

  #dropSocket(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #cancelTimers(): void {
    const { timers } = this.#options;
    if (this.#retry !== null) timers.clear(this.#retry);
    if (this.#silence !== null) timers.clear(this.#silence);
    this.#retry = this.#silence = null;
  }

  #become(state: LinkState): void {
    this.state = state;
    this.#options.changed?.(state);
  }
}
