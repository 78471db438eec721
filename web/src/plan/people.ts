/**
 * Everybody on the plan, straight from the frame's arrays: no object is made per frame.
 *
 * Shape says it first: an empty ring was not examined, a half disc partly, a full disc fully; a
 * candidate wears a square, the leading candidate a double diamond, and both their alarm's number.
 */

import { Mark, type TrackFrame } from '../live/frame';
import { examinedLevel } from './examined';
import { drawLabels } from './labels';
import { palette } from './palette';
import type { PersonSprites } from './sprites';
import type { Viewport } from './viewport';

type Pen = CanvasRenderingContext2D;

/** Half the width of a walking person, in metres, and the least that is seen on a screen. */
const BODY_M = 0.25;
const LEAST_PX = 4;

export interface PeopleOptions {
  hasCurtain: boolean;
  hasTrace: boolean;
  /** What stands beside a marked person, by track. */
  labels: ReadonlyMap<number, string>;
  /** Candidates of the alarm that is being looked at, by track; others are drawn thinner. */
  chosen: ReadonlySet<number>;
  sprites: PersonSprites;
  /** Screen pixels per canvas unit. */
  ratio: number;
}

export function drawPeople(pen: Pen, frame: TrackFrame, view: Viewport, how: PeopleOptions): void {
  const radius = Math.max(LEAST_PX, BODY_M * view.scale);
  how.sprites.fit(radius, how.ratio);
  for (let i = 0; i < frame.count; i++) {
    const level = examinedLevel(
      (frame.examinedCurtain[i] as number) / 255,
      (frame.examinedTrace[i] as number) / 255,
      how.hasCurtain,
      how.hasTrace,
    );
    how.sprites.draw(pen, level, view.x(frame.x_m[i] as number), view.y(frame.y_m[i] as number));
  }
  for (let i = 0; i < frame.count; i++) {
    const track = frame.trackId[i] as number;
    const mark = frame.mark[i] as number;
    if (mark !== Mark.none || how.chosen.has(track)) drawMarked(pen, frame, i, view, how, radius);
  }
  drawLabels(pen, frame, view, how.labels, radius + 16);
}

function drawMarked(
  pen: Pen,
  frame: TrackFrame,
  i: number,
  view: Viewport,
  how: PeopleOptions,
  radius: number,
): void {
  const track = frame.trackId[i] as number;
  const x = view.x(frame.x_m[i] as number);
  const y = view.y(frame.y_m[i] as number);
  const leading = frame.mark[i] === Mark.leading;
  const chosen = how.chosen.has(track);
  pen.strokeStyle = pen.fillStyle = leading ? palette.leading : palette.candidate;
  pen.lineWidth = chosen ? 3 : 2;
  if (leading) {
    diamond(pen, x, y, radius + 8);
    diamond(pen, x, y, radius + 13);
  } else {
    const half = radius + 6;
    pen.strokeRect(x - half, y - half, 2 * half, 2 * half);
  }
  drawHeading(pen, frame, i, view, x, y);
  drawUncertainty(pen, x, y, 2 * (frame.sigma_m[i] as number) * view.scale);
  if (chosen) {
    pen.strokeStyle = palette.chosen;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(x, y, radius + 18, 0, 2 * Math.PI);
    pen.stroke();
  }
}

function diamond(pen: Pen, x: number, y: number, half: number): void {
  pen.beginPath();
  pen.moveTo(x, y - half);
  pen.lineTo(x + half, y);
  pen.lineTo(x, y + half);
  pen.lineTo(x - half, y);
  pen.closePath();
  pen.stroke();
}

/** Where the person will be in one second. */
function drawHeading(
  pen: Pen,
  frame: TrackFrame,
  i: number,
  view: Viewport,
  x: number,
  y: number,
): void {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(
    x + (frame.vx_m_s[i] as number) * view.scale,
    y - (frame.vy_m_s[i] as number) * view.scale,
  );
  pen.stroke();
}

const DASHED = [3, 3];
const SOLID: number[] = [];

/** The circle of two standard deviations, once it is larger than the person. */
function drawUncertainty(pen: Pen, x: number, y: number, radius: number): void {
  if (radius < 2 * LEAST_PX) return;
  pen.lineWidth = 1;
  pen.setLineDash(DASHED);
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.stroke();
  pen.setLineDash(SOLID);
}

/** The nearest person to a place on the canvas, as an index into the frame, or -1. */
export function personAt(frame: TrackFrame, view: Viewport, px: number, py: number): number {
  let nearest = -1;
  let least = 24 ** 2;
  for (let i = 0; i < frame.count; i++) {
    const dx = view.x(frame.x_m[i] as number) - px;
    const dy = view.y(frame.y_m[i] as number) - py;
    const squared = dx * dx + dy * dy;
    if (squared < least) {
      least = squared;
      nearest = i;
    }
  }
  return nearest;
}
