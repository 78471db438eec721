"""Training frames of one small walk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.recognition.classes import NONE, OUTCOMES, THREATS
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.training.frames import LEAST_SHOWN, Frames, frames_path, read_frames
from clearway.twin.passages.lane import facing_panels
from clearway.twin.passages.training_set import TrainingPlan, make_training_set, walk_frames

pytest.importorskip("embreex", reason="needs the extra [scattering]")

PLAN = TrainingPlan(
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
    assert set(frames.panel.tolist()) == {0, 1}
    assert len(np.unique(frames.body)) == 1


def test_only_threats_have_places_and_who_carries_nothing_shows_nothing(frames: Frames) -> None:
    names = np.array(OUTCOMES)[frames.outcome]
    threats = np.isin(names, [threat.value for threat in THREATS])
    assert np.isfinite(frames.place_m[threats]).all()
    assert np.isnan(frames.place_m[~threats]).all()
    assert (np.abs(frames.place_m[threats][:, :2]) < 0.8).all()
    assert (frames.shown[names == NONE] == 0.0).all()
    assert (frames.shown[threats] > 0.0).all()


def test_a_threat_that_does_not_show_is_no_example_of_one(frames: Frames) -> None:
    hidden = replace(frames, shown=np.zeros(len(frames)))
    assert not hidden.classes.any()
    seen = replace(frames, shown=np.full(len(frames), 2 * LEAST_SHOWN))
    unknown = replace(frames, shown=np.full(len(frames), np.nan))
    assert seen.classes.any()
    np.testing.assert_array_equal(seen.classes, unknown.classes)


def test_a_set_goes_on_where_it_was_left(tmp_path: Path, frames: Frames) -> None:
    told: list[int] = []
    make_training_set(tmp_path, 1, PLAN, told.append)
    before = frames_path(tmp_path, 0).stat().st_mtime_ns
    make_training_set(tmp_path, 1, PLAN, told.append)
    assert frames_path(tmp_path, 0).stat().st_mtime_ns == before
    assert told == [0, 1, 1]
    with pytest.raises(InputError, match="another plan"):
        make_training_set(tmp_path, 1, replace(PLAN, seed=2), told.append)
    read, _ = read_frames(tmp_path)
    np.testing.assert_array_equal(read.levels, frames.levels)
    np.testing.assert_array_equal(read.shown, frames.shown)
