"""Stored looks of one small walk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.recognition.classes import NONE, OUTCOMES, THREATS
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.stored import Frames, frames_path, read_frames, write_frames
from clearway.twin.objects import Split
from clearway.twin.passages import simulated_set
from clearway.twin.passages.lane import facing_panels
from clearway.twin.passages.people import bodies_of
from clearway.twin.passages.simulated_set import SetPlan, make_set, walk_frames
from tests.recognition.stored.making import frames as drawn_frames
from tests.recognition.stored.making import truths

pytest.importorskip("embreex", reason="needs the extra [scattering]")

PLAN = SetPlan(
    facing_panels(n_elements=6, n_frequencies=8, start_hz=2e9, stop_hz=4e9),
    interest=RegionOfInterest((16, 8, 16), voxel_m=0.1),
    harmless_per_walk=1,
    most_frames=1,
    accompanied_share=0.0,
)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return walk_frames(0, PLAN)


def test_a_walk_has_each_outcome_before_each_panel(frames: Frames) -> None:
    assert len(frames) == 2 * (2 + len(THREATS))
    assert set(frames.outcome.tolist()) == set(range(len(OUTCOMES)))
    assert set(frames.panel.tolist()) == {"0", "1"}
    assert len(np.unique(frames.body)) == 1


def test_every_passage_is_described(frames: Frames) -> None:
    assert [truth.outcome for truth in frames.passages] == list(OUTCOMES)
    empty, *carrying = frames.passages
    assert (empty.object_family, empty.place, empty.object_size_m) == ("", None, None)
    assert all(truth.object_family and truth.object_name and truth.place for truth in carrying)
    assert all((truth.object_size_m or 0.0) > 0.05 for truth in carrying)
    assert {truth.aspect for truth in frames.passages} == {"both sides"}
    words = {truth.radar for truth in frames.passages}
    assert words == {"6 x 6 elements, 8 frequencies, 2 to 4 GHz"}
    assert frames.about.simulated
    assert "seed 1" in frames.about.sources[0]


def test_only_threats_have_places_and_who_carries_nothing_shows_nothing(frames: Frames) -> None:
    names = np.array(OUTCOMES)[frames.outcome]
    threats = np.isin(names, [threat.value for threat in THREATS])
    assert np.isfinite(frames.place_m[threats]).all()
    assert np.isnan(frames.place_m[~threats]).all()
    assert (np.abs(frames.place_m[threats][:, :2]) < 0.8).all()
    assert frames.compared.all()
    assert not frames.changed[names == NONE].any()


def test_a_set_to_test_with_meets_nobody_of_the_training() -> None:
    plan = replace(
        SetPlan.to_test(PLAN.radar, 3),
        settings=PLAN.settings,
        interest=PLAN.interest,
        most_frames=1,
        accompanied_share=0.0,
        condensed=True,
    )
    assert SetPlan.to_test(PLAN.radar).settings.bounces == 2
    made = walk_frames(0, plan)
    assert made.levels is None
    assert set(made.body) <= {body.name for body in bodies_of(Split.TEST_ONLY)}
    assert "never met in training" in made.about.sources[0]


def test_passages_of_two_plans_have_different_names() -> None:
    """But not those of one plan with and without images: they are the same passages."""
    assert replace(PLAN, condensed=True).digest == PLAN.digest
    others = {replace(PLAN, seed=3).digest, SetPlan.to_test(PLAN.radar).digest, PLAN.digest}
    assert len(others) == 3


def test_a_walk_that_the_radar_misses_is_kept_without_looks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(simulated_set, "frame_times_s", lambda *_: np.empty(0))
    make_set(tmp_path, 1, PLAN)
    made, _ = read_frames(tmp_path)
    assert (len(made), len(made.passages)) == (0, len(OUTCOMES))


def test_a_set_goes_on_where_it_was_left(tmp_path: Path, frames: Frames) -> None:
    told: list[int] = []
    make_set(tmp_path, 1, PLAN, told.append)
    before = frames_path(tmp_path, 0).stat().st_mtime_ns
    make_set(tmp_path, 1, PLAN, told.append)
    assert frames_path(tmp_path, 0).stat().st_mtime_ns == before
    assert told == [0, 1, 1]
    with pytest.raises(InputError, match="another plan"):
        make_set(tmp_path, 1, replace(PLAN, seed=2), told.append)
    read, _ = read_frames(tmp_path)
    np.testing.assert_array_equal(read.volumes, frames.volumes)
    np.testing.assert_array_equal(read.changed, frames.changed)


def test_recorded_looks_are_not_taken_for_walks(tmp_path: Path) -> None:
    write_frames(frames_path(tmp_path, 0), drawn_frames(truths(1)))
    with pytest.raises(InputError, match="not made by this command"):
        make_set(tmp_path, 1, PLAN)
