/**
 * The tracks frame: every person at one instant, little-endian, a struct of arrays.
 *
 * Header of 24 bytes, then eleven columns of n entries each, in the order of `TrackFrame`'s fields.
 * A frame is copied into arrays that are kept and only ever grow, so that frames arriving for
 * weeks leave nothing behind but the browser's own message buffer.
 */

export const HEADER_BYTES = 24;
export const BYTES_PER_TRACK = 6 * 4 + 2 + 4;
const VERSION = 1;
const KIND_TRACKS = 1;
/** More people than any site holds: a larger count is a damaged frame, not a crowd. */
const MAX_TRACKS = 65_536;
const FLAG_SIMULATED = 1;
const FLAG_REPLAY = 2;

export const Mark = { none: 0, candidate: 1, leading: 2 } as const;

export class FrameFault extends Error {
  override readonly name = 'FrameFault';
}

export class TrackFrame {
  count = 0;
  time_us = 0;
  sequence = 0;
  simulated = false;
  replay = false;

  trackId = new Uint32Array(0);
  x_m = new Float32Array(0);
  y_m = new Float32Array(0);
  vx_m_s = new Float32Array(0);
  vy_m_s = new Float32Array(0);
  sigma_m = new Float32Array(0);
  /** Probability of carrying a threat, times 65,535. */
  threat = new Uint16Array(0);
  /** Share examined by the curtains, times 255. */
  examinedCurtain = new Uint8Array(0);
  /** Share examined for traces, times 255. */
  examinedTrace = new Uint8Array(0);
  mark = new Uint8Array(0);
  flags = new Uint8Array(0);

  get capacity(): number {
    return this.trackId.length;
  }

  /** Index of a track in this frame, or -1. */
  indexOf(track: number): number {
    for (let i = 0; i < this.count; i++) if (this.trackId[i] === track) return i;
    return -1;
  }

  reserve(count: number): void {
    if (count <= this.capacity) return;
    const size = Math.max(64, 2 ** Math.ceil(Math.log2(count)));
    this.trackId = new Uint32Array(size);
    this.x_m = new Float32Array(size);
    this.y_m = new Float32Array(size);
    this.vx_m_s = new Float32Array(size);
    this.vy_m_s = new Float32Array(size);
    this.sigma_m = new Float32Array(size);
    this.threat = new Uint16Array(size);
    this.examinedCurtain = new Uint8Array(size);
    this.examinedTrace = new Uint8Array(size);
    this.mark = new Uint8Array(size);
    this.flags = new Uint8Array(size);
  }

  copyFrom(other: TrackFrame): void {
    this.reserve(other.count);
    this.count = other.count;
    this.time_us = other.time_us;
    this.sequence = other.sequence;
    this.simulated = other.simulated;
    this.replay = other.replay;
    const { count } = other;
    this.trackId.set(other.trackId.subarray(0, count));
    this.x_m.set(other.x_m.subarray(0, count));
    this.y_m.set(other.y_m.subarray(0, count));
    this.vx_m_s.set(other.vx_m_s.subarray(0, count));
    this.vy_m_s.set(other.vy_m_s.subarray(0, count));
    this.sigma_m.set(other.sigma_m.subarray(0, count));
    this.threat.set(other.threat.subarray(0, count));
    this.examinedCurtain.set(other.examinedCurtain.subarray(0, count));
    this.examinedTrace.set(other.examinedTrace.subarray(0, count));
    this.mark.set(other.mark.subarray(0, count));
    this.flags.set(other.flags.subarray(0, count));
  }
}

/**
 * Read a message into `frame`.
 *
 * @throws FrameFault when the message is not a whole frame of this version; `frame` is then as before.
 */
export function decodeFrame(message: ArrayBuffer, frame: TrackFrame): void {
  if (message.byteLength < HEADER_BYTES) throw new FrameFault('shorter than its header');
  const view = new DataView(message);
  if (view.getUint8(0) !== VERSION) throw new FrameFault(`unknown version ${view.getUint8(0)}`);
  if (view.getUint8(1) !== KIND_TRACKS) throw new FrameFault(`unknown kind ${view.getUint8(1)}`);
  const n = view.getUint32(4, true);
  if (n > MAX_TRACKS || message.byteLength !== HEADER_BYTES + n * BYTES_PER_TRACK) {
    throw new FrameFault(`${message.byteLength} bytes do not hold ${n} tracks`);
  }
  const flags = view.getUint16(2, true);
  frame.simulated = (flags & FLAG_SIMULATED) !== 0;
  frame.replay = (flags & FLAG_REPLAY) !== 0;
  // Two halves instead of a BigInt: microseconds stay exact in a double until the year 2255.
  frame.time_us = view.getInt32(12, true) * 2 ** 32 + view.getUint32(8, true);
  frame.sequence = view.getUint32(16, true);
  frame.reserve(n);
  frame.count = n;
  const four = HEADER_BYTES;
  const two = four + 24 * n;
  const one = two + 2 * n;
  for (let i = 0; i < n; i++) {
    const at = four + 4 * i;
    frame.trackId[i] = view.getUint32(at, true);
    frame.x_m[i] = view.getFloat32(at + 4 * n, true);
    frame.y_m[i] = view.getFloat32(at + 8 * n, true);
    frame.vx_m_s[i] = view.getFloat32(at + 12 * n, true);
    frame.vy_m_s[i] = view.getFloat32(at + 16 * n, true);
    frame.sigma_m[i] = view.getFloat32(at + 20 * n, true);
    frame.threat[i] = view.getUint16(two + 2 * i, true);
    frame.examinedCurtain[i] = view.getUint8(one + i);
    frame.examinedTrace[i] = view.getUint8(one + n + i);
    frame.mark[i] = view.getUint8(one + 2 * n + i);
    frame.flags[i] = view.getUint8(one + 3 * n + i);
  }
}
