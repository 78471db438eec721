"""A campaign becomes stored looks that training takes beside simulated ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.recognition import RegionOfInterest
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.recorded import read_campaign, recorded_passages, write_training_frames
from clearway.recognition.stored import SetAbout, frames_path, read_frames, write_frames
from tests.recognition.recorded.making import make_campaign
from tests.recognition.stored.making import frames, truths

INTEREST = RegionOfInterest((8, 8, 16), voxel_m=0.04, pooling=(2, 1, 2))
ABOUT = SetAbout.of("a hall", simulated=False, interest=INTEREST)


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
    return write_training_frames(folder, "hall", passages[first:], ABOUT)


def test_every_look_becomes_a_frame_with_its_label(campaign: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "set", campaign) == 4
    made, _ = read_frames(tmp_path / "set")
    assert made.volumes.shape == (16, *INTEREST.pooled_shape)
    assert sorted(set(made.body)) == ["hall: body 4", "hall: body 7"]
    assert sorted(set(made.panel)) == ["north", "south"]
    assert np.isnan(made.place_m).all()
    for truth in made.passages:
        assert truth.passage.endswith(truth.outcome)
        assert truth.aspect == "both sides"
        assert truth.radar.startswith("8 x 8 elements, 32 frequencies")
    assert [OUTCOMES[number] for number in np.unique(made.outcome)] == ["none", "handgun"]
    assert len(np.unique(made.volumes.reshape(16, -1), axis=0)) == 16


def test_a_broken_off_set_goes_on_beside_what_is_there(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    simulated = frames(truths(1, "simulated"), interest=INTEREST)
    write_frames(frames_path(tmp_path / "set", 3), simulated)
    assert write(tmp_path / "set", campaign, first=2) == 2
    assert write(tmp_path / "set", campaign) == 2
    assert write(tmp_path / "set", campaign) == 0
    made, _ = read_frames(tmp_path / "set")
    names = [truth.passage for truth in made.passages]
    assert sorted(names) == [
        *(f"hall: b{body}-{outcome}" for body in (4, 7) for outcome in ("handgun", "none")),
        "simulated0",
    ]
    assert len(made) == 18
    assert made.about.simulated
    assert len(made.about.sources) == 2


def test_a_damaged_file_of_the_set_is_named(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "frames-00000.npz").write_bytes(b"not a set")
    with pytest.raises(InputError, match=r"frames-00000\.npz: cannot be read"):
        write(tmp_path, campaign)
