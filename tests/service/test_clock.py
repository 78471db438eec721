"""The service's clock goes on whatever happens to the machine's."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clearway.service.clock import SteadyClock
from clearway.service.replay import replay_log
from clearway.site.schema import Site
from tests.service import feeding
from tests.service.feeding import Running, walk

SECOND = 1_000_000_000
START_NS = 1_800_000_000 * SECOND


class Machine:
    def __init__(self) -> None:
        self.utc_ns = START_NS
        self.seconds_ns = 7 * SECOND
        self.clock = SteadyClock(lambda: self.utc_ns, lambda: self.seconds_ns)

    def wait(self, seconds: float) -> int:
        """Let so much time pass in ticks of 50 ms; the time that did, by the service's clock."""
        before = self.clock()
        for _ in range(round(seconds / 0.05)):
            self.utc_ns += SECOND // 20
            self.seconds_ns += SECOND // 20
            self.clock()
        return self.clock() - before


def test_it_is_the_machines_time_as_long_as_nobody_sets_it() -> None:
    machine = Machine()
    machine.wait(60.0)
    assert abs(machine.clock() - machine.utc_ns) < 10_000


def test_set_back_it_goes_on_and_is_overtaken_slowly() -> None:
    machine = Machine()
    machine.utc_ns -= 10 * SECOND
    assert abs(machine.wait(20.0) - 19 * SECOND) < SECOND // 1000
    assert abs(machine.clock.ahead_s - 9.0) < 0.001
    machine.wait(181.0)
    assert abs(machine.clock() - machine.utc_ns) < SECOND // 1000


def test_a_small_step_ahead_is_taken_up_slowly_and_a_large_one_at_once() -> None:
    machine = Machine()
    machine.utc_ns += 2 * SECOND
    assert abs(machine.wait(20.0) - 21 * SECOND) < SECOND // 1000
    machine.utc_ns += 3600 * SECOND
    assert abs(machine.clock() - machine.utc_ns) < SECOND // 1000


@given(
    st.lists(
        st.tuples(st.integers(-(10**13), 10**13), st.integers(0, 10**11)), min_size=1, max_size=30
    )
)
def test_it_never_stands_still_and_never_goes_back(steps: list[tuple[int, int]]) -> None:
    machine = Machine()
    last = machine.clock()
    for set_by_ns, passed_ns in steps:
        machine.utc_ns += set_by_ns + passed_ns
        machine.seconds_ns += passed_ns
        now = machine.clock()
        assert now > last
        last = now


def test_after_a_jump_nobody_is_made_up_and_a_replay_agrees(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    inputs = walk(station, 4.0)
    hour_ns = 3600 * SECOND
    later = walk(station, 16.0, inputs[-1][0] + hour_ns)
    running.feed([*inputs, *later])
    (notice,) = [one for one in running.notices if one.startswith("nothing happened here")]
    assert "for 360" in notice
    gap = [
        one
        for one in running.people()
        if inputs[-1][0] + SECOND < one.timestamp.ToNanoseconds() < later[0][0]
    ]
    assert gap == []
    assert len({one.alert.alert_id for one in running.alerts()}) == 2
    running.stop()
    assert replay_log(tmp_path).same_as_live


def test_after_a_clock_was_set_back_the_last_run_is_not_gone_on_with(
    station: Site, tmp_path: Path
) -> None:
    first = Running(station, tmp_path)
    first.feed(walk(station, 4.0))
    first.stop()
    again = Running(station, tmp_path, feeding.START_NS - 3600 * SECOND)
    assert not any(one.startswith("resumed") for one in again.notices)
    again.stop()
