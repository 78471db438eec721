/** What the server or this page has to say that is not an alarm. Kept until put away, never many. */

import type { NoticeLevel } from '../api/types';

export interface Notice {
  id: number;
  level: NoticeLevel;
  text: string;
  timeUs: number;
}

const MOST = 20;
/** Good news goes by itself; a warning waits for somebody. */
const INFO_MS = 8_000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #last = 0;

  add(level: NoticeLevel, text: string, timeUs: number = Date.now() * 1000): void {
    const same = this.list.find(
      (notice) => notice.level === level && uncounted(notice.text) === uncounted(text),
    );
    if (same) this.remove(same.id);
    const id = ++this.#last;
    this.list = [{ id, level, text, timeUs }, ...this.list].slice(0, MOST);
    if (level === 'info') setTimeout(() => this.remove(id), INFO_MS);
  }

  remove(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  clear(): void {
    this.list = [];
  }
}

/** The service counts what happens again and again: "… (121 times)" says what "…" said. */
function uncounted(text: string): string {
  return text.replace(/ \(\d+ times\)$/, '');
}

/** What must be seen at once: the newest fault, or else the newest warning. */
export function foremost(list: readonly Notice[]): Notice | null {
  const of = (level: NoticeLevel) => list.find((notice) => notice.level === level);
  return of('alarm') ?? of('warning') ?? null;
}
