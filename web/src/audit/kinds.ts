/** What the audit log says was done, in words. */

import { known, t, term } from '../i18n/i18n.svelte';

const CHANGES = [
  'opened',
  'evidence-added',
  'ended',
  'joined',
  'resolved',
  'reopened',
  'shelved',
  'unshelved',
  'acknowledged',
  'unacknowledged',
  'taken-over',
  'handed-over',
  'holder-away',
  'holder-back',
  'holder-left',
  'guard-called',
  'delivered',
  'read',
  'answered',
  'guard-overdue',
  'supervisor-called',
] as const;
const OF_ALARM = 'alarm-';

/** Kinds of records, as the server names them: what there is to choose from. */
export const KINDS: readonly string[] = [
  ...CHANGES.map((change) => OF_ALARM + change),
  'signed-in',
  'signed-out',
  'sign-in-failed',
  'language-chosen',
  'user-invited',
  'account-created',
  'authenticator-confirmed',
  'authenticator-replaced',
  'password-changed',
  'password-replaced',
  'role-changed',
  'account-enabled',
  'account-disabled',
  'sensor-shelved',
  'sensor-unshelved',
  'drill-begun',
  'drill-ended',
  'replay-opened',
  'control-room-entered',
  'control-room-left',
  'alarms-shown',
  'records-lost',
  'daily-check',
  'retention-enforced',
  'payload-erased',
  'log-started',
];

/** Of an alarm the log says what the alarm's own history says. */
export function kindText(kind: string): string {
  const change = kind.startsWith(OF_ALARM) ? kind.slice(OF_ALARM.length) : null;
  const what = change && known(`what.${change.replaceAll('-', '_')}`);
  return what ? t('audit.of_alarm', { what }) : term('what', kind);
}
