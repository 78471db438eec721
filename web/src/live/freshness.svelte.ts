/**
 * How old is what is on the screen? Silence must never look like safety.
 *
 * The age is that of the last tracks frame: a server that still answers but sends no people any
 * more is as blind as one that is gone.
 */

export const STALE_AFTER_MS = 2_000;
const LOOK_EVERY_MS = 250;

/** Whole seconds of age from the moment that counts as stale; 0 while fresh; null before the first frame. */
export function staleSeconds(frameAtMs: number, nowMs: number): number | null {
  if (frameAtMs === 0) return null;
  const age = nowMs - frameAtMs;
  return age < STALE_AFTER_MS ? 0 : Math.floor(age / 1000);
}

export class Freshness {
  /** Null: nothing has ever come. */
  seconds = $state<number | null>(null);
  readonly stale = $derived(this.seconds !== 0);

  constructor(private readonly frameAtMs: () => number) {}

  look(nowMs: number = performance.now()): void {
    const seconds = staleSeconds(this.frameAtMs(), nowMs);
    if (seconds !== this.seconds) this.seconds = seconds;
  }

  /** Look until the returned function is called; a page that comes back into sight looks at once. */
  watch(): () => void {
    const look = () => this.look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }
}
