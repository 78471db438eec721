/** Collect many calls into one run, at the next picture. */

export type Scheduler = (run: () => void) => void;

/** A page that is hidden paints no pictures, and must still count and sound its alarms. */
const HIDDEN_MS = 100;

export const nextPicture: Scheduler = (run) => {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    run();
  };
  requestAnimationFrame(once);
  setTimeout(once, HIDDEN_MS);
};

export class Batch {
  #waiting = false;

  constructor(
    private readonly run: () => void,
    private readonly schedule: Scheduler = nextPicture,
  ) {}

  ask(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.schedule(() => {
      this.#waiting = false;
      this.run();
    });
  }
}
