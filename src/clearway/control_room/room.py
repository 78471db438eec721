"""The control room: alarms, people and the plan, between the service and the console.

What the service shows comes in at once and is told at once: nobody may wait for the disk to learn
of a rifle.  What a person does is on the disk, with its audit record, before anybody is told that
it was done: an act that the disk refuses has not happened.

While an act is on its way to the disk, what comes meanwhile is told as if there were no act.  Once
the act is kept, all of it is worked out again behind the act; where that changes an alarm, it is
told once more.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Protocol

from msgspec import structs

from clearway.alarms import (
    Act,
    Actor,
    Alarm,
    AlarmChanged,
    AlarmDesk,
    AlertTold,
    Change,
    Input,
    LifeCycleSettings,
    Outcome,
    Output,
    PeoplePresent,
    Place,
    Refused,
    TimePassed,
    step,
)
from clearway.control_room.keeping import Keeping
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.picture import marks_of, picture_of
from clearway.control_room.record import AlarmRecord
from clearway.control_room.reports import report_of
from clearway.domain import AlertState, Mark, TrackPicture
from clearway.errors import OutputError
from clearway.service import outputs as service
from clearway.service.alert_desk import Answer
from clearway.service.outputs import Notice, NoticeLevel, Observed

_LOG = logging.getLogger(__name__)

_TICK_S: Final = 1.0
_NOTICES_KNOWN: Final = 200
_NOBODY_GOES: Final = frozenset({Outcome.DISMISSED, Outcome.HARMLESS_OBJECT, Outcome.NOTHING})


class ActRefusedError(Exception):
    """What somebody asked for was not done."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


class Subscriber(Protocol):
    """Whoever is told of all that happens in the control room; it must not wait."""

    def picture(self, picture: TrackPicture) -> None:
        """The plan has changed, as it does several times a second."""

    def told(self, outputs: Sequence[Output]) -> None:
        """Alarms, shelves, groups or the drill have changed."""

    def notice(self, notice: Notice) -> None:
        """There is something to know."""


