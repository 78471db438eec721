"""The control room: the machine is told at once, people's acts when they are on the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import pytest
from msgspec import structs

from clearway.alarms import (
    Acknowledge,
    AlarmChanged,
    AlarmDesk,
    Change,
    Dismiss,
    DismissReason,
    Outcome,
    Output,
    Place,
    Refusal,
    Resolve,
    Stage,
    TakeOver,
    Unacknowledge,
)
from clearway.control_room.room import ActRefusedError
from clearway.domain import AlertState, Closing, Mark
from clearway.errors import OutputError
from clearway.service.alert_desk import Answer
from clearway.service.outputs import AlertEnded, EngineBegan, Notice, NoticeLevel
from clearway.store.database import Database
from tests.control_room.alerts import TNT, alert_told, people_reported, reading
from tests.control_room.station import ANA, SANJA, Station, Told, without_people

T = TypeVar("T")

SEEN = Acknowledge(time_ns=0, actor=ANA, alarm_id="A")
NOTHING_THERE = Dismiss(time_ns=0, actor=ANA, alarm_id="A", reason=DismissReason.FALSE_ALARM)


@pytest.fixture
def station(database: Database) -> Iterator[Station]:
    one = Station(database)
    with one.room.subscribe(one.told):
        yield one


def done(what: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(what)


class FullDisk:
    """Refuses what is to be kept until there is room."""

    def __init__(self, station: Station, patch: pytest.MonkeyPatch) -> None:
        self.full = True
        self._keep = station.record.keep
        patch.setattr(station.record, "keep", self._refuse)

    def _refuse(self, desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        if self.full:
            raise OutputError("site.sqlite", "the disk is full", "free some space")
        self._keep(desk, outputs)


def changes(outputs: Sequence[Output]) -> list[Change]:
    return [one.what for one in outputs if isinstance(one, AlarmChanged)]


def stage_of(station: Station) -> Stage:
    return station.room.desk.alarms["A"].stage


def test_an_alert_is_told_at_once_and_kept_soon(station: Station) -> None:
    station.room.observe(alert_told("A"))
    assert changes(station.told.outputs) == [Change.OPENED]
    assert station.room.desk.alarms["A"].stage is Stage.NEW
    assert station.record.alarm("A") is None
    done(station.room.close())
    assert station.record.alarm("A") == station.room.desk.alarms["A"]


def test_an_act_is_on_the_disk_when_it_is_told(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    told = station.told.told

    def check(outputs: Sequence[Output]) -> None:
        kept.append(len(station.record.changes("A")) == 2)
        told(outputs)

    monkeypatch.setattr(station.told, "told", check)
    station.room.observe(alert_told("A"))
    outputs = done(station.room.act(SEEN))
    assert changes(outputs) == changes(station.told.outputs[1:]) == [Change.ACKNOWLEDGED]
    assert kept == [False, True]
    assert station.kinds() == [("alarm-opened", "clearway"), ("alarm-acknowledged", "ana")]


def test_an_act_that_is_refused_changes_nothing(station: Station) -> None:
    station.room.observe(alert_told("A"))
    with pytest.raises(ActRefusedError) as caught:
        done(station.room.act(structs.replace(SEEN, alarm_id="B")))
    assert caught.value.refused.why is Refusal.UNKNOWN
    assert changes(station.told.outputs) == [Change.OPENED]


def test_of_two_who_act_at_once_the_second_is_told_who_was_first(station: Station) -> None:
    station.room.observe(alert_told("A"))

    async def both() -> tuple[object, object]:
        return await asyncio.gather(
            station.room.act(TakeOver(time_ns=0, actor=ANA, alarm_id="A")),
            station.room.act(
                TakeOver(time_ns=0, actor=structs.replace(ANA, name="boris"), alarm_id="A")
            ),
            return_exceptions=True,
        )

    first, second = done(both())
    assert isinstance(first, tuple)
    assert isinstance(second, ActRefusedError)
    assert second.refused.by == "ana"


def test_a_full_disk_undoes_an_act_and_loses_no_alert(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.room.observe(alert_told("A"))
    done(station.room.close())
    disk = FullDisk(station, monkeypatch)
    with pytest.raises(OutputError, match="disk is full"):
        done(station.room.act(SEEN))
    assert stage_of(station) is Stage.NEW
    station.room.observe(alert_told("B"))
    with pytest.raises(OutputError, match="disk is full"):
        done(station.room.act(SEEN))
    (notice,) = station.told.notices
    assert notice.level is NoticeLevel.ALARM
    assert "the disk is full" in notice.text
    disk.full = False
    done(station.room.act(SEEN))
    assert changes(station.told.outputs) == [Change.OPENED, Change.OPENED, Change.ACKNOWLEDGED]
    assert station.told.notices[1].level is NoticeLevel.INFO
    assert without_people(station.opened().desk) == without_people(station.room.desk)
    assert stage_of(station) is Stage.ACKNOWLEDGED


class SlowDisk:
    """Lets something happen in the room while an act is being written, and may refuse it then."""

    def __init__(
        self, station: Station, patch: pytest.MonkeyPatch, happen: Callable[[], None]
    ) -> None:
        self._keep = station.record.keep
        self._happen = happen
        self._loop = asyncio.get_running_loop()
        self.refuses = False
        patch.setattr(station.record, "keep", self._keep_slowly)

    def _keep_slowly(self, desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        async def happen() -> None:
            self._happen()

        asyncio.run_coroutine_threadsafe(happen(), self._loop).result()
        if self.refuses:
            raise OutputError("site.sqlite", "the disk is full", "free some space")
        self._keep(desk, outputs)


@pytest.mark.parametrize("refuses", [False, True])
def test_an_alert_is_told_while_an_act_waits_for_the_disk(
    station: Station, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    room = station.room
    room.observe(alert_told("A"))
    done(room.close())
    told_by_then: list[list[Change]] = []

    def happen() -> None:
        room.observe(alert_told("B"))
        told_by_then.append(changes(station.told.outputs))

    async def meanwhile() -> None:
        with monkeypatch.context() as patch:
            disk = SlowDisk(station, patch, happen)
            disk.refuses = refuses
            try:
                await room.act(SEEN)
            except OutputError:
                assert refuses
        await room.close()

    done(meanwhile())
    assert told_by_then == [[Change.OPENED, Change.OPENED]]
    acted = [] if refuses else [Change.ACKNOWLEDGED]
    assert changes(station.told.outputs) == [Change.OPENED, Change.OPENED, *acted]
    assert without_people(station.opened().desk) == without_people(room.desk)
    assert stage_of(station) is (Stage.NEW if refuses else Stage.ACKNOWLEDGED)
    assert [one.what for one in station.record.changes("B")] == [Change.OPENED]


def test_news_about_the_alarm_that_is_acted_on_comes_behind_the_act(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trace finds explosives while somebody acknowledges: it was not seen, and rings."""
    room = station.room
    room.observe(alert_told("A"))
    done(room.close())
    found = [reading(), reading("trace-1", 9, TNT)]

    async def meanwhile() -> None:
        with monkeypatch.context() as patch:
            SlowDisk(
                station, patch, lambda: room.observe(alert_told("A", readings=found, later_s=1))
            )
            await room.act(SEEN)
        await room.close()

    done(meanwhile())
    assert room.desk.alarms["A"].ringing
    assert room.desk.alarms["A"].version == 2
    assert without_people(station.opened().desk) == without_people(room.desk)
    assert station.record.alarm("A") == room.desk.alarms["A"]
    kept = [one.what for one in station.record.changes("A")]
    assert kept == [Change.OPENED, Change.ACKNOWLEDGED, Change.EVIDENCE_ADDED]


