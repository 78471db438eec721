/** From the guard's own place to the person: how far, and which way on the plan. */

import type { Point } from '../api/types';

export interface Bearing {
  distance_m: number;
  /** Clockwise from the plan's upward direction, in degrees, 0 to 360. */
  angle_deg: number;
}

export const DIRECTIONS = [
  'up',
  'up_right',
  'right',
  'down_right',
  'down',
  'down_left',
  'left',
  'up_left',
] as const;
export type Direction = (typeof DIRECTIONS)[number];

export function bearing(from: Point, to: Point): Bearing {
  const east = to[0] - from[0];
  const north = to[1] - from[1];
  const angle = (Math.atan2(east, north) * 180) / Math.PI;
  return { distance_m: Math.hypot(east, north), angle_deg: (angle + 360) % 360 };
}

export function directionOf(angle_deg: number): Direction {
  return DIRECTIONS[Math.round(angle_deg / 45) % DIRECTIONS.length] as Direction;
}
