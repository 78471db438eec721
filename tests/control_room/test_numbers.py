"""Numbers of people: none is given twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.control_room.numbers import PersonNumbers
from clearway.errors import OutputError
from clearway.store.database import Database

WHAT = st.one_of(
    st.tuples(st.just("track"), st.integers(1, 1500)),
    st.tuples(st.sampled_from(["afresh", "restart", "set aside"]), st.just(0)),
)


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(WHAT, max_size=40))
def test_no_number_is_given_twice(database: Database, steps: list[tuple[str, int]]) -> None:
    numbers = PersonNumbers(database)
    known: dict[int, int] = {}
    given_before: set[int] = set()
    for what, track_id in steps:
        if what == "track":
            number = numbers.of(track_id)
            if track_id in known:
                assert number == known[track_id]
            else:
                assert number not in given_before
            known[track_id] = number
            given_before.add(number)
        elif what == "set aside":
            numbers.set_aside()
        else:
            known.clear()
            if what == "restart":
                numbers = PersonNumbers(database)
            else:
                numbers.begin_afresh()


def test_more_are_set_aside_before_they_run_out(database: Database) -> None:
    numbers = PersonNumbers(database)
    short = [numbers.run_short]
    numbers.all_of(np.arange(1, 600))
    short.append(numbers.run_short)
    numbers.set_aside()
    short.append(numbers.run_short)
    assert short == [False, True, False]
    last = numbers.of(599)
    assert PersonNumbers(database).of(1) > last


def test_a_disk_that_refuses_stops_no_numbers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = PersonNumbers(database)

    def full() -> None:
        raise OutputError("site.sqlite", "the disk is full", "free some space")

    with monkeypatch.context() as patch:
        patch.setattr(database, "begin", full)
        with pytest.raises(OutputError):
            numbers.set_aside()
        found = numbers.all_of(np.arange(1, 3000))
    assert len({*found.tolist()}) == 2999
    numbers.set_aside()
    assert PersonNumbers(database).of(1) > found.max()
