"""A threat sensor gone wild is refused; an honest one never is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import Detection, nanoseconds
from clearway.engine import DetectionRefused, Engine, EvidenceJudged, Refusal
from clearway.engine.budget import ReadingBudget, reading_budgets
from clearway.site.reading import load_site
from clearway.site.schema import Site
from clearway.twin.carriers import draw_loads
from clearway.twin.curtain import CurtainTwin
from tests.support.builders import CLEAR, HANDGUN_ALARM, crowd_of, detection, straight
from tests.support.streams import seen_by_camera

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


def looks_at_a_crush(site: Site) -> dict[str, list[int]]:
    """When looks of each curtain arrive while as many walk past as a walkway lets pass."""
    rng = np.random.default_rng(1)
    per_s, seconds = 1.2 * 6.0, 30.0
    starts = np.sort(rng.uniform(0.0, seconds, round(per_s * seconds)))
    walks = [
        (round(10.0 * start_s), straight((14.0, float(rng.uniform(0.3, 5.7))), (1.2, 0.0), 110))
        for start_s in starts.tolist()
    ]
    crowd = crowd_of(*walks)
    loads = draw_loads(len(crowd), site.crowd.carriers, site.trace_sensors, rng)
    found = {}
    for curtain in site.curtains:
        line = site.line(curtain.trigger_line)
        twin = CurtainTwin(curtain, line, crowd, loads, rng, 0)
        looks = twin.sense(nanoseconds(seconds + 20.0))
        found[curtain.id] = sorted(one.detection.received_ns for one in looks)
        assert len(looks) > 0.9 * len(walks)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("stall_s", [0.0, 4.9])
def test_what_a_simulated_curtain_sends_of_a_crush_passes(path: Path, stall_s: float) -> None:
    """Even if all that was measured in almost the length of the history comes at once."""
    site = load_site(path)
    budgets = reading_budgets(site)
    for sensor_id, arrivals_ns in looks_at_a_crush(site).items():
        begin_ns = arrivals_ns[len(arrivals_ns) // 2]
        end_ns = begin_ns + nanoseconds(stall_s)
        held = [end_ns if begin_ns <= one <= end_ns else one for one in arrivals_ns]
        assert all(budgets[sensor_id].take(arrival_ns) for arrival_ns in held)


PEOPLE = crowd_of((0, straight((3.0, 2.0), (1.0, 0.0), 61)))
FLOOD_S = 3.0


def flooded() -> list[Detection]:
    """One person whom a camera follows, a flood from one curtain, and a look of the other."""
    flood = [
        replace(
            detection(FLOOD_S, (6.0, 2.0), sensor_id="curtain-west", sequence=number),
            evidence=CLEAR,
            received_ns=nanoseconds(FLOOD_S + 0.4) + number,
        )
        for number in range(400)
    ]
    honest = detection(
        FLOOD_S, (6.0, 2.0), sensor_id="curtain-east", delay_s=0.45, evidence=HANDGUN_ALARM
    )
    return sorted([*seen_by_camera(PEOPLE), *flood, honest], key=lambda one: one.received_ns)


def test_a_flood_is_refused_and_told_and_takes_nothing_from_others(station: Site) -> None:
    engine = Engine(station)
    events = [event for one in flooded() for event in engine.observe([one])]
    refused = [event for event in events if isinstance(event, DetectionRefused)]
    judged = [event for event in events if isinstance(event, EvidenceJudged)]
    assert {event.reason for event in refused} == {Refusal.TOO_MANY}
    assert {event.detection.sensor_id for event in refused} == {"curtain-west"}
    assert len(refused) > 300
    assert len(refused) + len(judged) == 401
    (honest,) = [one for one in judged if one.detection.sensor_id == "curtain-east"]
    assert honest.judgement.attribution.track_ids


def test_what_is_refused_does_not_depend_on_how_it_is_handed_over(station: Site) -> None:
    def refused(size: int) -> list[int]:
        engine, stream = Engine(station), flooded()
        calls = [stream[first : first + size] for first in range(0, len(stream), size)]
        return [
            event.detection.sequence
            for call in calls
            for event in engine.observe(call)
            if isinstance(event, DetectionRefused)
        ]

    assert refused(1) == refused(37) == refused(1000) != []


def test_what_would_not_be_used_anyhow_costs_nothing_of_the_budget(station: Site) -> None:
    engine = Engine(station)
    begin = detection(3.0, (6.0, 2.0), sensor_id="curtain-west", evidence=CLEAR)
    engine.observe([begin])
    useless = [begin] * 200 + [replace(begin, sequence=2, x_m=float("nan"))] * 200
    reasons = [
        event.reason for event in engine.observe(useless) if isinstance(event, DetectionRefused)
    ]
    assert set(reasons) == {Refusal.REPEATED, Refusal.NOT_FINITE}
    after = [
        replace(begin, sequence=10 + number, received_ns=begin.received_ns + number)
        for number in range(20)
    ]
    assert not [event for event in engine.observe(after) if isinstance(event, DetectionRefused)]
