/** How far a person has been examined: three answers that are never mixed up. */

export const Examined = { not: 0, partly: 1, fully: 2 } as const;
export type ExaminedLevel = (typeof Examined)[keyof typeof Examined];

/** Below this share a look says nothing; above `FULLY` it covers the person. */
const HARDLY = 0.1;
const FULLY = 0.9;

/**
 * @param curtain share examined by the curtains, 0 to 1
 * @param trace share examined for traces, 0 to 1
 * @param hasCurtain whether the site has a curtain; what it lacks is not asked for
 * @param hasTrace the same for a trace sensor
 */
export function examinedLevel(
  curtain: number,
  trace: number,
  hasCurtain: boolean,
  hasTrace: boolean,
): ExaminedLevel {
  // A site without any threat sensor examines nobody.
  const most = Math.max(hasCurtain ? curtain : 0, hasTrace ? trace : 0);
  const least = Math.min(hasCurtain ? curtain : 1, hasTrace ? trace : 1);
  if (most < HARDLY) return Examined.not;
  return least >= FULLY ? Examined.fully : Examined.partly;
}
