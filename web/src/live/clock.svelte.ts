/** The station's time on this device, whose own clock may be wrong by minutes. */

export class StationClock {
  /** Now, in microseconds UTC, at a resolution of one second: enough for ages. */
  nowUs = $state(Date.now() * 1000);
  #offsetUs = 0;

  /** A clock message arrived: its delay on the way is far below the second that is shown. */
  told(timeUs: number, deviceMs: number = Date.now()): void {
    this.#offsetUs = timeUs - deviceMs * 1000;
  }

  exactUs(deviceMs: number = Date.now()): number {
    return deviceMs * 1000 + this.#offsetUs;
  }

  run(): () => void {
    const timer = setInterval(() => (this.nowUs = this.exactUs()), 1000);
    return () => clearInterval(timer);
  }
}