def test_an_act_whose_sender_leaves_is_finished(station: Station) -> None:
    station.room.observe(alert_told("A"))

    async def leave() -> None:
        asking = asyncio.ensure_future(station.room.act(SEEN))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await station.room.close()

    done(leave())
    assert station.room.desk.alarms["A"].stage is Stage.ACKNOWLEDGED
    assert station.record.alarm("A") == station.room.desk.alarms["A"]


def test_people_who_are_there_are_on_the_desk(station: Station) -> None:
    station.room.people_are_present([ANA, SANJA])
    assert station.room.desk.people == (ANA, SANJA)
    assert station.opened().desk.people == ()


def test_the_network_is_told_what_people_decide(station: Station) -> None:
    station.room.observe(alert_told("A"))
    done(station.room.act(SEEN))
    done(station.room.act(Unacknowledge(time_ns=0, actor=ANA, alarm_id="A")))
    done(station.room.act(NOTHING_THERE))
    assert station.answers == [
        ("A", Answer.TAKEN, ""),
        ("A", Answer.WITHDRAWN, ""),
        ("A", Answer.REJECTED, "false_alarm"),
    ]


def test_a_threat_that_was_found_is_not_told_as_rejected(station: Station) -> None:
    station.room.observe(alert_told("A"))
    done(station.room.act(SEEN))
    done(station.room.act(TakeOver(time_ns=0, actor=ANA, alarm_id="A")))
    done(station.room.act(Resolve(time_ns=0, actor=ANA, alarm_id="A", outcome=Outcome.THREAT)))
    assert [answer for _, answer, _ in station.answers] == [Answer.TAKEN]


def test_an_alert_that_the_engine_lost_has_ended(station: Station) -> None:
    station.room.observe(alert_told("A"))
    station.room.observe(AlertEnded("A", station.clock()))
    station.room.observe(AlertEnded("unknown", station.clock()))
    alarm = station.room.desk.alarms["A"]
    assert (alarm.live, alarm.listed) == (False, True)
    assert alarm.report.closed_because is None


def test_what_the_service_knows_nothing_of_has_ended(station: Station) -> None:
    for alert_id in "AB":
        station.room.observe(alert_told(alert_id))
    station.room.end_all_but({"B"})
    alarms = station.room.desk.alarms
    assert (alarms["A"].live, alarms["B"].live) == (False, True)


