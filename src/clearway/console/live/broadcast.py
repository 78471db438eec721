"""All open pages, and what each is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Final

from clearway.alarms import (
    Actor,
    AlarmChanged,
    AlarmDesk,
    DrillChanged,
    Output,
    Permission,
    ShelfChanged,
    SupervisorCalled,
)
from clearway.console.alarm_view import display_names
from clearway.console.context import ConsoleContext
from clearway.console.frames import FrameFlag
from clearway.console.live.alarm_board import AlarmBoard
from clearway.console.live.figures import Figures
from clearway.console.live.listener import Listener
from clearway.console.live.messages import (
    CallTold,
    Clock,
    DrillTold,
    Groups,
    groups_of,
    notice_told,
    text_of,
)
from clearway.console.live.plan import Plan, guard_marks
from clearway.console.times import microseconds
from clearway.domain import Mark, TrackPicture, nanoseconds
from clearway.service.outputs import Notice, NoticeLevel

__all__ = ["Broadcast"]

_TICK_S: Final = 1.0
_LOOK_S: Final = 0.9
_STILL_NEWS_NS: Final = nanoseconds(600.0)
"""Who opens a page is told what went wrong within this time."""


class Broadcast:
    """Tells all open pages what happens in the control room.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._room = context.room
        self._board = AlarmBoard(context.room)
        self._figures = Figures(context)
        self._listeners: list[Listener] = []
        """In the order of their coming."""
        self._subscription = ExitStack()
        self._sequence = 0
        self._flags = FrameFlag.SIMULATED if context.site.simulated else FrameFlag(0)
        self._marks: dict[str, dict[int, Mark]] = {}
        """Whom each guard may see, as of a desk."""
        self._marked_desk: AlarmDesk | None = None
        self._looked_s: float | None = None
        self._groups_told = context.room.desk.flood.groups

    @asynccontextmanager
    async def listening(self, actor: Actor) -> AsyncIterator[Listener]:
        """Count somebody's page among the open ones, as long as the block runs."""
        known = await asyncio.to_thread(display_names, self._context.users)
        self._board.displays.update(known)
        listener = Listener(actor, self._board, partial(self._note_shown, actor))
        with self._entered(listener):
            self._tell_what_holds(listener)
            yield listener

    async def tick(self, listener: Listener) -> None:
        """Tell once a second what changes by itself, so that silence means a broken line.

        It ends when the client takes nothing any more.
        """
        while not listener.is_stuck:
            self._look_around()
            now_us = microseconds(self._context.clock_ns())
            listener.tell("clock", text_of(Clock(time_us=now_us, live=True, speed=1.0)))
            self._tell_sensors(listener)
            if listener.may(Permission.SEE_STATISTICS):
                statistics = await self._figures.statistics()
                if statistics is not None:
                    listener.tell("statistics", statistics)
            await asyncio.sleep(_TICK_S)

    def picture(self, picture: TrackPicture) -> None:
        """The plan has changed."""
        self._sequence += 1
        plan = Plan(picture, self._sequence, self._flags)
        for listener in self._listeners:
            if listener.may(Permission.SEE_PLAN):
                listener.outbox.put_frame(plan.whole())
            elif listener.may(Permission.SEE_TASK):
                listener.outbox.put_frame(plan.of_nobody_but(self._marks_for(listener.actor)))

    def told(self, outputs: Sequence[Output]) -> None:
        """Alarms, shelves or the drill have changed; groups can wait for the next second."""
        for output in outputs:
            match output:
                case AlarmChanged(alarm=alarm):
                    self._show({alarm.alarm_id})
                case SupervisorCalled():
                    self._tell_call(output)
                case DrillChanged():
                    self._tell_drill(self._listeners)
                case ShelfChanged():
                    self._figures.look_anew()
                    for listener in self._listeners:
                        self._tell_sensors(listener)
                case _:
                    pass

    def notice(self, notice: Notice) -> None:
        """There is something to know."""
        for listener in self._listeners:
            self._tell_notice(listener, notice)

    @contextmanager
    def _entered(self, listener: Listener) -> Iterator[None]:
        if not self._listeners:
            self._subscription.enter_context(self._room.subscribe(self))
        self._record_unless_here(listener.actor, "control-room-entered")
        self._listeners.append(listener)
        self._note_presence()
        try:
            yield
        finally:
            self._listeners.remove(listener)
            if not self._listeners:
                self._subscription.close()
            self._record_unless_here(listener.actor, "control-room-left")
            self._note_presence()

    def _record_unless_here(self, actor: Actor, kind: str) -> None:
        """Record that somebody comes with a first page or leaves with the last."""
        if all(listener.actor.name != actor.name for listener in self._listeners):
            now_ns = self._context.clock_ns()
            self._context.late.add(kind, actor.name, actor.role.value, time_ns=now_ns)

    def _note_shown(self, actor: Actor, alarm_ids: Iterable[str]) -> None:
        self._context.late.shown(actor.name, alarm_ids, time_ns=self._context.clock_ns())

    def _note_presence(self) -> None:
        people = tuple(dict.fromkeys(listener.actor for listener in self._listeners))
        if people != self._room.desk.people:
            self._room.people_are_present(people)

    def _look_around(self) -> None:
        """Notice once a second, for all, what nobody has told."""
        now_s = asyncio.get_running_loop().time()
        if self._looked_s is not None and now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        self._show(self._board.look_around())
        groups = self._room.desk.flood.groups
        if groups != self._groups_told:
            self._groups_told = groups
            text = text_of(Groups(groups=groups_of(groups)))
            for listener in self._listeners:
                if listener.may(Permission.SEE_ALARMS):
                    listener.tell("groups", text)

    def _show(self, alarm_ids: set[str]) -> None:
        for listener in self._listeners:
            for alarm_id in alarm_ids:
                listener.look_at(alarm_id)

    def _tell_what_holds(self, listener: Listener) -> None:
        self._tell_drill([listener])
        since_ns = self._context.clock_ns() - _STILL_NEWS_NS
        for notice in self._room.notices:
            if notice.level is not NoticeLevel.INFO and notice.time_ns >= since_ns:
                self._tell_notice(listener, notice)

    def _tell_drill(self, listeners: Sequence[Listener]) -> None:
        text = text_of(DrillTold(on=self._context.is_drill))
        for listener in listeners:
            listener.tell("drill", text)

    def _tell_call(self, call: SupervisorCalled) -> None:
        """Call the supervisors; where none is present, whoever may decide must do without."""
        called = [one for one in self._listeners if one.may(Permission.OVERRULE)] or [
            one for one in self._listeners if one.may(Permission.DECIDE)
        ]
        told = CallTold(alarm=call.alarm_id, why=call.why)
        for listener in called:
            listener.tell("call", text_of(told), f"{told.why} {told.alarm}")

    def _tell_sensors(self, listener: Listener) -> None:
        if listener.may(Permission.SEE_SENSORS):
            listener.tell("sensors", self._figures.sensors())

    def _tell_notice(self, listener: Listener, notice: Notice) -> None:
        # Guards can do nothing about a sensor; that people may be missed concerns them too.
        if notice.level is NoticeLevel.ALARM or listener.may(Permission.SEE_SENSORS):
            listener.outbox.put_notice(text_of(notice_told(notice)))

    def _marks_for(self, guard: Actor) -> dict[int, Mark]:
        desk = self._room.desk
        if desk is not self._marked_desk:
            self._marked_desk = desk
            self._marks.clear()
        marks = self._marks.get(guard.name)
        if marks is None:
            marks = self._marks[guard.name] = guard_marks(desk, guard)
        return marks
