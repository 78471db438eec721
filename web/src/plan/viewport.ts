/** Site metres to canvas pixels and back. North is up. */

import type { Point } from '../api/types';

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

const MIN_SCALE = 1;
const MAX_SCALE = 400;

export function boundsOf(points: readonly Point[]): Bounds {
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const [x, y] of points) {
    bounds.west = Math.min(bounds.west, x);
    bounds.east = Math.max(bounds.east, x);
    bounds.south = Math.min(bounds.south, y);
    bounds.north = Math.max(bounds.north, y);
  }
  return points.length > 0 ? bounds : { west: 0, south: 0, east: 1, north: 1 };
}

export class Viewport {
  width = 1;
  height = 1;
  /** Pixels per metre. */
  scale = 10;
  /** Pixel of the site's origin. */
  originX = 0;
  originY = 0;

  x(x_m: number): number {
    return this.originX + x_m * this.scale;
  }

  y(y_m: number): number {
    return this.originY - y_m * this.scale;
  }

  metresX(px: number): number {
    return (px - this.originX) / this.scale;
  }

  metresY(px: number): number {
    return (this.originY - px) / this.scale;
  }

  fit(bounds: Bounds, marginPx = 28): void {
    const wide = Math.max(bounds.east - bounds.west, 0.1);
    const high = Math.max(bounds.north - bounds.south, 0.1);
    this.scale = clampScale(
      Math.min((this.width - 2 * marginPx) / wide, (this.height - 2 * marginPx) / high),
    );
    this.centre((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2);
  }

  centre(x_m: number, y_m: number): void {
    this.originX = this.width / 2 - x_m * this.scale;
    this.originY = this.height / 2 + y_m * this.scale;
  }

  /** Zoom so that the place under (px, py) stays where it is. */
  zoom(factor: number, px = this.width / 2, py = this.height / 2): void {
    const x_m = this.metresX(px);
    const y_m = this.metresY(py);
    this.scale = clampScale(this.scale * factor);
    this.originX = px - x_m * this.scale;
    this.originY = py + y_m * this.scale;
  }

  pan(dx: number, dy: number): void {
    this.originX += dx;
    this.originY += dy;
  }
}

function clampScale(scale: number): number {
  return Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale));
}