def test_the_plan_marks_whom_alarms_are_about(station: Station) -> None:
    station.room.observe(people_reported([(7, 1.0, 2.0), (8, 3.0, 4.0), (9, 5.0, 6.0)]))
    station.room.observe(alert_told("A", candidates=[(8, 0.7), (9, 0.2)]))
    station.room.observe(people_reported([(7, 1.0, 2.0), (8, 3.5, 4.0), (9, 5.0, 6.0)]))
    before, after = (picture.mark.tolist() for picture in station.told.pictures)
    assert before == [Mark.NONE, Mark.NONE, Mark.NONE]
    assert after == [Mark.NONE, Mark.LEADING, Mark.CANDIDATE]
    picture = station.room.picture
    assert picture is station.told.pictures[-1]
    assert picture.track_id.tolist() == [1, 2, 3]
    assert station.room.last_seen(station.room.desk.alarms["A"]) == Place(3.5, 4.0, picture.time_ns)


def test_an_alarm_that_has_ended_marks_nobody_and_stays_where_it_was(station: Station) -> None:
    station.room.observe(people_reported([(8, 3.0, 4.0)]))
    opened = alert_told("A", candidates=[(8, 0.9)], leading=(8, 3.0, 4.0))
    station.room.observe(opened)
    station.room.observe(
        alert_told(
            "A",
            state=AlertState.CLOSED,
            because=Closing.WITHDRAWN,
            candidates=[(8, 0.9)],
            leading=(8, 3.0, 4.0),
        )
    )
    station.room.observe(people_reported([(8, 9.0, 9.0)], later_s=60.0))
    assert np.all(station.told.pictures[-1].mark == Mark.NONE)
    seen = station.room.last_seen(station.room.desk.alarms["A"])
    assert seen is not None
    assert (seen.x_m, seen.y_m) == (3.0, 4.0)


def test_an_engine_that_begins_afresh_points_at_nobody_new(station: Station) -> None:
    station.room.observe(people_reported([(8, 3.0, 4.0)]))
    station.room.observe(alert_told("A", candidates=[(8, 0.9)], leading=(8, 3.0, 4.0)))
    station.room.observe(EngineBegan(station.clock()))
    station.room.observe(people_reported([(8, 9.0, 9.0)], later_s=8.0))
    assert station.told.pictures[-1].mark.tolist() == [Mark.NONE]
    seen = station.room.last_seen(station.room.desk.alarms["A"])
    assert seen is not None
    assert (seen.x_m, seen.y_m) == (3.0, 4.0)


def test_an_end_counts_though_the_clock_was_set_back(station: Station) -> None:
    station.room.observe(alert_told("A"))
    station.now_ns -= 3600 * 1_000_000_000
    station.room.observe(AlertEnded("A", station.clock()))
    assert not station.room.desk.alarms["A"].live


def test_one_who_fails_costs_the_others_nothing(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Told):
        def told(self, outputs: Sequence[Output]) -> None:
            raise RuntimeError(f"a defect at {len(outputs)}")

    other = Told()
    with station.room.subscribe(Broken()), station.room.subscribe(other):
        station.room.observe(alert_told("A"))
        done(station.room.act(SEEN))
    assert changes(other.outputs) == [Change.OPENED, Change.ACKNOWLEDGED]
    assert station.answers == [("A", Answer.TAKEN, "")]
    assert "Broken could not take" in caplog.text


def test_who_is_cancelled_while_something_is_written_has_it_written_once(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    keep = station.record.keep

    def slow(desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        begun.set()
        go_on.wait(30)
        keep(desk, outputs)

    async def stop() -> None:
        monkeypatch.setattr(station.record, "keep", slow)
        running = asyncio.ensure_future(station.room.run())
        station.room.observe(alert_told("A"))
        await asyncio.to_thread(begun.wait, 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        go_on.set()
        await station.room.close()

    done(stop())
    assert [one.what for one in station.record.changes("A")] == [Change.OPENED]


def test_notices_are_told_and_the_newest_are_remembered(station: Station) -> None:
    for number in range(300):
        station.room.observe(Notice(f"notice {number}", NoticeLevel.INFO, station.clock()))
    assert len(station.told.notices) == 300
    assert [one.text for one in station.room.notices] == [f"notice {n}" for n in range(100, 300)]


def test_time_passes_and_what_happens_is_kept(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(station, monkeypatch)
    station.room.observe(alert_told("A"))

    async def run() -> None:
        running = asyncio.ensure_future(station.room.run())
        while not station.told.notices:
            await asyncio.sleep(0.01)
        disk.full = False
        station.now_ns += 31 * 1_000_000_000
        while len(station.record.changes("A")) < 2 or len(station.told.notices) < 2:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    done(run())
    assert changes(station.told.outputs) == [Change.OPENED, Change.SUPERVISOR_CALLED]
    assert [one.level for one in station.told.notices] == [NoticeLevel.ALARM, NoticeLevel.INFO]
