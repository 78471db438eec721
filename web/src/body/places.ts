/** Places on the body, and where they lie on a neutral figure that faces the viewer. */

import { term } from '../i18n/i18n.svelte';

export interface Region {
  /** In the figure's own units: 100 wide, 220 high. */
  cx: number;
  cy: number;
  rx: number;
  ry: number;
  /** On the far side: drawn dashed. */
  behind?: boolean;
}

/** The figure faces the viewer, so that the person's right is on the left. */
export const REGIONS: Record<string, Region> = {
  head: { cx: 50, cy: 18, rx: 12, ry: 14 },
  neck: { cx: 50, cy: 36, rx: 8, ry: 6 },
  chest: { cx: 50, cy: 56, rx: 18, ry: 12 },
  torso: { cx: 50, cy: 70, rx: 19, ry: 28 },
  right_torso: { cx: 39, cy: 68, rx: 10, ry: 24 },
  left_torso: { cx: 61, cy: 68, rx: 10, ry: 24 },
  abdomen: { cx: 50, cy: 84, rx: 17, ry: 11 },
  waist: { cx: 50, cy: 100, rx: 18, ry: 8 },
  right_hip: { cx: 38, cy: 106, rx: 9, ry: 10 },
  left_hip: { cx: 62, cy: 106, rx: 9, ry: 10 },
  back: { cx: 50, cy: 66, rx: 18, ry: 22, behind: true },
  lower_back: { cx: 50, cy: 94, rx: 16, ry: 10, behind: true },
  right_arm: { cx: 24, cy: 76, rx: 7, ry: 28 },
  left_arm: { cx: 76, cy: 76, rx: 7, ry: 28 },
  right_hand: { cx: 19, cy: 116, rx: 7, ry: 8 },
  left_hand: { cx: 81, cy: 116, rx: 7, ry: 8 },
  right_thigh: { cx: 40, cy: 136, rx: 9, ry: 18 },
  left_thigh: { cx: 60, cy: 136, rx: 9, ry: 18 },
  right_calf: { cx: 40, cy: 178, rx: 8, ry: 18 },
  left_calf: { cx: 60, cy: 178, rx: 8, ry: 18 },
  right_ankle: { cx: 40, cy: 200, rx: 8, ry: 7 },
  left_ankle: { cx: 60, cy: 200, rx: 8, ry: 7 },
  bag: { cx: 86, cy: 98, rx: 12, ry: 16 },
  backpack: { cx: 50, cy: 62, rx: 22, ry: 22, behind: true },
};

/** "Right torso", "torso, right" and "right_torso" are one place. */
export function canonicalPlace(place: string): string {
  const words = place
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  const side = words.find((word) => word === 'left' || word === 'right');
  const rest = words.filter((word) => word !== side);
  return [side, ...rest].filter(Boolean).join('_');
}

/** The region of a place; null when the figure has none, and the text alone must say it. */
export function regionOf(place: string): Region | null {
  return REGIONS[canonicalPlace(place)] ?? null;
}

export function placeText(place: string): string {
  return term('place', canonicalPlace(place));
}
