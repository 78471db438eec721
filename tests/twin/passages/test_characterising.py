"""Figures from simulated passages, read by a stand-in for a trained recogniser."""

from __future__ import annotations

from dataclasses import asdict, replace
from math import isnan

import numpy as np
import pytest

from clearway.domain import ThreatClass
from clearway.recognition.classes import OUTCOMES
from clearway.site.radar import Radar
from clearway.twin.figures.row import PassageRow
from clearway.twin.passages.characterising import Plan, characterised_rows
from clearway.twin.passages.lane import REACH_M, facing_panels, lane_limits_m
from tests.support.stand_in import COARSE, StandIn, off_by

pytest.importorskip("embreex", reason="needs the extra with Embree")

LOOKS = 1
PLAN = Plan(COARSE, accompanied_share=0.0, most_frames=LOOKS)


@pytest.fixture(scope="module")
def radar() -> Radar:
    # Long waves need few facets.
    return Radar.of(facing_panels(n_elements=6, n_frequencies=8, start_hz=2e9, stop_hz=4e9))


def rows_of(
    radar: Radar, number: int, plan: Plan = PLAN, reader: StandIn | None = None
) -> tuple[PassageRow, ...]:
    return characterised_rows(number, 5, radar, reader or StandIn(), off_by, plan)


@pytest.fixture(scope="module")
def walk(radar: Radar) -> tuple[tuple[PassageRow, ...], StandIn]:
    reader = StandIn()
    return rows_of(radar, 1, reader=reader), reader


def test_one_person_walks_with_each_outcome(
    radar: Radar, walk: tuple[tuple[PassageRow, ...], StandIn]
) -> None:
    rows, reader = walk
    assert {row.outcome for row in rows} == set(OUTCOMES)
    assert len(rows) == len(OUTCOMES)
    near_m, far_m = lane_limits_m(radar)
    for row in rows:
        assert (row.walk, row.body, row.clothing) == (1, rows[0].body, rows[0].clothing)
        assert near_m <= row.distance_m <= far_m
        assert row.occlusion == 0.0
        assert row.n_frames == LOOKS * len(radar.panels)
        assert row.evidence.declared == (ThreatClass.HANDGUN,)
        assert row.evidence.log_likelihood_ratio[2] == 3.0
    assert len(reader.views) == len(OUTCOMES) * LOOKS * len(radar.panels)
    assert all(abs(view.person_m[0]) < REACH_M + 0.3 for view in reader.views)
    # What the person carries is in the image.
    first_look = reader.contrasts_db[: len(OUTCOMES)]
    assert len(set(first_look)) == len(OUTCOMES)


def test_objects_are_told_with_place_and_size(
    walk: tuple[tuple[PassageRow, ...], StandIn],
) -> None:
    of = {row.outcome: row for row in walk[0]}
    assert of["none"].object_family == ""
    assert of["none"].true_place is None
    assert of["long_gun"].object_size_m > of["handgun"].object_size_m > 0.1
    assert all(row.true_place for outcome, row in of.items() if outcome != "none")


def test_errors_of_facing_panels_cancel(walk: tuple[tuple[PassageRow, ...], StandIn]) -> None:
    """Each panel is off to its own right and away from itself; the mean is the tracker's error."""
    for row in walk[0]:
        assert abs(row.error_x_m) < 4.5 * 0.05
        assert abs(row.error_y_m) < 4.5 * 0.05


def test_the_same_walk_again_is_the_same(
    radar: Radar, walk: tuple[tuple[PassageRow, ...], StandIn]
) -> None:
    again = rows_of(radar, 1)
    assert [told(row) for row in again] == [told(row) for row in walk[0]]


def test_whoever_walks_beside_hides_panels_and_is_told(radar: Radar) -> None:
    reader = StandIn(sees=False)
    plan = replace(PLAN, accompanied_share=1.0, most_frames=1)
    rows = rows_of(radar, 5, plan, reader)
    assert all(len(view.others_m) == 1 for view in reader.views)
    assert all(row.examined == 0.0 and isnan(row.error_x_m) for row in rows)
    near, far = (next(view for view in reader.views if view.panel == panel) for panel in "01")
    assert np.hypot(*(np.array(near.others_m[0]) - near.person_m)) > 0.3
    # The two panels see the same two people from either side.
    assert near.others_m[0][1] + far.others_m[0][1] == pytest.approx(2.6, abs=4.5 * 0.1)
    assert rows[0].occlusion > 0.0


def test_the_plan_says_what_decides_the_figures() -> None:
    words = PLAN.words
    for part in ("never met in training", "0% beside", "at most 1 looks", "currents specular"):
        assert part in words
    assert replace(PLAN, settings=replace(PLAN.settings, threads=3)).words == words


def told(row: PassageRow) -> dict[str, object]:
    return {
        name: None if isinstance(value, float) and isnan(value) else value
        for name, value in asdict(row).items()
    }
