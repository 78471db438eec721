/**
 * The latest of everything that one WebSocket tells: the live station, or a replay of it.
 *
 * Rare things (alarms, sensors, statistics) are reactive. The tracks frame is not: it arrives at
 * sensor rate and goes to whoever draws it by `onFrame`, without passing through the framework.
 */

import type {
  AlarmGroup,
  AlarmView,
  NoticeLevel,
  SensorHealth,
  ServerMessage,
  Statistics,
  Summons,
} from '../api/types';
import { happeningOf, type Happening, type News } from '../alarms/news';
import { isOpen, queueOf } from '../alarms/order';
import { Batch, type Scheduler } from './batch';
import { decodeFrame, FrameFault, TrackFrame } from './frame';

export interface FeedEvents {
  notice?: (level: NoticeLevel, text: string, timeUs: number) => void;
  /** What is news, once per picture; never for the snapshot at the start. */
  news?: (news: News[]) => void;
  /** The alarms are those of the server again, once per picture. */
  published?: (alarms: readonly AlarmView[]) => void;
  /** Somebody must look at an alarm. */
  called?: (alarmId: string, why: Summons) => void;
  drill?: (on: boolean) => void;
  statistics?: (measures: Statistics) => void;
  clock?: (timeUs: number, live: boolean, speed: number) => void;
}

export class Feed {
  readonly frame = new TrackFrame();
  /** In the queue's order. */
  alarms = $state.raw<readonly AlarmView[]>([]);
  groups = $state.raw<readonly AlarmGroup[]>([]);
  sensors = $state.raw<readonly SensorHealth[]>([]);
  statistics = $state.raw<Statistics | null>(null);
  /** Frames that this client was too slow to be sent. */
  skipped = $state(0);
  /** Messages that could not be read: a fault to be shown, not a crash. */
  faults = $state(0);
  simulated = $state(false);
  /** Whether what a snapshot leaves out is gone: a replay may have gone back to before it. */
  forgets = false;
  /** When the last frame came, by `performance.now`; 0 before the first. */
  frameAtMs = 0;
  /** When anything came last. */
  heardAtMs = 0;

  #byId = new Map<string, AlarmView>();
  /** Since the last picture, by alarm. */
  #news = new Map<string, Happening>();
  #begun = false;
  #frameListeners = new Set<() => void>();
  #batch: Batch;

  constructor(
    private readonly events: FeedEvents = {},
    schedule?: Scheduler,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#batch = new Batch(() => this.#publish(), schedule);
  }

  readonly openCount = $derived(this.alarms.filter(isOpen).length);
  readonly newCount = $derived(this.alarms.filter((alarm) => alarm.stage === 'new').length);

  alarm(id: string | null): AlarmView | null {
    return this.alarms.find((alarm) => alarm.id === id) ?? null;
  }

  onFrame(listener: () => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  receive(data: string | ArrayBuffer): void {
    this.heardAtMs = this.now();
    if (typeof data !== 'string') return this.#receiveFrame(data);
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      this.faults++;
      return;
    }
    this.#receiveMessage(message);
  }

  /** Take one alarm over, unless a newer state of it is known already. */
  put(alarm: AlarmView): void {
    const known = this.#byId.get(alarm.id);
    if (known && known.changed_us > alarm.changed_us) return;
    if (this.#begun) this.#note(known, alarm);
    this.#byId.set(alarm.id, alarm);
    this.#batch.ask();
  }

  /** Become a still picture of another feed: what a pause shows. */
  copyFrom(other: Feed): void {
    this.frame.copyFrom(other.frame);
    this.frameAtMs = other.frameAtMs;
    this.#byId = new Map(other.alarms.map((alarm) => [alarm.id, alarm]));
    this.alarms = other.alarms;
    this.groups = other.groups;
    this.sensors = other.sensors;
    this.statistics = other.statistics;
    this.simulated = other.simulated;
    this.#tellFrame();
  }

  #receiveFrame(data: ArrayBuffer): void {
    try {
      decodeFrame(data, this.frame);
    } catch (fault) {
      if (!(fault instanceof FrameFault)) throw fault;
      this.faults++;
      return;
    }
    this.frameAtMs = this.heardAtMs;
    if (this.simulated !== this.frame.simulated) this.simulated = this.frame.simulated;
    this.#tellFrame();
  }

  #tellFrame(): void {
    for (const listener of this.#frameListeners) listener();
  }

  #receiveMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'alarms':
        this.#snapshot(message.alarms, message.groups);
        break;
      case 'alarm':
        this.put(message.alarm);
        break;
      case 'call':
        this.events.called?.(message.alarm, message.why);
        break;
      case 'groups':
        this.groups = message.groups;
        break;
      case 'sensors':
        this.sensors = message.sensors;
        break;
      case 'statistics':
        this.statistics = message;
        this.events.statistics?.(message);
        break;
      case 'skipped':
        this.skipped += message.frames;
        break;
      case 'notice':
        this.events.notice?.(message.level, message.text, message.time_us);
        break;
      case 'drill':
        this.events.drill?.(message.on);
        break;
      case 'clock':
        this.events.clock?.(message.time_us, message.live, message.speed);
        break;
    }
  }

  /** The server's whole list. What is news in it came while the line was cut, and is announced. */
  #snapshot(alarms: AlarmView[], groups: AlarmGroup[]): void {
    const known = this.forgets ? [] : [...this.#byId.values()];
    const resolved = known.filter((alarm) => !isOpen(alarm));
    if (this.#begun) for (const alarm of alarms) this.#note(this.#byId.get(alarm.id), alarm);
    this.#byId = new Map([...resolved, ...alarms].map((alarm) => [alarm.id, alarm]));
    this.#begun = true;
    this.groups = groups;
    this.#batch.ask();
  }

  #publish(): void {
    const queue = queueOf(this.#byId.values());
    if (queue.length < this.#byId.size) {
      this.#byId = new Map(queue.map((alarm) => [alarm.id, alarm]));
    }
    this.alarms = queue;
    const news = [...this.#news].flatMap(([id, what]): News[] => {
      const alarm = this.#byId.get(id);
      return alarm && isOpen(alarm) ? [{ alarm, what }] : [];
    });
    this.#news.clear();
    if (news.length > 0) this.events.news?.(news);
    this.events.published?.(queue);
  }

  #note(before: AlarmView | undefined, after: AlarmView): void {
    const what = happeningOf(before, after);
    // What is new stays new for this picture, whatever else becomes of it.
    if (what && this.#news.get(after.id) !== 'new') this.#news.set(after.id, what);
  }
}
