/** What stands first in the queue, as plain data: tested without a browser. */

import {
  SEVERITIES,
  type AlarmGroup,
  type AlarmView,
  type Severity,
  type Stage,
} from '../api/types';

/** Resolved alarms stay in sight for a while, at the end of the queue. */
export const KEPT_RESOLVED = 50;

/** Nobody has looked; somebody has, but deals with it no further; somebody deals with it. */
const ATTENTION: Record<Stage, number> = {
  new: 0,
  acknowledged: 1,
  assigned: 2,
  escalated: 2,
  resolved: 3,
};

export function isOpen(alarm: AlarmView): boolean {
  return alarm.stage !== 'resolved';
}

/** Unattended first, severe first, then the newest; the number decides ties, so nothing jumps. */
export function compareAlarms(a: AlarmView, b: AlarmView): number {
  return (
    ATTENTION[a.stage] - ATTENTION[b.stage] ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.opened_us - a.opened_us ||
    b.number - a.number
  );
}

/** In order, with every open alarm and the last few resolved ones. */
export function queueOf(alarms: Iterable<AlarmView>): AlarmView[] {
  const sorted = [...alarms].sort(compareAlarms);
  const firstResolved = sorted.findIndex((alarm) => !isOpen(alarm));
  return firstResolved < 0 ? sorted : sorted.slice(0, firstResolved + KEPT_RESOLVED);
}

export interface GroupRow {
  kind: 'group';
  key: string;
  group: AlarmGroup;
  members: AlarmView[];
  folded: number;
  /** How many of them nobody has acknowledged. */
  fresh: number;
  worst: Severity;
}

export type Row = { kind: 'alarm'; key: string; alarm: AlarmView; member: boolean } | GroupRow;

/**
 * The queue's rows: a flood becomes one row with its count, in the place of its first member.
 *
 * Folding never hides an alarm that nobody has acknowledged, nor the selected one.
 */
export function rowsOf(
  queue: readonly AlarmView[],
  groups: readonly AlarmGroup[],
  unfolded: ReadonlySet<string>,
  selected: string | null,
): Row[] {
  const members = new Map<string, AlarmView[]>();
  const known = new Map(groups.map((group) => [group.id, group]));
  for (const alarm of queue) {
    if (!inGroup(alarm, known)) continue;
    const list = members.get(alarm.group as string);
    if (list) list.push(alarm);
    else members.set(alarm.group as string, [alarm]);
  }
  const rows: Row[] = [];
  const begun = new Set<string>();
  for (const alarm of queue) {
    if (!inGroup(alarm, known)) {
      rows.push({ kind: 'alarm', key: alarm.id, alarm, member: false });
      continue;
    }
    const id = alarm.group as string;
    if (begun.has(id)) continue;
    begun.add(id);
    const all = members.get(id) ?? [];
    const shown = unfolded.has(id)
      ? all
      : all.filter((member) => member.stage === 'new' || member.id === selected);
    const group = known.get(id) as AlarmGroup;
    rows.push({
      kind: 'group',
      key: id,
      group,
      members: all,
      folded: all.length - shown.length,
      fresh: all.filter((member) => member.stage === 'new').length,
      worst: worstOf(all),
    });
    for (const member of shown) {
      rows.push({ kind: 'alarm', key: member.id, alarm: member, member: true });
    }
  }
  return rows;
}

function inGroup(alarm: AlarmView, known: ReadonlyMap<string, AlarmGroup>): boolean {
  return alarm.group !== null && isOpen(alarm) && known.has(alarm.group);
}

function worstOf(alarms: readonly AlarmView[]): Severity {
  return SEVERITIES.find((each) => alarms.some((alarm) => alarm.severity === each)) ?? 'medium';
}
