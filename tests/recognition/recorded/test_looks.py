"""From files to images: everything lies where it was, whoever measured it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.imaging.files import read_sweep, write_sweeps
from clearway.recognition import RegionOfInterest, Volume
from clearway.recognition.recorded import RecordedPassage, read_campaign, recorded_passages
from clearway.recognition.recorded.looks import PanelReader
from tests.recognition.recorded.making import (
    FRAME_RATE_HZ,
    SPEED_M_S,
    make_campaign,
    panel,
    sweep,
)

INTEREST = RegionOfInterest((24, 24, 48), voxel_m=0.02, pooling=(1, 1, 1), lowest_m=0.6)
AHEAD_M, OUTWARD_M, HEIGHT_M = 0.10, 0.12, 1.10
"""One bright point on the near side of a person, before the middle and above the floor."""


@pytest.fixture(scope="module")
def two_panels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person with a single point on each side, between two panels that face each other."""
    folder = make_campaign(
        tmp_path_factory.mktemp("recorded") / "points",
        outcomes=["none"],
        panels=("north", "south"),
        n_frames=2,
    )
    for name, facing in (("north", 1), ("south", -1)):
        own = panel(name)
        sweeps = [
            sweep(own, np.array([[x_m + AHEAD_M, 1.24 - facing * OUTWARD_M, HEIGHT_M]]), 1.0, 1)
            for x_m in (-0.12, 0.12)
        ]
        write_sweeps(folder / name / "b1-none.h5", sweeps)
    return folder


def only_passage(folder: Path) -> RecordedPassage:
    (passage,) = recorded_passages(read_campaign(folder), threads=1)
    return passage


def brightest_m(volume: Volume) -> list[float]:
    index = np.unravel_index(volume.levels_db.argmax(), volume.levels_db.shape)
    axes = (volume.forward_m, volume.depth_m, volume.height_m)
    return [float(axis[at]) for axis, at in zip(axes, index, strict=True)]


def test_both_panels_see_a_point_at_its_place_on_the_person(two_panels: Path) -> None:
    frames = list(only_passage(two_panels).frames(INTEREST))
    assert [view.panel for _, view in frames] == ["north", "north", "south", "south"]
    for volume, _ in frames:
        assert brightest_m(volume) == pytest.approx([AHEAD_M, -OUTWARD_M, HEIGHT_M], abs=0.02)


def test_each_panel_has_its_own_view_of_the_person(two_panels: Path) -> None:
    views = [view for _, view in only_passage(two_panels).frames(INTEREST)]
    assert [view.forward for view in views] == [1, 1, -1, -1]
    assert views[0].person_m == pytest.approx((-0.12, 1.24))
    assert views[2].person_m == pytest.approx((0.12, 1.36))
    assert [view.time_s for view in views] == [0.0, 1 / FRAME_RATE_HZ] * 2
    assert all(view.sweep_time_s == pytest.approx(2e-4) for view in views)
    assert all(view.velocity_error_m_s == 0.1 for view in views)


def test_background_and_gain_are_taken_out(two_panels: Path) -> None:
    campaign = read_campaign(two_panels)
    look = next(PanelReader(campaign, campaign.about.panels[0]).looks(campaign.passages[0]))
    own = panel("north")
    measured = sweep(own, np.array([[-0.02, 1.12, HEIGHT_M]]), 1.0, 1)
    ideal = measured.samples / own.gain - own.background
    np.testing.assert_allclose(look.samples, ideal, atol=2e-5)
    assert np.abs(look.samples).max() == pytest.approx(1.0, abs=1e-4)


def test_without_a_tracker_the_coarse_pass_finds_the_person(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "untracked", outcomes=["none"], tracked=False)
    campaign = read_campaign(folder)
    views = [
        look.view
        for look in PanelReader(campaign, campaign.about.panels[0]).looks(campaign.passages[0])
    ]
    step_m = SPEED_M_S / FRAME_RATE_HZ
    assert len(views) == 3
    for view, x_m in zip(views, (-step_m, 0.0, step_m), strict=True):
        assert view.person_m == pytest.approx((x_m, 1.24), abs=0.15)
        assert view.velocity_m_s == pytest.approx((SPEED_M_S, 0.0))
    assert [view.time_s for view in views] == pytest.approx([0.0, 0.2, 0.4])


def test_a_fingerprint_changes_with_what_is_imaged_and_not_with_labels(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "stamped", outcomes=["handgun"], n_frames=2)
    before = only_passage(folder).fingerprint
    passages, frames = folder / "passages.csv", folder / "frames.csv"

    relabelled = passages.read_text(encoding="utf-8").replace("pistol", "revolver")
    passages.write_text(relabelled, encoding="utf-8")
    assert only_passage(folder).fingerprint == before
    assert only_passage(folder).truth.object_family == "revolver"

    told = frames.read_text(encoding="utf-8")
    frames.write_text(told.replace("1.24", "1.25"), encoding="utf-8")
    moved = only_passage(folder).fingerprint
    frames.write_text(told, encoding="utf-8")
    file = folder / "north" / "b1-handgun.h5"
    write_sweeps(file, [read_sweep(file, frame=1), read_sweep(file, frame=0)])
    assert len({before, moved, only_passage(folder).fingerprint}) == 3


def test_a_sweep_that_the_file_does_not_hold_is_named(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "short", outcomes=["none"], n_frames=2)
    frames = folder / "frames.csv"
    text = frames.read_text(encoding="utf-8").replace("none,north,1,", "none,north,7,")
    frames.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"b1-none\.h5: frame: "):
        list(only_passage(folder).frames(INTEREST))


def test_sweeps_of_another_array_are_refused(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "mixed", outcomes=["none", "handgun"], n_frames=1)
    file = folder / "north" / "b1-handgun.h5"
    taken = read_sweep(file)
    wider = taken.array.tx_positions_m * 1.1
    write_sweeps(
        file,
        [
            type(taken)(
                taken.samples,
                taken.frequencies_hz,
                wider,
                taken.rx_positions_m,
                tx_times_s=taken.array.tx_times_s,
            )
        ],
    )
    _, second = recorded_passages(read_campaign(folder), threads=1)
    with pytest.raises(InputError, match=r"b1-handgun\.h5: sweep 0\.tx_positions_m: differs"):
        list(second.frames(INTEREST))


def test_a_gain_of_zero_is_a_fault_of_its_file(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "dead", outcomes=["none"], n_frames=1)
    file = folder / "gains-north.h5"
    gains = read_sweep(file)
    dead = gains.samples.copy()
    dead[:, 0] = 0.0
    write_sweeps(file, [gains.with_samples(dead)])
    with pytest.raises(InputError, match=r"gains-north\.h5: gain: is 0 for"):
        recorded_passages(read_campaign(folder))
