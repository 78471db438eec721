/** One key, one command. The help sheet is drawn from the same list that the keyboard obeys. */

import type { Key } from '../i18n/i18n.svelte';

export interface Command {
  /** As `KeyboardEvent.key` says it. */
  key: string;
  /** As a person reads it, where that differs. */
  shown?: string;
  group: 'alarms' | 'plan' | 'time' | 'page';
  label: Key;
  run: () => void;
}

const TYPING = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, select';
/** Keys with which a focused control is worked; they are never taken away from it. */
const WORKING: Record<string, string> = {
  ' ': 'button, a, input, summary, [role=tab]',
  Enter: 'button, a, input, summary, [role=tab]',
  ArrowUp: 'input, [role=listbox], canvas',
  ArrowDown: 'input, [role=listbox], canvas',
  ArrowLeft: 'input, canvas, [role=tab]',
  ArrowRight: 'input, canvas, [role=tab]',
};

/** The command that a key press means, if any. */
export function commandFor(event: KeyboardEvent, commands: readonly Command[]): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TYPING) || document.querySelector('dialog[open]')) return null;
  const worked = WORKING[event.key];
  if (worked && target?.matches(worked)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return commands.find((command) => command.key === key) ?? null;
}
