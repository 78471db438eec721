/** The plan's colours, as in app.css: grey is normal, colour is abnormal. */

export const palette = {
  ground: '#16181b',
  floor: '#202429',
  wall: '#7b838d',
  obstacle: '#343a42',
  zone: '#58616c',
  walkway: '#3a414a',
  line: '#8d949d',
  label: '#a0a6ae',
  curtain: 'rgba(150, 160, 172, 0.16)',
  trace: 'rgba(150, 160, 172, 0.10)',
  camera: 'rgba(150, 160, 172, 0.05)',
  sensor: '#b4bac2',
  person: '#c3c8ce',
  candidate: '#ffb84d',
  leading: '#ff6b6b',
  onColour: '#16181b',
  chosen: '#ffffff',
  self: '#7cc4ff',
  dense: '#ffb84d',
} as const;

/** Grey steps of the density overlay below the level that counts as dense. */
export const densitySteps = [
  'rgba(190, 200, 212, 0.08)',
  'rgba(190, 200, 212, 0.16)',
  'rgba(190, 200, 212, 0.24)',
  'rgba(190, 200, 212, 0.32)',
] as const;

/** A large screen is read from farther away. */
export function fontFor(width: number): string {
  return width > 1500 ? LARGE : SMALL;
}

const SMALL = '600 12px system-ui, sans-serif';
const LARGE = '600 16px system-ui, sans-serif';
