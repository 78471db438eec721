"""A campaign becomes frames that training takes beside simulated ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.recognition import RegionOfInterest
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.recorded import read_campaign, recorded_passages, write_training_frames
from clearway.recognition.training.frames import Frames, read_frames, write_frames
from tests.recognition.recorded.making import make_campaign

INTEREST = RegionOfInterest((8, 8, 16), voxel_m=0.04, pooling=(2, 1, 2))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_campaign(
        tmp_path_factory.mktemp("recorded") / "hall",
        bodies=(4, 7),
        outcomes=("none", "handgun"),
        panels=("north", "south"),
        n_frames=2,
    )


def write(folder: Path, campaign: Path, first: int = 0) -> int:
    passages = recorded_passages(read_campaign(campaign), threads=1)
    return write_training_frames(folder, "hall", passages[first:], ["north", "south"], INTEREST)


def test_every_look_becomes_a_frame_with_its_label(campaign: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "set", campaign) == 4
    frames, _ = read_frames(tmp_path / "set")
    assert frames.levels.shape == (16, *INTEREST.pooled_shape)
    assert sorted(set(frames.body)) == ["hall: body 4", "hall: body 7"]
    assert sorted(set(frames.panel)) == [0, 1]
    assert np.isnan(frames.place_m).all()
    for passage, outcome in zip(frames.passage, frames.outcome, strict=True):
        assert passage.endswith(OUTCOMES[outcome])
    assert len(np.unique(frames.levels.reshape(16, -1), axis=0)) == 16


def test_a_broken_off_set_goes_on_beside_what_is_there(campaign: Path, tmp_path: Path) -> None:
    write(tmp_path / "whole", campaign)
    whole, _ = read_frames(tmp_path / "whole")
    simulated = Frames(
        **{
            name: getattr(whole.chosen(np.arange(2)), name)
            for name in Frames.__dataclass_fields__
            if name != "passage"
        },
        passage=np.array(["simulated"] * 2),
    )
    (tmp_path / "set").mkdir()
    write_frames(tmp_path / "set", 3, simulated)
    assert write(tmp_path / "set", campaign, first=2) == 2
    assert write(tmp_path / "set", campaign) == 2
    assert write(tmp_path / "set", campaign) == 0
    frames, _ = read_frames(tmp_path / "set")
    assert set(frames.passage) == {"simulated", *whole.passage}
    assert len(frames) == len(whole) + 2


def test_a_damaged_file_of_the_set_is_named(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "frames-00000.npz").write_bytes(b"not a set")
    with pytest.raises(InputError, match=r"frames-00000\.npz: cannot be read"):
        write(tmp_path, campaign)
