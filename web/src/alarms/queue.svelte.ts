/** The queue as it stands on the screen: rows, what is unfolded, and which row is the active one. */

import { SvelteSet } from 'svelte/reactivity';
import type { Station } from '../console/station.svelte';
import { rowsOf, type Row } from './order';

export class Queue {
  readonly unfolded = new SvelteSet<string>();
  /** A group's row that is active; otherwise the selected alarm's row is. */
  #groupKey = $state<string | null>(null);

  constructor(private readonly station: Station) {}

  readonly rows: readonly Row[] = $derived.by(() => {
    const { alarms, groups } = this.station.shown;
    return rowsOf(alarms, groups, this.unfolded, this.station.selectedId);
  });

  readonly activeKey = $derived.by(() => this.#groupKey ?? this.station.selectedId);
  readonly activeIndex = $derived(this.rows.findIndex((row) => row.key === this.activeKey));

  choose(row: Row): void {
    if (row.kind === 'group') this.#groupKey = row.key;
    else {
      this.#groupKey = null;
      this.station.selectedId = row.key;
    }
  }

  move(by: number): void {
    const at = Math.min(this.rows.length - 1, Math.max(0, this.activeIndex + by));
    const row = this.rows[at];
    if (row) this.choose(row);
  }

  /** Fold or unfold the group of the active row. */
  fold(open?: boolean): void {
    const row = this.rows[this.activeIndex];
    const id = row?.kind === 'group' ? row.key : row?.alarm.group;
    if (!id) return;
    if (open ?? !this.unfolded.has(id)) this.unfolded.add(id);
    else this.unfolded.delete(id);
  }
}
