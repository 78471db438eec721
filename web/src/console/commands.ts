/** Every key of the console, in one list: the keyboard and the help sheet both read it. */

import { ACTS, type ActionDesk } from '../alarms/actions.svelte';
import type { Queue } from '../alarms/queue.svelte';
import type { PlanOptions } from '../plan/options.svelte';
import type { Painter } from '../plan/painter';
import type { Command } from '../shared/keys';
import { settings } from '../shared/settings.svelte';
import { neighbour } from '../time/marks';
import type { PanelChoice } from './panels.svelte';
import type { Station } from './station.svelte';

export interface Controls {
  station: Station;
  desk: ActionDesk;
  queue: Queue;
  options: PlanOptions;
  panels: PanelChoice;
  painter: () => Painter | null;
  help: () => void;
}

export function commandsOf(controls: Controls): Command[] {
  return [
    ...alarmCommands(controls),
    ...planCommands(controls),
    ...timeCommands(controls),
    ...pageCommands(controls),
  ];
}

function alarmCommands({ desk, queue }: Controls): Command[] {
  return [
    { key: 'j', group: 'alarms', label: 'key.next_alarm', run: () => queue.move(1) },
    { key: 'k', group: 'alarms', label: 'key.previous_alarm', run: () => queue.move(-1) },
    { key: 'g', group: 'alarms', label: 'key.fold', run: () => queue.fold() },
    ...ACTS.map((act): Command => ({
      key: act.key,
      group: 'alarms',
      label: act.label,
      run: () => void desk.run(act),
    })),
  ];
}

function planCommands({ options, painter }: Controls): Command[] {
  return [
    { key: '+', group: 'plan', label: 'plan.zoom_in', run: () => painter()?.zoom(1.25) },
    { key: '-', group: 'plan', label: 'plan.zoom_out', run: () => painter()?.zoom(0.8) },
    { key: '0', group: 'plan', label: 'plan.fit', run: () => painter()?.fit() },
    { key: 'f', group: 'plan', label: 'key.follow', run: () => (options.follow = !options.follow) },
    {
      key: 'c',
      group: 'plan',
      label: 'key.coverage',
      run: () => (options.coverage = !options.coverage),
    },
    {
      key: 'v',
      group: 'plan',
      label: 'key.density',
      run: () => (options.density = !options.density),
    },
  ];
}

const STEP_S = 5;

function timeCommands({ station }: Controls): Command[] {
  const { time } = station;
  const jump = (by: 1 | -1) => {
    const from = time.isLive ? station.clock.nowUs : time.atUs;
    const to = neighbour(station.recording, from, by);
    if (to !== null) time.seek(to);
  };
  const commands: Command[] = [
    { key: 'l', group: 'time', label: 'time.live', run: () => time.goLive() },
    { key: ' ', shown: '␣', group: 'time', label: 'key.pause', run: () => time.toggle() },
    { key: ',', group: 'time', label: 'key.step_back', run: () => time.step(-STEP_S) },
    { key: '.', group: 'time', label: 'key.step_on', run: () => time.step(STEP_S) },
    { key: '[', group: 'time', label: 'time.alarm_before', run: () => jump(-1) },
    { key: ']', group: 'time', label: 'time.alarm_after', run: () => jump(1) },
    { key: 'z', group: 'time', label: 'key.slower', run: () => time.shiftSpeed(-1) },
    { key: 'x', group: 'time', label: 'key.faster', run: () => time.shiftSpeed(1) },
  ];
  return station.session.may('replay') ? commands : [];
}

function pageCommands({ panels, help }: Controls): Command[] {
  return [
    ...panels.available.map((panel, i): Command => ({
      key: String(i + 1),
      group: 'page',
      label: `panel.${panel}`,
      run: () => panels.toggle(panel),
    })),
    {
      key: 'm',
      group: 'page',
      label: 'key.sound',
      run: () => {
        settings.sound = !settings.sound;
        settings.save();
      },
    },
    { key: '?', group: 'page', label: 'key.help', run: help },
    { key: 'F1', group: 'page', label: 'key.help', run: help },
  ];
}
