/** The console's API, version 1: what crosses the wire. Times are integer microseconds UTC. */

export type Micros = number;
/** [east, north] in metres, site frame. */
export type Point = [number, number];

export type Role = 'viewer' | 'guard' | 'operator' | 'supervisor' | 'auditor' | 'admin';

export type Permission =
  | 'see_plan'
  | 'see_alarms'
  | 'see_sensors'
  | 'see_statistics'
  | 'see_task'
  | 'replay'
  | 'decide'
  | 'overrule'
  | 'answer'
  | 'shelve'
  | 'drill'
  | 'daily_check'
  | 'request_release'
  | 'approve_release'
  | 'read_audit'
  | 'manage_users';

export interface Me {
  name: string;
  display: string;
  role: Role;
  language: string;
  permissions: Permission[];
  drill: boolean;
}

export interface Colleague {
  name: string;
  display: string;
  role: Role;
  present: boolean;
}

export interface SiteSensor {
  id: string;
  kind: string;
  position: Point | null;
  coverage: Point[];
}

export interface Area {
  id: string;
  polygon: Point[];
}

export interface Site {
  name: string;
  floor: { outline: Point[]; walkway: Point[] | null; obstacles: Point[][] };
  zones: Area[];
  lines: { id: string; points: Point[] }[];
  entries: Area[];
  exits: Area[];
  sensors: SiteSensor[];
  simulated: boolean;
  languages: string[];
}

export const STAGES = ['new', 'acknowledged', 'assigned', 'escalated', 'resolved'] as const;
export type Stage = (typeof STAGES)[number];

export const SEVERITIES = ['critical', 'high', 'medium'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const DISMISSALS = ['harmless_object', 'false_alarm', 'test', 'duplicate', 'other'] as const;
export type Dismissal = (typeof DISMISSALS)[number];

/** The outcomes among which somebody who resolves an alarm chooses. */
export const OUTCOMES = ['threat', 'harmless_object', 'nothing', 'person_not_found'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ANSWERS = ['found', 'not_found', 'need_help'] as const;
export type Answer = (typeof ANSWERS)[number];

export type AlarmAction =
  | 'acknowledge'
  | 'unacknowledge'
  | 'take-over'
  | 'hand-over'
  | 'dismiss'
  | 'escalate'
  | 'resolve'
  | 'delivered'
  | 'read'
  | 'answer';

/** Why a guard or a supervisor is called. */
export type Summons =
  | 'sent'
  | 'undelivered'
  | 'unread'
  | 'unanswered'
  | 'help_needed'
  | 'unacknowledged'
  | 'nobody_deals'
  | 'holder_left';

export interface Evidence {
  sensor: string;
  modality: string;
  classes: string[];
  substance: string | null;
  looks: number;
  probability: number | null;
  body_place: string | null;
  time_us: Micros;
}

export interface Candidate {
  track: number;
  probability: number;
}

export interface GuardTask {
  name: string;
  display: string;
  sent_us: Micros;
  delivered_us: Micros | null;
  read_us: Micros | null;
  answer: Answer | null;
  answered_us: Micros | null;
  text: string;
}

export interface HistoryLine {
  time_us: Micros;
  actor: string;
  what: string;
  text: string;
}

export interface AlarmView {
  id: string;
  number: number;
  /** Counts what was news of it; a decision names the version that it was taken on. */
  version: number;
  stage: Stage;
  live: boolean;
  ended: { because: string; at_us: Micros } | null;
  opened_us: Micros;
  changed_us: Micros;
  severity: Severity;
  drill: boolean;
  shelved: boolean;
  /** Whether it calls for attention now, and how often it has begun to. */
  ringing: boolean;
  rings: number;
  /** Why the supervisor was called since it last began to ring. */
  reported: Summons[];
  operator: { name: string; display: string } | null;
  guards: GuardTask[];
  threat: { probability: number; prior: number; classes: Record<string, number> };
  examined: Record<string, number>;
  not_examined: string[];
  evidence: Evidence[];
  candidates: Candidate[];
  outside: number;
  last_seen: { x: number; y: number; time_us: Micros } | null;
  resolution: {
    outcome: string;
    reason: string | null;
    text: string;
    by: string;
    at_us: Micros;
  } | null;
  group: string | null;
  history?: HistoryLine[];
  actions: string[];
}

export interface AlarmGroup {
  id: string;
  alarms: string[];
  since_us: Micros;
}

export interface SensorHealth {
  id: string;
  kind: string;
  state: 'ok' | 'silent' | 'degraded' | 'absent';
  since_us: Micros;
  last_us: Micros | null;
  rate_hz: number | null;
  clock_offset_ms: number | null;
  late_share: number | null;
  shelved: { until_us: Micros; by: string; reason: string } | null;
  fault: string | null;
}

/** A rate with its 95 % interval and the number of cases behind it. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  basis?: string | null;
}

export interface Statistics {
  throughput_per_min: number | null;
  people_now: number | null;
  alarms_per_hour: number | null;
  nuisance_per_1000: Estimate | null;
  false_per_1000: Estimate | null;
  pd: Estimate | null;
  load: { per_operator_10min: number | null; guide: number };
  time_to_acknowledge_s: { median: number | null; p95: number | null; n: number };
}

export interface HourCount {
  hour: number;
  alarms: number;
  nuisance: number;
  false: number;
}

export interface DailyReport extends Statistics {
  date: string;
  per_hour: HourCount[];
}

export interface DailyCheck {
  sensor: string;
  object: string;
  seen: boolean;
  text: string;
  by: string;
  time_us: Micros;
}

export interface AuditEntry {
  number: number;
  time_us: Micros;
  kind: string;
  actor: string;
  subject: string;
}

export interface AuditVerification {
  sound: boolean;
  records: number;
  /** The last record that a signed checkpoint covers. */
  covered: number;
  faults: string[];
}

export interface Recording {
  start_us: Micros;
  end_us: Micros;
  gaps: [Micros, Micros][];
  alarms: { id: string; opened_us: Micros; ended_us: Micros | null }[];
}

export interface User {
  name: string;
  display: string;
  role: Role;
  disabled: boolean;
}

export type NoticeLevel = 'info' | 'warning' | 'alarm';

export type ServerMessage =
  | { type: 'alarms'; alarms: AlarmView[]; groups: AlarmGroup[] }
  | { type: 'alarm'; alarm: AlarmView }
  /** Told to supervisors; to operators where no supervisor is present. */
  | { type: 'call'; alarm: string; why: Summons }
  | { type: 'groups'; groups: AlarmGroup[] }
  | { type: 'sensors'; sensors: SensorHealth[] }
  | ({ type: 'statistics' } & Statistics)
  | { type: 'skipped'; frames: number }
  | { type: 'notice'; text: string; level: NoticeLevel; time_us: Micros }
  | { type: 'drill'; on: boolean }
  | { type: 'clock'; time_us: Micros; live: boolean; speed: number };

export type ReplayCommand =
  | { type: 'seek'; time_us: Micros }
  | { type: 'speed'; speed: number }
  | { type: 'pause' }
  | { type: 'play' };
