"""What is counted is what came within the last ten seconds, whatever came before."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.control_room.arrivals import Arrivals
from clearway.domain import NANOSECONDS, nanoseconds

START_NS = 1_767_225_600_000_000_000
USABLE_NS = nanoseconds(0.2)
DURATION_S = 30


def second_of(now_ns: int) -> int:
    return now_ns // NANOSECONDS


@given(
    rate_hz=st.floats(0.5, 50.0),
    people=st.integers(1, 5),
    jitter_s=st.floats(0.0, 0.1),
    asked_s=st.floats(12.0, DURATION_S),
    random=st.randoms(use_true_random=False),
)
def test_the_rate_is_that_of_the_scans_however_many_people_are_in_them(
    rate_hz: float, people: int, jitter_s: float, asked_s: float, random: Random
) -> None:
    arrivals = Arrivals(USABLE_NS)
    now_ns = START_NS + nanoseconds(asked_s)
    sent = [START_NS + nanoseconds(number / rate_hz) for number in range(int(asked_s * rate_hz))]
    came = sorted(
        (content_ns + nanoseconds(random.uniform(0.0, jitter_s)), content_ns)
        for content_ns in sent
        for _ in range(people)
    )
    for received_ns, content_ns in came:
        if received_ns <= now_ns:
            arrivals.detection(content_ns, received_ns)
    found = arrivals.rate_hz(START_NS, now_ns)
    assert found is not None
    # Ten seconds hold a scan more or less at both ends, and some of the last are on their way.
    assert found == pytest.approx(rate_hz, abs=2.0 / 9.0 + jitter_s * rate_hz / 9.0)


@given(
    st.lists(
        st.tuples(
            st.integers(0, DURATION_S * NANOSECONDS), st.integers(0, 2 * USABLE_NS), st.booleans()
        ),
        max_size=60,
    ),
    st.integers(0, 20 * NANOSECONDS),
)
def test_shares_are_of_the_window_alone(came: list[tuple[int, int, bool]], waited_ns: int) -> None:
    arrivals = Arrivals(USABLE_NS)
    came.sort()
    for at_ns, age_ns, refused in came:
        now_ns = START_NS + at_ns
        if refused:
            arrivals.refused(now_ns)
        else:
            arrivals.message(now_ns)
            arrivals.detection(now_ns - age_ns, now_ns)
    end_ns = START_NS + (came[-1][0] if came else 0) + waited_ns
    within = [
        (age_ns, refused)
        for at_ns, age_ns, refused in came
        if second_of(START_NS + at_ns) > second_of(end_ns) - 10
    ]
    used = [age_ns for age_ns, refused in within if not refused]
    assert arrivals.late(end_ns) == (sum(age >= USABLE_NS for age in used), len(used))
    assert arrivals.refusals(end_ns) == (len(within) - len(used), len(within))


def test_scans_that_overtake_each_other_are_counted_once() -> None:
    arrivals = Arrivals(USABLE_NS)
    one_ns, other_ns = START_NS - 2, START_NS - 1
    for step, content_ns in enumerate([one_ns, other_ns, one_ns, other_ns]):
        arrivals.detection(content_ns, START_NS + step * NANOSECONDS // 2)
    assert arrivals.rate_hz(START_NS, START_NS + 2 * NANOSECONDS) == 1.0


def test_the_first_second_says_nothing_and_silence_says_zero() -> None:
    arrivals = Arrivals(USABLE_NS)
    arrivals.detection(START_NS, START_NS)
    assert arrivals.rate_hz(START_NS, START_NS + NANOSECONDS - 1) is None
    assert arrivals.rate_hz(START_NS, START_NS + 2 * NANOSECONDS) == 0.5
    assert arrivals.rate_hz(START_NS, START_NS + 60 * NANOSECONDS) == 0.0
