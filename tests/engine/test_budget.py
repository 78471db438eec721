"""A threat sensor gone wild is refused; an honest one never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import nanoseconds
from clearway.engine.budget import ReadingBudget, reading_budgets
from clearway.site.reading import load_site

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.toml"))
SECOND = 1_000_000_000


@given(st.lists(st.integers(0, SECOND), max_size=300))
def test_no_more_pass_than_the_rate_and_one_burst_allow(gaps_ns: list[int]) -> None:
    budget = ReadingBudget(per_s=10.0, burst_s=5.0)
    now_ns = taken = 0
    for gap_ns in gaps_ns:
        now_ns += gap_ns
        taken += budget.take(now_ns)
    assert taken <= 10.0 * (now_ns / SECOND + 5.0) + 1


@given(st.lists(st.floats(0.0, 5.0), max_size=60))
def test_readings_at_the_mean_rate_may_each_be_late(delays_s: list[float]) -> None:
    budget = ReadingBudget(per_s=10.0, burst_s=5.0)
    arrivals_ns = sorted(
        nanoseconds(number / 10.0 + delay_s) for number, delay_s in enumerate(delays_s)
    )
    assert all(budget.take(arrival_ns) for arrival_ns in arrivals_ns)


def test_after_a_flood_it_recovers() -> None:
    budget = ReadingBudget(per_s=10.0, burst_s=5.0)
    assert sum(budget.take(0) for _ in range(1000)) < 60
    assert not budget.take(0)
    assert sum(budget.take(6 * SECOND) for _ in range(1000)) > 40


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_sites_let_twice_the_densest_crowd_pass(path: Path) -> None:
    site = load_site(path)
    budgets = reading_budgets(site)
    assert set(budgets) == {sensor.id for sensor in (*site.curtains, *site.trace_sensors)}
    for curtain in site.curtains:
        budget = budgets[curtain.id]
        # 334 people a minute, for ten minutes.
        for person in range(3340):
            at_ns = nanoseconds(person * 60.0 / 334.0)
            assert all(budget.take(at_ns) for _ in range(curtain.error_model.looks))
    for trace in site.trace_sensors:
        step_s = trace.error_model.recharge_s
        assert all(budgets[trace.id].take(nanoseconds(number * step_s)) for number in range(1000))
