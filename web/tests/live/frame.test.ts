import { describe, expect, it } from 'vitest';
import { decodeFrame, FrameFault, Mark, TrackFrame } from '../../src/live/frame';

/** Written by the server's encoder: three people, flags simulated and replay. */
const FIXTURE =
  '010103000300000015ad81e1fe5b060001286bee000000000700000000286bee090000000000c03f' +
  '000010c0000020420000003f000040400000b8400000a03f000000000000c0bf00000000000000bf' +
  '0000803e0000003e0000803e0000003f000014eeffff00ff80ff0033000102000000';

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

/** A frame without people but with a given header. */
function header(change: (view: DataView) => void): ArrayBuffer {
  const buffer = new ArrayBuffer(24);
  const view = new DataView(buffer);
  view.setUint8(0, 1);
  view.setUint8(1, 1);
  change(view);
  return buffer;
}

const list = (column: ArrayLike<number>, n = 3) => Array.from(column).slice(0, n);

describe('decodeFrame', () => {
  it('reads the header', () => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    expect(frame.count).toBe(3);
    expect(frame.time_us).toBe(1_790_000_123_456_789);
    expect(frame.sequence).toBe(4_000_000_001);
    expect([frame.simulated, frame.replay]).toEqual([true, true]);
  });

  it('reads every column', () => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    expect(list(frame.trackId)).toEqual([7, 4_000_000_000, 9]);
    expect(list(frame.x_m)).toEqual([1.5, -2.25, 40]);
    expect(list(frame.y_m)).toEqual([0.5, 3, 5.75]);
    expect(list(frame.vx_m_s)).toEqual([1.25, 0, -1.5]);
    expect(list(frame.vy_m_s)).toEqual([0, -0.5, 0.25]);
    expect(list(frame.sigma_m)).toEqual([0.125, 0.25, 0.5]);
    expect(list(frame.threat)).toEqual([0, Math.round(0.93 * 65_535), 65_535]);
    expect(list(frame.examinedCurtain)).toEqual([0, 255, 128]);
    expect(list(frame.examinedTrace)).toEqual([255, 0, 51]);
    expect(list(frame.mark)).toEqual([Mark.none, Mark.candidate, Mark.leading]);
    expect(list(frame.flags)).toEqual([0, 0, 0]);
  });

  it('keeps its arrays from frame to frame, and only ever lets them grow', () => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    const kept = frame.x_m;
    for (let i = 0; i < 1000; i++) decodeFrame(bytes(FIXTURE), frame);
    decodeFrame(
      header(() => undefined),
      frame,
    );
    expect(frame.count).toBe(0);
    expect(frame.x_m).toBe(kept);
  });

  it('reads times before 1970 and after 2038 exactly', () => {
    for (const time_us of [-1, -(2 ** 40), 4_102_444_800_000_001]) {
      const frame = new TrackFrame();
      decodeFrame(
        header((view) => view.setBigInt64(8, BigInt(time_us), true)),
        frame,
      );
      expect(frame.time_us).toBe(time_us);
    }
  });

  it.each([
    ['an empty message', new ArrayBuffer(0)],
    ['half a header', new ArrayBuffer(23)],
    ['another version', header((view) => view.setUint8(0, 2))],
    ['another kind', header((view) => view.setUint8(1, 9))],
    ['a count without people', header((view) => view.setUint32(4, 3, true))],
    ['a monstrous count', header((view) => view.setUint32(4, 0xffff_ffff, true))],
    ['a frame cut short', bytes(FIXTURE.slice(0, -2))],
    ['a frame too long', bytes(`${FIXTURE}00`)],
  ])('refuses %s and leaves the last frame as it was', (_, message) => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    expect(() => decodeFrame(message, frame)).toThrow(FrameFault);
    expect(frame.count).toBe(3);
    expect(list(frame.trackId)).toEqual([7, 4_000_000_000, 9]);
  });
});

describe('TrackFrame', () => {
  it('finds a track by its number', () => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    expect(frame.indexOf(9)).toBe(2);
    expect(frame.indexOf(8)).toBe(-1);
  });

  it('copies another frame and is then its own', () => {
    const frame = new TrackFrame();
    decodeFrame(bytes(FIXTURE), frame);
    const copy = new TrackFrame();
    copy.copyFrom(frame);
    frame.x_m[0] = 99;
    expect(list(copy.x_m)).toEqual([1.5, -2.25, 40]);
    expect(copy.time_us).toBe(frame.time_us);
  });
});
