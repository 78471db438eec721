/** What about an alarm somebody must be told aloud, as plain data: tested without a browser. */

import type { AlarmView } from '../api/types';
import { isOpen } from './order';

export type Happening = 'new' | 'reopened' | 'evidence' | 'ended' | 'rings_again';

export interface News {
  alarm: AlarmView;
  what: Happening;
}

/** What is news of an alarm since it was known as `before`; null for small changes and for good news. */
export function happeningOf(before: AlarmView | undefined, after: AlarmView): Happening | null {
  if (!isOpen(after)) return null;
  if (!before) return 'new';
  if (!isOpen(before)) return 'reopened';
  if (after.version > before.version) return before.live && !after.live ? 'ended' : 'evidence';
  return after.rings > before.rings ? 'rings_again' : null;
}
