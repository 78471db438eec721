"""People are counted once, and counts outlast restarts and full disks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.control_room.tally import Counts, Tally
from clearway.domain import NANOSECONDS, nanoseconds
from clearway.errors import OutputError
from clearway.store.database import Database
from tests.support.builders import tracks_at

MINUTE_NS = 60 * NANOSECONDS
START_NS = 1_767_225_600_000_000_000
FOR_EVER = (0, 2**62)


@pytest.fixture
def tally(database: Database) -> Tally:
    return Tally(database)


def report(tally: Tally, time_s: float, ids: Iterable[int]) -> None:
    tracks = tracks_at(0.0, dict.fromkeys(ids, (0.0, 0.0)))
    tally.people(replace(tracks, time_ns=START_NS + nanoseconds(time_s)))


def people(tally: Tally) -> int:
    return tally.between(*FOR_EVER).people


class TestPeople:
    def test_who_is_followed_for_two_seconds_counts_once(self, tally: Tally) -> None:
        for tenth in range(0, 100, 2):
            report(tally, tenth / 10, [7])
            assert people(tally) == (tenth >= 20)

    def test_clutter_does_not_count(self, tally: Tally) -> None:
        for tenth in range(0, 600, 2):
            report(tally, tenth / 10, [tenth // 20])
        assert people(tally) == 0

    def test_one_who_is_followed_anew_counts_anew(self, tally: Tally) -> None:
        for number in range(3):
            report(tally, 10.0 * number, [7])
            report(tally, 10.0 * number + 2.0, [7])
            report(tally, 10.0 * number + 3.0, [])
        assert people(tally) == 3

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        stays=st.lists(st.tuples(st.integers(0, 150), st.integers(0, 60)), max_size=20),
        order=st.randoms(use_true_random=False),
    )
    def test_as_many_as_stayed_long_enough(
        self, database: Database, stays: list[tuple[int, int]], order: Any
    ) -> None:
        tally = Tally(database)
        for fifth in range(220):
            ids = [
                number
                for number, (begin, length) in enumerate(stays)
                if begin <= fifth <= begin + length
            ]
            order.shuffle(ids)
            report(tally, fifth / 5, ids)
        assert people(tally) == sum(length >= 10 for _, length in stays)

    def test_who_is_there_now_and_who_was(self, tally: Tally) -> None:
        assert tally.people_now(START_NS) is None
        report(tally, 0.0, [1, 2, 3])
        assert tally.people_now(START_NS + nanoseconds(5.0)) == 3
        assert tally.people_now(START_NS + nanoseconds(5.1)) is None
        report(tally, 6.0, [])
        assert tally.people_now(START_NS + nanoseconds(6.0)) == 0


class TestPresence:
    @given(
        steps=st.lists(st.tuples(st.integers(0, 5 * NANOSECONDS), st.integers(0, 4)), max_size=100)
    )
    @settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_every_moment_counts_for_those_who_are_there(
        self, database: Database, steps: list[tuple[int, int]]
    ) -> None:
        tally = Tally(database)
        now_ns = START_NS
        tally.tick(now_ns, 0)
        for step_ns, operators in steps:
            now_ns += step_ns
            tally.tick(now_ns, operators)
        counts = tally.between(*FOR_EVER)
        assert counts.watched_ns == now_ns - START_NS
        assert counts.operator_ns == sum(step_ns * operators for step_ns, operators in steps)

    def test_a_machine_that_stood_still_watched_nothing(self, tally: Tally) -> None:
        for time_s in (0.0, 1.0, 3601.0, 3602.0):
            tally.tick(START_NS + nanoseconds(time_s), 1)
        assert tally.between(*FOR_EVER) == Counts(0, 2 * NANOSECONDS, 2 * NANOSECONDS)


def passing(tally: Tally, time_s: float, number: int) -> None:
    """Somebody passes."""
    report(tally, time_s, [number])
    report(tally, time_s + 2.0, [number])


class TestKeeping:
    def test_a_minute_is_kept_when_it_is_over(self, database: Database, tally: Tally) -> None:
        passing(tally, 10.0, 1)
        passing(tally, 70.0, 2)
        asyncio.run(tally.keep_due(START_NS + MINUTE_NS - 1))
        assert people(Tally(database)) == 0
        asyncio.run(tally.keep_due(START_NS + MINUTE_NS))
        assert people(Tally(database)) == 1
        asyncio.run(tally.keep_all())
        assert people(Tally(database)) == people(tally) == 2

    def test_a_period_is_of_the_minutes_that_begin_in_it(self, tally: Tally) -> None:
        for minute in range(5):
            passing(tally, 60.0 * minute + 1.0, minute)
        asyncio.run(tally.keep_due(START_NS + 3 * MINUTE_NS))
        assert tally.between(START_NS + MINUTE_NS, START_NS + 4 * MINUTE_NS).people == 3
        assert tally.between(START_NS + 1, START_NS + MINUTE_NS).people == 0

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        minutes=st.lists(st.integers(0, 3), min_size=1, max_size=12),
        restarts=st.sets(st.integers(0, 11)),
        kept=st.sets(st.integers(0, 11)),
    )
    def test_restarts_lose_nothing_and_count_nothing_twice(
        self, database: Database, minutes: list[int], restarts: set[int], kept: set[int]
    ) -> None:
        before = people(Tally(database))
        tally = Tally(database)
        for number, passes in enumerate(minutes):
            for one in range(passes):
                # Two steps to a minute, so that a run begins where another has kept some.
                passing(tally, 30.0 * number + 5.0 * one, 10 * number + one)
            if number in kept:
                asyncio.run(tally.keep_due(START_NS + nanoseconds(30.0 * number)))
            if number in restarts:
                asyncio.run(tally.keep_all())
                tally = Tally(database)
        assert people(tally) - before == sum(minutes)

    def test_what_the_disk_refuses_is_kept_later(
        self, database: Database, tally: Tally, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")

        passing(tally, 1.0, 1)
        with monkeypatch.context() as full:
            full.setattr(tally, "_write", refuse)
            with pytest.raises(OutputError, match="disk full"):
                asyncio.run(tally.keep_all())
            assert people(tally) == 1
            passing(tally, 4.0, 2)
        asyncio.run(tally.keep_all())
        assert people(Tally(database)) == people(tally) == 2

    def test_who_does_not_wait_for_the_end_keeps_nothing_twice(
        self, database: Database, tally: Tally
    ) -> None:
        passing(tally, 1.0, 1)

        async def leave() -> None:
            impatient = asyncio.ensure_future(tally.keep_all())
            await asyncio.sleep(0)
            impatient.cancel()
            with suppress(asyncio.CancelledError):
                await impatient
            await tally.keep_all()

        asyncio.run(leave())
        assert people(Tally(database)) == people(tally) == 1

    def test_what_comes_while_the_disk_works_is_kept_the_next_time(
        self, database: Database, tally: Tally
    ) -> None:
        passing(tally, 1.0, 1)

        async def both() -> None:
            under_way = asyncio.ensure_future(tally.keep_all())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            passing(tally, 4.0, 2)
            await under_way

        asyncio.run(both())
        assert people(Tally(database)) == 1
        assert people(tally) == 2
        asyncio.run(tally.keep_all())
        assert people(Tally(database)) == people(tally) == 2
