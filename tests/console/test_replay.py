"""Any minute again, over the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient, WebSocketTestSession

from clearway.console.frames import FrameFlag
from clearway.console.replaying import recording
from clearway.console.replaying.course import Course
from clearway.domain import NANOSECONDS, TrackPicture
from clearway.errors import Fault, InputError, OutputError
from clearway.history import TrackHistory, TrackRecorder
from tests.accounts.clock import START_NS
from tests.console.happenings import Hall, assert_fits
from tests.console.pages import SOCKETS, Page
from tests.console.room import ORIGIN, Room, client_of

HALL_S = 60
"""Pictures were recorded for a minute from the start on, one each second."""


def _picture(second: int) -> TrackPicture:
    """One person, as many metres east as seconds have passed."""
    one = np.ones(1)
    return TrackPicture(
        time_ns=START_NS + second * NANOSECONDS,
        track_id=np.array([7]),
        x_m=one * second,
        y_m=one,
        velocity_x_m_s=one,
        velocity_y_m_s=one,
        sigma_m=one,
        threat=one,
        examined_curtain=one,
        examined_trace=one,
        mark=np.zeros(1, np.uint8),
    )


@pytest.fixture
def recorder(tmp_path: Path) -> TrackRecorder:
    recorder = TrackRecorder(tmp_path / "tracks")
    for second in range(HALL_S):
        recorder.add(_picture(second))
    return recorder


@pytest.fixture
def hall(room: Room, recorder: TrackRecorder, tmp_path: Path) -> Iterator[Hall]:
    """A minute after the start; at the tenth second an alarm came, at the twentieth it was seen."""
    history = TrackHistory(tmp_path / "tracks", recorder)
    room = replace(room, context=replace(room.context, history=history))
    with client_of(room) as client:
        made = Hall(client, room)
        room.clock.pass_s(10)
        made.alarm(candidates=[(7, 1.0)], leading=(7, 10.0, 1.0))
        room.clock.pass_s(10)
        made.act("operator", "acknowledge")
        room.clock.pass_s(40)
        yield made


@contextmanager
def _opened(
    hall: Hall, query: str, name: str = "auditor"
) -> Iterator[tuple[WebSocketTestSession, Page]]:
    headers = {"Origin": ORIGIN} | hall.as_(name)
    with hall.client.websocket_connect(f"{SOCKETS}/replay?{query}", headers=headers) as socket:
        yield socket, Page(socket)


def _us(second: float) -> int:
    return START_NS // 1000 + round(second * 1_000_000)


def _second(page: Page) -> float:
    """The moment that the page was shown last."""
    clock = next(one for one in reversed(page.texts) if one["type"] == "clock")
    return float(clock["time_us"] - _us(0)) / 1e6


class TestShowing:
    def test_it_begins_with_all_of_the_moment(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(15.4)}") as (_, page):
            page.next("clock")
        frame = page.frames[0]
        assert frame.flags == FrameFlag.REPLAY | FrameFlag.SIMULATED
        assert frame.picture.x_m.tolist() == [15.0]
        (alarm,) = page.alarms
        assert_fits(alarm, "AlarmView")
        assert alarm["stage"] == "new"
        assert alarm["actions"] == []
        clock = next(one for one in page.texts if one["type"] == "clock")
        assert clock == {"type": "clock", "time_us": _us(15.4), "live": False, "speed": 1.0}

    def test_it_goes_on_to_the_end_and_waits_there(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(5)}&speed=20") as (_, page):
            while not page.frames or page.frames[-1].picture.x_m[0] < 57:
                page.next_frame()
            for _ in range(3):
                page.next("clock")
        shown = [float(frame.picture.x_m[0]) for frame in page.frames]
        assert shown == sorted(shown)
        assert [alarm["stage"] for alarm in page.alarms] == ["new", "acknowledged"]
        # What is younger than two seconds may not be written yet.
        assert _second(page) == pytest.approx(58.0)

    def test_it_goes_on_when_there_is_more(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(57)}") as (_, page):
            page.next_frame()
            hall.room.clock.pass_s(2)
            while page.next_frame().picture.x_m.tolist() != [59.0]:
                pass
        assert _second(page) <= 60.0

    @pytest.mark.parametrize(("sought", "found"), [(-3600, 0.0), (3600, 58.0)])
    def test_what_was_not_recorded_is_not_sought(
        self, hall: Hall, sought: int, found: float
    ) -> None:
        with _opened(hall, f"at_us={_us(sought)}") as (_, page):
            page.next("clock")
        assert _second(page) == pytest.approx(found)

    def test_without_a_moment_it_begins_now(self, hall: Hall) -> None:
        with _opened(hall, "") as (_, page):
            page.next("clock")
        assert _second(page) == pytest.approx(58.0)

    def test_in_a_gap_nobody_is_shown(self, hall: Hall) -> None:
        hall.room.clock.pass_s(600)
        with _opened(hall, f"at_us={_us(59)}&speed=20") as (_, page):
            while len(page.next_frame().picture):
                pass
            page.next("clock")
        assert _second(page) > 59.0


class TestCommands:
    def test_another_moment_is_shown(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(30)}") as (socket, page):
            page.next("clock")
            socket.send_text(json.dumps({"type": "pause"}))
            socket.send_text(json.dumps({"type": "seek", "time_us": _us(5)}))
            while page.next("clock")["time_us"] != _us(5):
                pass
            assert page.frames[-1].picture.x_m.tolist() == [5.0]
            snapshots = [one for one in page.texts if one["type"] == "alarms"]
        assert [len(one["alarms"]) for one in snapshots] == [1, 0]

    def test_it_stands_still_and_is_heard_of_all_the_same(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(30)}&speed=20") as (socket, page):
            socket.send_text(json.dumps({"type": "pause"}))
            while page.next("clock")["speed"] != 0.0:
                pass
            moments = {page.next("clock")["time_us"] for _ in range(4)}
            assert len(moments) == 1
            socket.send_text(json.dumps({"type": "play"}))
            while page.next("clock")["time_us"] in moments:
                pass

    def test_the_speed_is_another(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(3)}") as (socket, page):
            socket.send_text(json.dumps({"type": "speed", "speed": 20}))
            while page.next("clock")["speed"] != 20.0:
                pass
            while _second(page) < 50.0:
                page.hear()

    @pytest.mark.parametrize(
        "said",
        [
            "nonsense",
            '{"type": "record"}',
            '{"type": "seek"}',
            '{"type": "seek", "time_us": -1}',
            '{"type": "seek", "time_us": 99999999999999999999}',
            '{"type": "speed", "speed": 1000}',
            '{"type": "pause", "why": "lunch"}',
        ],
    )
    def test_what_is_none_ends_it(self, hall: Hall, said: str) -> None:
        with _opened(hall, f"at_us={_us(30)}") as (socket, page):
            socket.send_text(said)
            assert page.until_closed() == 4400


class TestOpening:
    def test_it_is_recorded_who_looked_and_from_when_on(self, hall: Hall) -> None:
        with _opened(hall, f"at_us={_us(30)}") as (_, page):
            page.next("clock")
        (record,) = (
            one for one in hall.room.context.audit.records(2) if one.kind == "replay-opened"
        )
        assert (record.actor, record.subject) == ("auditor", "track history")

    def test_without_a_record_nothing_is_shown(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OutputError("site.sqlite", "the disk is full", "free some space")

        hall.as_("auditor")
        monkeypatch.setattr(hall.room.context.audit, "append", refuse)
        with pytest.raises(WebSocketDisconnect) as refused, _opened(hall, ""):
            pass
        assert refused.value.code == 4507

    @pytest.mark.parametrize(
        "query", ["at_us=-1", "at_us=x", "speed=0", "speed=nan", f"at_us={2**63}"]
    )
    def test_what_cannot_be_shown_is_refused(self, hall: Hall, query: str) -> None:
        with pytest.raises(WebSocketDisconnect) as refused, _opened(hall, query):
            pass
        assert refused.value.code == 4400

    def test_a_record_that_cannot_be_read_ends_it(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise InputError("tracks", Fault("cannot be read", "name another folder"))

        monkeypatch.setattr(hall.room.context.history, "span", refuse)
        with _opened(hall, "") as (_, page):
            assert page.until_closed() == 4503


class TestRecording:
    def test_it_is_what_the_pages_read(self, hall: Hall) -> None:
        told = hall.get("auditor", "/recording").json()
        assert_fits(told, "Recording")
        assert (told["start_us"], told["end_us"]) == (_us(0), _us(59))
        assert told["gaps"] == []
        assert told["alarms"] == [{"id": "A", "opened_us": _us(10), "ended_us": None}]

    def test_gaps_are_told_also_over_full_hours(
        self, hall: Hall, recorder: TrackRecorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recording, "_FRESH_S", 0.0)
        hours = 2 * 3600
        for second in (hours + 100, hours + 101):
            recorder.add(_picture(second))
        for _ in range(2):
            told = hall.get("auditor", "/recording").json()
            assert told["gaps"] == [[_us(59), _us(hours + 100)]]
        recorder.add(_picture(hours + 3700))
        told = hall.get("auditor", "/recording").json()
        assert told["gaps"] == [[_us(59), _us(hours + 100)], [_us(hours + 101), _us(hours + 3700)]]

    def test_when_an_alarm_was_resolved_is_told(self, hall: Hall) -> None:
        hall.act("operator", "dismiss", {"reason": "test"})
        (alarm,) = hall.get("auditor", "/recording").json()["alarms"]
        assert alarm["ended_us"] == hall.room.clock.now_ns // 1000

    def test_before_anything_was_recorded_it_is_empty(
        self, client: TestClient[Any], room: Room
    ) -> None:
        told = Hall(client, room).get("auditor", "/recording").json()
        now_us = room.clock.now_ns // 1000
        assert told == {"start_us": now_us, "end_us": now_us, "gaps": [], "alarms": []}


class TestCourse:
    @given(
        speed=st.floats(0.25, 20.0),
        passed_s=st.floats(0.0, 1000.0),
        other=st.floats(0.25, 20.0),
    )
    def test_it_never_jumps(self, speed: float, passed_s: float, other: float) -> None:
        course = Course(START_NS, speed, 5.0)
        now_s = 5.0 + passed_s
        reached = course.at(now_s)
        assert reached == pytest.approx(START_NS + passed_s * speed * NANOSECONDS, abs=1e4)
        course.set_speed(other, now_s)
        assert course.at(now_s) == reached
        course.set_playing(False, now_s)
        assert course.at(now_s + 100.0) == reached
        course.set_playing(True, now_s + 100.0)
        assert course.at(now_s + 100.0) == reached
        assert course.at(now_s + 101.0) == pytest.approx(reached + other * NANOSECONDS, abs=1e4)
