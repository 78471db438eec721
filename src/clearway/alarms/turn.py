"""One step in the making: what the rules read, change and say."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import structs

from clearway.alarms.alarm import (
    Acknowledgement,
    Alarm,
    GuardTask,
    Outcome,
    Resolution,
    Summons,
)
from clearway.alarms.desk import AlarmDesk
from clearway.alarms.outputs import (
    AlarmChanged,
    AlarmFiled,
    Change,
    GroupsChanged,
    GuardCalled,
    GuardStoodDown,
    Output,
    Refusal,
    SupervisorCalled,
)
from clearway.alarms.refusals import RefusedError
from clearway.alarms.report import Grounds
from clearway.domain import nanoseconds


class Turn:
    """The desk while one input is worked on.

    The rules put changed alarms here; nothing of it reaches the desk they came from.

    Parameters
    ----------
    desk : AlarmDesk
        As it was.
    time_ns : int
        Of the input.
    """

    def __init__(self, desk: AlarmDesk, time_ns: int) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.time_ns = time_ns
        self.alarms = dict(desk.alarms)
        self.outputs: list[Output] = []

    def finish(self) -> tuple[AlarmDesk, tuple[Output, ...]]:
        """The desk after the step, and what is to be told."""
        queue = [alarm for alarm in self.alarms.values() if alarm.listed]
        since_ns = self.time_ns - nanoseconds(self.settings.flood_window_s)
        rung = sorted(
            (alarm.rung_ns, alarm.number, alarm.alarm_id)
            for alarm in queue
            if alarm.rung_ns is not None and alarm.rung_ns > since_ns and not alarm.shelved
        )
        flood = self.desk.flood.after_rings(
            tuple(alarm_id for _, _, alarm_id in rung),
            {alarm.alarm_id for alarm in queue},
            self.time_ns,
            self.settings,
        )
        if flood != self.desk.flood:
            self.desk = structs.replace(self.desk, flood=flood)
            self.outputs.append(GroupsChanged(groups=flood.groups, time_ns=self.time_ns))
        if self.alarms != self.desk.alarms:
            self.desk = structs.replace(self.desk, alarms=self.alarms)
        return self.desk, tuple(self.outputs)

    def refusal(
        self,
        why: Refusal,
        reason: str,
        remedy: str,
        *,
        by: str | None = None,
        at_ns: int | None = None,
        alarm: Alarm | None = None,
    ) -> RefusedError:
        """The error that ends the step with nothing done."""
        return RefusedError(
            why,
            reason,
            remedy,
            time_ns=self.time_ns,
            by=by,
            at_ns=at_ns,
            alarm_id=None if alarm is None else alarm.alarm_id,
        )

    def put(
        self,
        alarm: Alarm,
        what: Change,
        *,
        by: str | None = None,
        text: str = "",
        **changes: object,
    ) -> Alarm:
        """Change an alarm and tell it; whatever makes it ring is counted here."""
        before = self.alarms.get(alarm.alarm_id)
        changed_ns = max(alarm.changed_ns, self.time_ns)
        alarm = structs.replace(alarm, **changes, changed_ns=changed_ns)
        if alarm.ringing and not (before is not None and before.ringing):
            first_ns = alarm.first_rung_ns
            alarm = structs.replace(
                alarm,
                rings=alarm.rings + 1,
                rung_ns=self.time_ns,
                first_rung_ns=self.time_ns if first_ns is None else first_ns,
                reported=(),
            )
        self.alarms[alarm.alarm_id] = alarm
        self.outputs.append(
            AlarmChanged(alarm=alarm, what=what, by=by, time_ns=self.time_ns, text=text)
        )
        return alarm

    def seen(self, alarm: Alarm, by: str) -> Alarm:
        """The alarm, looked at by somebody who knows its grounds from now on."""
        acknowledged = alarm.acknowledged
        first_ns = alarm.first_acknowledged_ns
        return structs.replace(
            alarm,
            known=Grounds.of(alarm.report).after(alarm.known),
            acknowledged=acknowledged or Acknowledgement(by, self.time_ns),
            first_acknowledged_ns=self.time_ns if first_ns is None else first_ns,
        )

    def reopened(self, alarm: Alarm) -> Alarm:
        """The alarm, back in the queue as if nobody had seen it."""
        return structs.replace(
            alarm,
            resolution=None,
            reopened_from=alarm.resolution,
            acknowledged=None,
            version=alarm.version + 1,
        )

    def resolve(self, alarm: Alarm, resolution: Resolution) -> Alarm:
        """Take an alarm off the queue and stand its guards down."""
        for task in alarm.underway:
            self.outputs.append(
                GuardStoodDown(guard=task.guard, alarm_id=alarm.alarm_id, time_ns=self.time_ns)
            )
        guards = tuple(
            structs.replace(task, stood_down_ns=self.time_ns) if task.underway else task
            for task in alarm.guards
        )
        return self.put(
            alarm,
            Change.RESOLVED,
            by=resolution.by,
            text=resolution.text,
            guards=guards,
            holders=(),
            resolution=resolution,
        )

    def settle(self, alarm: Alarm) -> Alarm:
        """Let an alarm leave that has ended, was acknowledged and has nobody dealing with it."""
        if alarm.live or not alarm.listed or alarm.acknowledged is None or alarm.attended:
            return alarm
        return self.resolve(alarm, Resolution(outcome=Outcome.ENDED, by=None, at_ns=self.time_ns))

    def file(self, alarm: Alarm) -> None:
        """Drop a resolved alarm from the desk."""
        del self.alarms[alarm.alarm_id]
        self.outputs.append(AlarmFiled(alarm_id=alarm.alarm_id, time_ns=self.time_ns))

    def call_guard(self, alarm: Alarm, guard: str, why: Summons, by: str | None = None) -> Alarm:
        """Send a guard; an earlier task of the same guard on this alarm is over by now."""
        task = GuardTask(guard=guard, why=why, by=by, sent_ns=self.time_ns)
        others = tuple(one for one in alarm.guards if one.guard != guard)
        alarm = self.put(alarm, Change.GUARD_CALLED, by=by, text=guard, guards=(*others, task))
        self.outputs.append(
            GuardCalled(guard=guard, alarm_id=alarm.alarm_id, why=why, time_ns=self.time_ns)
        )
        return alarm

    def call_supervisor(self, alarm: Alarm, why: Summons, by: str | None = None) -> Alarm:
        """Tell a supervisor to look at an alarm."""
        reported = alarm.reported if why in alarm.reported else (*alarm.reported, why)
        alarm = self.put(alarm, Change.SUPERVISOR_CALLED, by=by, text=why.value, reported=reported)
        self.outputs.append(
            SupervisorCalled(alarm_id=alarm.alarm_id, why=why, time_ns=self.time_ns)
        )
        return alarm

    def free_guards(self, alarm: Alarm) -> list[str]:
        """Guards who could be called to an alarm, the best choice first.

        That is who was not called to it before, then who is on the way to the fewest other
        alarms, then who came first.
        """
        busy = [task.guard for one in self.alarms.values() for task in one.underway]
        here = {task.guard for task in alarm.underway}
        return sorted(
            (guard for guard in self.desk.guards if guard not in here),
            key=lambda guard: (alarm.task_of(guard) is not None, busy.count(guard)),
        )

    def survivor(self, alarm_id: str | None) -> Alarm | None:
        """The alarm of this id, or the one that goes on in its place."""
        passed: set[str] = set()
        while alarm_id is not None and alarm_id not in passed:
            passed.add(alarm_id)
            alarm = self.alarms.get(alarm_id)
            if alarm is None or alarm.resolution is None or alarm.resolution.merged_into is None:
                return alarm
            alarm_id = alarm.resolution.merged_into
        return None

    def shelves(self, speakers: Collection[str]) -> bool:
        """Whether all that has ever spoken for an alarm comes from shelved sensors."""
        return bool(speakers) and self.desk.shelves.keys() >= set(speakers)

    def still_drill(self, alarm: Alarm) -> bool:
        """Whether what is new of an alarm belongs to a drill: it cannot once the drill is over."""
        return alarm.drill and self.desk.drill is not None

    def passed(self, since_ns: int, within_s: float) -> bool:
        """Whether that long has passed since then."""
        return self.time_ns - since_ns >= nanoseconds(within_s)
