/** Everything the console's panels share: two feeds, one time, one selection. */

import { createContext } from 'svelte';
import { call, Problem, socketUrl } from '../api/client';
import type { Colleague, Recording, Site, Summons } from '../api/types';
import { Announcer } from '../alarms/announce.svelte';
import { Bell, Ringing, soundOf } from '../alarms/bell';
import { Calls, type Call } from '../alarms/calls.svelte';
import { Feed } from '../live/feed.svelte';
import { Freshness } from '../live/freshness.svelte';
import { Link, type LinkState } from '../live/link';
import { StationClock } from '../live/clock.svelte';
import { Notices } from '../shared/notices.svelte';
import { problemText } from '../shared/problem';
import { sound } from '../shared/sound.svelte';
import { settings } from '../shared/settings.svelte';
import { Course } from '../statistics/history';
import { TimeControl } from '../time/control.svelte';
import type { Session } from '../account/session.svelte';

export class Station {
  site = $state.raw<Site | null>(null);
  recording = $state.raw<Recording | null>(null);
  linkState = $state<LinkState>('closed');
  drill = $state(false);
  selectedId = $state<string | null>(null);

  /** The last hour, drawn by the statistics; it is kept here so that it goes on while they are shut. */
  readonly course = new Course();
  courseTick = $state(0);

  readonly notices = new Notices();
  readonly clock = new StationClock();
  readonly announcer = new Announcer();
  readonly calls: Calls;
  readonly live: Feed;
  readonly replay: Feed;
  readonly time: TimeControl;
  readonly freshness: Freshness;
  readonly #link: Link;
  readonly #ringing = new Ringing();
  readonly #bell = new Bell((which) => settings.sound && sound(which));

  constructor(readonly session: Session) {
    this.drill = session.me?.drill ?? false;
    this.calls = new Calls(() => session.may('overrule'));
    this.live = new Feed({
      notice: (level, text, timeUs) => this.notices.add(level, text, timeUs),
      news: (news) => this.announcer.add(news),
      published: (alarms) => {
        const rings = this.#ringing.look(alarms);
        const calls = this.calls.look(alarms);
        this.#sound(rings || calls);
      },
      called: (alarmId, why) => this.#called(alarmId, why),
      drill: (on) => (this.drill = on),
      clock: (timeUs) => this.clock.told(timeUs),
      statistics: ({ people_now, throughput_per_min }) => {
        this.course.add(this.clock.exactUs() / 1e6, people_now, throughput_per_min);
        this.courseTick++;
      },
    });
    this.replay = new Feed({ clock: (timeUs) => this.time.told(timeUs) });
    this.replay.forgets = true;
    this.time = new TimeControl(
      this.live,
      this.replay,
      () => this.clock.exactUs(),
      (calls) => new Link({ ...calls, url: () => socketUrl(calls.url()) }),
    );
    // Who may not see the plan is sent no frames; for them any message is a sign of life.
    this.freshness = new Freshness(() =>
      session.may('see_plan') ? this.live.frameAtMs : this.live.heardAtMs,
    );
    this.#link = new Link({
      url: () => socketUrl('/live'),
      receive: (data) => this.live.receive(data),
      changed: (state) => (this.linkState = state),
      // A browser does not say why a socket was refused; a request does.
      refused: () => void session.check(),
      ended: () => session.end(),
    });
  }

  /** What all panels show. */
  readonly shown = $derived.by(() => (this.time.isLive ? this.live : this.replay));
  readonly selected = $derived.by(() => this.shown.alarm(this.selectedId));

  /** Run until the returned function is called. */
  start(): () => void {
    const hurry = () => this.#link.hurry();
    const seen = () => document.hidden || hurry();
    window.addEventListener('online', hurry);
    document.addEventListener('visibilitychange', seen);
    const stops = [this.freshness.watch(), this.clock.run(), this.#bell.run()];
    this.#link.start();
    void this.#loadSite();
    return () => {
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', seen);
      for (const stop of stops) stop();
      this.time.goLive();
      this.#link.stop();
    };
  }

  async loadRecording(): Promise<void> {
    try {
      this.recording = await call<Recording>('GET', '/recording');
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.recording = null;
    }
  }

  /** Look at what somebody calls for. */
  answer(call: Call): void {
    this.time.goLive();
    this.selectedId = call.alarmId;
    this.calls.opened(call);
    this.#sound(false);
  }

  async colleagues(): Promise<Colleague[]> {
    return call<Colleague[]>('GET', '/operators');
  }

  report(problem: unknown): void {
    this.notices.add('warning', problemText(problem));
  }

  async #loadSite(): Promise<void> {
    try {
      this.site = await call<Site>('GET', '/site');
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 0) {
        setTimeout(() => void this.#loadSite(), 2_000);
      } else this.report(problem);
    }
  }

  #called(alarmId: string, why: Summons): void {
    this.#sound(this.calls.called(this.live.alarm(alarmId), alarmId, why));
  }

  #sound(begun: boolean): void {
    this.#bell.keep(this.calls.sound ?? soundOf(this.live.alarms), begun);
  }
}

export const [getStation, setStation] = createContext<Station>();