class ControlRoom:
    """All that the people of one control room share.

    To be used in one event loop; only what waits for the disk runs in threads.

    Parameters
    ----------
    record : AlarmRecord
        Where alarms are kept; what it holds is on the desk from the start.
    clock : callable
        UTC nanoseconds.
    numbers : PersonNumbers
        By which people are shown.
    settings : LifeCycleSettings, optional
    answer : callable
        Is told, by alert id, what people say to an alert, who they are and why: for the network.

    Raises
    ------
    InputError
        What was kept cannot be read.
    """

    def __init__(
        self,
        record: AlarmRecord,
        clock: Callable[[], int],
        *,
        numbers: PersonNumbers,
        settings: LifeCycleSettings | None = None,
        answer: Callable[[str, Answer, str], object] = lambda _alert, _answer, _why: None,
    ) -> None:
        self.record = record
        self.clock = clock
        self.picture: TrackPicture | None = None
        """The latest."""
        self.notices: deque[Notice] = deque(maxlen=_NOTICES_KNOWN)
        """The newest last."""
        self._desk = record.desk(settings or LifeCycleSettings())
        self._marks: dict[int, Mark] | None = None
        """Whom alarms are about; None where one has changed since it was worked out.  In a flood
        they change oftener than the plan is shown."""
        self._answer = answer
        self._subscribers: list[Subscriber] = []
        self._last_seen: dict[int, Place] = {}
        """Of those whom alarms are about."""
        self._numbers = numbers
        self._turn = asyncio.Lock()
        self._meanwhile: list[tuple[Input, Sequence[Output]]] | None = None
        """What has come since an act began to wait for the disk, and what was told of it; None
        while none waits."""
        self._keeping = Keeping(record, self._say)
        self._acting: set[asyncio.Task[tuple[Output, ...]]] = set()

    @property
    def desk(self) -> AlarmDesk:
        """The alarms and who is present, as of now."""
        return self._desk

    def observe(self, what: Observed) -> None:
        """Take what the service shows."""
        match what:
            case service.EngineBegan():
                self._numbers.begin_afresh()
            case service.PeopleReported():
                self._show(picture_of(what, self._numbers, self._known_marks()))
            case service.AlertTold():
                report = report_of(what, self._numbers)
                self._take(AlertTold(time_ns=self.clock(), report=report))
            case service.AlertEnded():
                self._end(what.alert_id)
            case Notice():
                self.tell(what)
            case _:
                pass

    def end_all_but(self, open_alerts: Collection[str]) -> None:
        """End what the service, which has just begun, knows nothing of."""
        for alarm in self._desk.queue:
            if alarm.live and alarm.alarm_id not in open_alerts:
                self._end(alarm.alarm_id)

    def people_are_present(self, people: Sequence[Actor]) -> None:
        """Take note of who has a page open, guards in the order of their coming."""
        self._take(PeoplePresent(time_ns=self.clock(), people=tuple(people)))

    async def act(self, act: Act) -> tuple[Output, ...]:
        """Do what somebody asks.

        Parameters
        ----------
        act : Act

        Returns
        -------
        tuple of Output
            What came of it; by then it is on the disk and told.

        Raises
        ------
        ActRefusedError
            The rules do not allow it; nothing was done.
        OutputError
            The disk is full or gone; nothing was done.
        """
        # Whoever asked may leave meanwhile; what has begun is finished all the same.
        task = asyncio.ensure_future(self._acted(act))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)
        return await asyncio.shield(task)

    @contextmanager
    def subscribe(self, subscriber: Subscriber) -> Iterator[None]:
        """Tell somebody of all that happens, as long as the block runs."""
        self._subscribers.append(subscriber)
        try:
            yield
        finally:
            self._subscribers.remove(subscriber)

    def tell(self, notice: Notice) -> None:
        """Let everybody know."""
        self.notices.append(notice)
        self._tell(lambda subscriber: subscriber.notice(notice))

    def last_seen(self, alarm: Alarm) -> Place | None:
        """Where the most probable candidate of an alarm was seen last."""
        told = alarm.report.last_seen
        leading = next(iter(alarm.report.candidates), None)
        seen = None if leading is None else self._last_seen.get(leading.track_id)
        if seen is None or not alarm.live or (told is not None and told.time_ns >= seen.time_ns):
            return told
        return seen

    async def run(self) -> None:
        """Let time pass and keep what happens, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._let_time_pass())
            group.create_task(self._keeping.run(self._turn))

    async def close(self) -> None:
        """Keep what is not kept yet.

        Raises
        ------
        OutputError
            The disk is full or gone.
        """
        async with self._turn:
            await self._keeping.flush()

    def _show(self, picture: TrackPicture) -> None:
        self.picture = picture
        marked = picture.mark != Mark.NONE
        for track_id, x_m, y_m in zip(
            picture.track_id[marked].tolist(),
            picture.x_m[marked].tolist(),
            picture.y_m[marked].tolist(),
            strict=True,
        ):
            self._last_seen[track_id] = Place(x_m, y_m, picture.time_ns)
        self._tell(lambda subscriber: subscriber.picture(picture))

    def _known_marks(self) -> dict[int, Mark]:
        if self._marks is None:
            marks = self._marks = marks_of(self._desk)
            seen = self._last_seen.items()
            self._last_seen = {number: place for number, place in seen if number in marks}
        return self._marks

    def _end(self, alarm_id: str) -> None:
        """End an alarm that the machine has lost sight of, which is as bad as a departure."""
        alarm = self._desk.alarms.get(alarm_id)
        if alarm is not None and alarm.live:
            now_ns = self.clock()
            # After the last report even if the clock was set back since: an older one says nothing.
            time_ns = max(now_ns, alarm.report.time_ns + 1)
            report = structs.replace(alarm.report, state=AlertState.CLOSED, time_ns=time_ns)
            self._take(AlertTold(time_ns=now_ns, report=report))

    def _take(self, happened: Input) -> None:
        """Take what nobody can refuse: it is told at once, and kept soon."""
        self._desk, outputs = step(self._desk, happened)
        if self._meanwhile is not None:
            self._meanwhile.append((happened, outputs))
        elif outputs:
            self._keeping.add(self._desk, outputs)
        if outputs:
            self._told(outputs)

    def _told(self, outputs: Sequence[Output]) -> None:
        self._marks = None
        self._tell(lambda subscriber: subscriber.told(outputs))
        for output in outputs:
            if isinstance(output, AlarmChanged):
                self._tell_network(output)

    def _tell(self, tell: Callable[[Subscriber], None]) -> None:
        for subscriber in tuple(self._subscribers):
            try:
                tell(subscriber)
            except Exception:  # noqa: BLE001 - a defect of one costs the others nothing
                _LOG.exception("%s could not take what it was told", type(subscriber).__name__)

    def _tell_network(self, changed: AlarmChanged) -> None:
        """Let the other systems know what somebody has decided about a live alarm."""
        alarm, resolution = changed.alarm, changed.alarm.resolution
        if changed.by is None or not alarm.live:
            return
        if changed.what is Change.ACKNOWLEDGED:
            self._answer(alarm.alarm_id, Answer.TAKEN, "")
        elif changed.what is Change.UNACKNOWLEDGED:
            self._answer(alarm.alarm_id, Answer.WITHDRAWN, "")
        elif resolution is not None and resolution.outcome in _NOBODY_GOES:
            why = resolution.reason or resolution.outcome
            self._answer(alarm.alarm_id, Answer.REJECTED, why.value)

    async def _acted(self, act: Act) -> tuple[Output, ...]:
        async with self._turn:
            # In the order in which they happened, or a restart would not come to the same.
            await self._keeping.flush()
            before = self._desk
            after, outputs = step(before, structs.replace(act, time_ns=self.clock()))
            if outputs and isinstance(outputs[0], Refused):
                raise ActRefusedError(outputs[0])
            self._meanwhile = []
            try:
                await self._keeping.keep(after, outputs)
            except BaseException:
                self._redo(before)
                raise
            self._desk = after
            self._told(outputs)
            self._redo(after)
        return outputs

    def _redo(self, desk: AlarmDesk) -> None:
        """Let happen, behind an act or without it, what came while it waited; keep it soon.

        Parameters
        ----------
        desk : AlarmDesk
            Behind which it happened.  What comes of it as it was told is not told again.
        """
        meanwhile, self._meanwhile = self._meanwhile or [], None
        told = [output for _, outputs in meanwhile for output in outputs]
        for happened, _ in meanwhile:
            desk, outputs = step(desk, happened)
            if outputs:
                self._keeping.add(desk, outputs)
            self._desk = desk
            news = [output for output in outputs if output not in told]
            if news:
                self._told(news)

    async def _let_time_pass(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._take(TimePassed(time_ns=self.clock()))
            if self._numbers.run_short:
                with suppress(OutputError):  # told where changes of alarms wait for the disk
                    await asyncio.to_thread(self._numbers.set_aside)

    def _say(self, sentence: str, level: NoticeLevel) -> None:
        self.tell(Notice(sentence, level, self.clock()))
