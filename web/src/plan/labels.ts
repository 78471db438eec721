/** The labels of marked people: beside them, and not on top of each other as far as there is room. */

import { Mark, type TrackFrame } from '../live/frame';
import { fontFor, palette } from './palette';
import type { Viewport } from './viewport';

type Pen = CanvasRenderingContext2D;

const HEIGHT_PX = 18;
const PADDING_PX = 4;
/** More labels than this would hide the people; the most probable candidates come first. */
const MOST = 64;
/** Left, top and width of each label of this picture: kept, so that a picture makes no garbage. */
const placed = new Float32Array(3 * MOST);
let count = 0;

export function drawLabels(
  pen: Pen,
  frame: TrackFrame,
  view: Viewport,
  labels: ReadonlyMap<number, string>,
  away: number,
): void {
  count = 0;
  if (labels.size === 0) return;
  pen.font = fontFor(view.width);
  pen.textAlign = 'left';
  drawRank(pen, frame, view, labels, away, true);
  drawRank(pen, frame, view, labels, away, false);
}

function drawRank(
  pen: Pen,
  frame: TrackFrame,
  view: Viewport,
  labels: ReadonlyMap<number, string>,
  away: number,
  leading: boolean,
): void {
  for (let i = 0; i < frame.count && count < MOST; i++) {
    if ((frame.mark[i] === Mark.leading) !== leading) continue;
    const text = labels.get(frame.trackId[i] as number);
    if (text === undefined) continue;
    const x = view.x(frame.x_m[i] as number);
    const y = view.y(frame.y_m[i] as number);
    place(pen.measureText(text).width + 2 * PADDING_PX, x, y, away, view);
    const left = placed[3 * count] as number;
    const top = placed[3 * count + 1] as number;
    pen.fillStyle = leading ? palette.leading : palette.candidate;
    pen.fillRect(left, top, placed[3 * count + 2] as number, HEIGHT_PX);
    pen.fillStyle = palette.onColour;
    pen.fillText(text, left + PADDING_PX, top + HEIGHT_PX - 5);
    count++;
  }
}

/** Right above, right below, left above, left below, and as a last resort right above all the same. */
function place(width: number, x: number, y: number, away: number, view: Viewport): void {
  for (let corner = 0; corner < 5; corner++) {
    const right = (corner & 2) === 0;
    const above = (corner & 1) === 0;
    const left = right ? x + away : x - away - width;
    const top = above ? y - away - HEIGHT_PX / 2 : y + away - HEIGHT_PX / 2;
    placed[3 * count] = Math.min(Math.max(0, left), view.width - width);
    placed[3 * count + 1] = Math.min(Math.max(0, top), view.height - HEIGHT_PX);
    placed[3 * count + 2] = width;
    if (!overlaps()) return;
  }
}

/** Whether the label being placed covers an earlier one. */
function overlaps(): boolean {
  const left = placed[3 * count] as number;
  const top = placed[3 * count + 1] as number;
  const width = placed[3 * count + 2] as number;
  for (let other = 0; other < count; other++) {
    const apart =
      left >= (placed[3 * other] as number) + (placed[3 * other + 2] as number) ||
      left + width <= (placed[3 * other] as number) ||
      Math.abs(top - (placed[3 * other + 1] as number)) >= HEIGHT_PX;
    if (!apart) return true;
  }
  return false;
}
