/** People per square metre on a grid over the site, counted into one array that is kept. */

import type { TrackFrame } from '../live/frame';
import { densitySteps, palette } from './palette';
import type { Bounds, Viewport } from './viewport';

const CELL_M = 1;
/** From here on people can no longer choose their own pace (level of service E, Fruin 1971). */
export const DENSE_PER_M2 = 2;

export class DensityGrid {
  readonly columns: number;
  readonly rows: number;
  readonly perM2: Float32Array;

  constructor(private readonly bounds: Bounds) {
    this.columns = Math.max(1, Math.ceil((bounds.east - bounds.west) / CELL_M));
    this.rows = Math.max(1, Math.ceil((bounds.north - bounds.south) / CELL_M));
    this.perM2 = new Float32Array(this.columns * this.rows);
  }

  /** Each person is shared among the four nearest cells, so that a step does not make a jump. */
  count(frame: TrackFrame): void {
    const { perM2, columns, rows, bounds } = this;
    perM2.fill(0);
    for (let i = 0; i < frame.count; i++) {
      const u = ((frame.x_m[i] as number) - bounds.west) / CELL_M - 0.5;
      const v = ((frame.y_m[i] as number) - bounds.south) / CELL_M - 0.5;
      const column = Math.floor(u);
      const row = Math.floor(v);
      const right = u - column;
      const up = v - row;
      for (let k = 0; k < 4; k++) {
        const c = Math.min(columns - 1, Math.max(0, column + (k & 1)));
        const r = Math.min(rows - 1, Math.max(0, row + (k >> 1)));
        const weight = (k & 1 ? right : 1 - right) * (k >> 1 ? up : 1 - up);
        const at = r * columns + c;
        perM2[at] = (perM2[at] as number) + weight / CELL_M ** 2;
      }
    }
  }

  draw(pen: CanvasRenderingContext2D, view: Viewport): void {
    const size = CELL_M * view.scale;
    const perStep = DENSE_PER_M2 / densitySteps.length;
    for (let r = 0; r < this.rows; r++) {
      for (let c = 0; c < this.columns; c++) {
        const density = this.perM2[r * this.columns + c] as number;
        if (density < perStep / 2) continue;
        const x = view.x(this.bounds.west + c * CELL_M);
        const y = view.y(this.bounds.south + (r + 1) * CELL_M);
        if (density >= DENSE_PER_M2) drawDense(pen, x, y, size);
        else {
          pen.fillStyle = densitySteps[Math.floor(density / perStep)] as string;
          pen.fillRect(x, y, size, size);
        }
      }
    }
  }
}

/** Hatched as well as coloured. */
function drawDense(pen: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  pen.strokeStyle = palette.dense;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, y + size);
  pen.lineTo(x + size, y);
  pen.moveTo(x, y + size / 2);
  pen.lineTo(x + size / 2, y);
  pen.moveTo(x + size / 2, y + size);
  pen.lineTo(x + size, y + size / 2);
  pen.stroke();
}
