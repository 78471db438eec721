/** One guard's evening: the line to the station, the tasks, the receipts. */

import { call, Problem, socketUrl } from '../api/client';
import type { AlarmView, Answer, GuardTask, Point, Site } from '../api/types';
import { StationClock } from '../live/clock.svelte';
import { Feed } from '../live/feed.svelte';
import { Freshness } from '../live/freshness.svelte';
import { Link, type LinkState } from '../live/link';
import { Notices } from '../shared/notices.svelte';
import { problemText } from '../shared/problem';
import type { Session } from '../account/session.svelte';
import { HelpCalls } from './help.svelte';
import { callGuard, tellLost } from './phone';
import { Receipts } from './receipts';

export interface Task {
  alarm: AlarmView;
  mine: GuardTask;
}

/** The last call of this guard to an alarm; an alarm may call the same guard twice. */
export function taskOf(alarm: AlarmView, name: string): Task | null {
  const mine = alarm.guards.filter((guard) => guard.name === name).at(-1);
  return mine ? { alarm, mine } : null;
}

export class Duty {
  site = $state.raw<Site | null>(null);
  linkState = $state<LinkState>('closed');
  drill = $state(false);
  /** Where the guard stands, as tapped. Kept in memory only. */
  place = $state.raw<Point | null>(null);
  openedId = $state<string | null>(null);

  readonly notices = new Notices();
  readonly clock = new StationClock();
  readonly feed: Feed;
  readonly freshness: Freshness;
  readonly #link: Link;
  readonly #receipts = new Receipts((alarm, receipt) =>
    call('POST', `/alarms/${encodeURIComponent(alarm)}/${receipt}`),
  );
  readonly help = new HelpCalls(async (alarmId) => {
    try {
      this.feed.put(await answerOf(alarmId, 'need_help'));
    } catch (problem) {
      tellLost();
      throw problem;
    }
  });
  #called = new Set<string>();

  constructor(readonly session: Session) {
    this.drill = session.me?.drill ?? false;
    this.feed = new Feed({
      notice: (level, text, timeUs) => this.notices.add(level, text, timeUs),
      drill: (on) => (this.drill = on),
      clock: (timeUs) => this.clock.told(timeUs),
    });
    this.freshness = new Freshness(() => this.feed.frameAtMs);
    this.#link = new Link({
      url: () => socketUrl('/live'),
      receive: (data) => this.feed.receive(data),
      changed: (state) => (this.linkState = state),
      refused: () => void session.check(),
      ended: () => session.end(),
    });
  }

  /** Unfinished first, then the newest. */
  readonly tasks: readonly Task[] = $derived.by(() => {
    const name = this.session.me?.name ?? '';
    return this.feed.alarms
      .flatMap((alarm) => taskOf(alarm, name) ?? [])
      .sort((a, b) => Number(over(a)) - Number(over(b)) || b.mine.sent_us - a.mine.sent_us);
  });
  readonly unread = $derived(
    this.tasks.filter((task) => task.mine.read_us === null && !over(task)),
  );
  readonly opened = $derived(this.tasks.find((task) => task.alarm.id === this.openedId) ?? null);

  start(): () => void {
    const hurry = () => this.#link.hurry();
    const seen = () => document.hidden || hurry();
    window.addEventListener('online', hurry);
    document.addEventListener('visibilitychange', seen);
    const stops = [this.freshness.watch(), this.clock.run()];
    this.#link.start();
    void this.#loadSite();
    return () => {
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', seen);
      for (const stop of stops) stop();
      this.#link.stop();
    };
  }

  /** Each new task rings once and is receipted by itself, opened or not. */
  attend(): void {
    for (const { alarm, mine } of this.tasks) {
      if (mine.delivered_us === null) this.#receipts.give(alarm.id, mine.sent_us, 'delivered');
      const key = `${alarm.id} ${mine.sent_us}`;
      if (mine.read_us !== null || this.#called.has(key)) continue;
      this.#called.add(key);
      callGuard();
    }
  }

  open(task: Task): void {
    this.openedId = task.alarm.id;
    if (task.mine.read_us === null) {
      this.#receipts.give(task.alarm.id, task.mine.sent_us, 'read');
    }
  }

  async answer({ alarm }: Task, answer: Exclude<Answer, 'need_help'>): Promise<void> {
    const tries = this.help.tries(alarm.id);
    try {
      this.feed.put(await answerOf(alarm.id, answer));
    } catch (problem) {
      tellLost();
      this.notices.add('alarm', problemText(problem));
    }
    // A cry for help that overtook this answer would be undone by it.
    if (this.help.tries(alarm.id) > tries) this.help.call(alarm.id);
  }

  async #loadSite(): Promise<void> {
    try {
      this.site = await call<Site>('GET', '/site');
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 0) {
        setTimeout(() => void this.#loadSite(), 2_000);
      } else this.notices.add('warning', problemText(problem));
    }
  }
}

function answerOf(alarmId: string, answer: Answer): Promise<AlarmView> {
  return call('POST', `/alarms/${encodeURIComponent(alarmId)}/answer`, { answer, text: '' });
}

/** Nothing more to do for this guard. */
export function over(task: Task): boolean {
  return task.alarm.stage === 'resolved' || task.mine.answer === 'not_found';
}
