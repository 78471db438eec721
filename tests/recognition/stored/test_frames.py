"""Stored looks: what is checked, joined and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.recognition import RegionOfInterest, View
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.quality import LIMITS, MEASURED, Reason, examine
from clearway.recognition.stored import Frames, LabelledLook, SetAbout, make_frames
from clearway.recognition.stored.frames import ARRAYS
from tests.recognition.bodies import person
from tests.recognition.stored.making import frames, truths

SIX = truths(6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passage", np.array([0, 1, 2, 6])),
        ("passage", np.array([0, 1, -1, 3])),
        ("place_m", np.zeros((4, 2))),
        ("levels", np.zeros((4, 4, 8, 4), dtype=np.uint16)),
        ("levels", np.zeros((4, 2, 8, 4), dtype=np.uint8)),
        ("panel", np.zeros(4)),
        ("time_s", np.zeros(3)),
        ("forward", np.array([1, 1, -1, 0])),
        ("cells", np.zeros((4, 1, 8, 2), dtype=np.uint8)),
        ("changed", np.zeros((4, 1, 1), dtype=np.uint8)),
        ("surface_depth", np.full((4, 4, 4), 8, dtype=np.uint8)),
        ("measures", np.full((4, 7), np.inf)),
        ("passages", (*SIX, SIX[0])),
    ],
    ids=str,
)
def test_refusals(name: str, value: Any) -> None:
    given = frames(SIX).chosen(np.arange(4))
    with pytest.raises(ArgumentError, match=name):
        replace(given, **{name: value})


def test_a_look_has_the_outcome_and_the_body_of_its_passage() -> None:
    chosen = frames(SIX).chosen(np.array([0, 3, 11]))
    assert [OUTCOMES[number] for number in chosen.outcome] == [
        SIX[0].outcome,
        SIX[1].outcome,
        SIX[5].outcome,
    ]
    assert chosen.body.tolist() == ["body 0", "body 0", "body 1"]


def test_a_threat_that_does_not_show_is_no_example_of_one() -> None:
    unknown = frames(SIX)
    nothing, something = np.zeros_like(unknown.changed), np.ones_like(unknown.changed)
    known = np.ones(len(unknown), np.bool_)
    assert not frames(SIX, changed=nothing, compared=known).classes.any()
    seen = frames(SIX, changed=something, compared=known)
    assert unknown.classes.any()
    np.testing.assert_array_equal(unknown.classes, seen.classes)


def test_quality_is_judged_by_the_limits_that_are_asked_for() -> None:
    given = frames(SIX)
    assert (given.examined() == 1.0).all()
    values = np.array(given.measures)
    values[2, MEASURED.index(Reason.OCCLUDED)] = 0.4
    poor = replace(given, measures=values)
    assert np.flatnonzero(poor.examined() < 0.5).tolist() == [2]
    assert poor.examination(2).reasons == (Reason.OCCLUDED,)
    assert poor.examination(2).share == poor.examined()[2] == LIMITS[Reason.OCCLUDED].share(0.4)
    without = dict(LIMITS)
    del without[Reason.OCCLUDED]
    assert (poor.examined(without) == 1.0).all()
    assert poor.examination(2, without).adequate


def test_parts_are_joined_with_passages_of_their_own() -> None:
    one, other = frames(truths(2, "a")), frames(truths(3, "b"), 1, seed=2)
    both = Frames.joined([one, other])
    assert [truth.passage for truth in both.passages] == ["a0", "a1", "b0", "b1", "b2"]
    assert both.passage.tolist() == [0, 0, 1, 1, 2, 3, 4]
    np.testing.assert_array_equal(both.cells[4:], other.cells)
    assert Frames.joined([one, other.condensed]).levels is None
    with pytest.raises(ArgumentError, match="'a0' twice"):
        Frames.joined([one, one])


def test_sets_of_other_regions_are_not_joined() -> None:
    wider = RegionOfInterest((8, 8, 16), pooling=(2, 1, 2))
    with pytest.raises(ArgumentError, match="interest"):
        Frames.joined([frames(truths(1, "a")), frames(truths(1, "b"), interest=wider)])


def test_a_condensed_set_says_that_it_has_no_images() -> None:
    with pytest.raises(ArgumentError, match="without `--condensed`"):
        frames(SIX).condensed.volume(0)


def test_images_are_stored_in_their_own_place() -> None:
    """For both directions; levels are rounded to 0.2 dB, coordinates are not."""
    rng = np.random.default_rng(3)
    views = [View((0.013, 1.209), (way * 1.4, 0.0), time_s=0.5, panel="a") for way in (1, -1)]
    looks = [
        LabelledLook(number, person("handgun", rng, view), view, (0.1, 1.0, 1.1))
        for number, view in enumerate(views)
    ]
    whole = SetAbout.of("painted", simulated=True)
    made = make_frames(whole, truths(2), looks)
    assert made.place_m[0] == pytest.approx([0.087, -0.209, 1.1], abs=1e-6)
    assert made.place_m[1] == pytest.approx([-0.087, -0.209, 1.1], abs=1e-6)
    for row, look in enumerate(looks):
        again = made.volume(row)
        for name in ("forward_m", "depth_m", "height_m"):
            np.testing.assert_allclose(getattr(again, name), getattr(look.volume, name), atol=1e-12)
        assert np.abs(again.levels_db - look.volume.levels_db).max() < 0.11
        assert made.examination(row) == examine(look.volume, look.view)
        assert made.glance(row).forward == look.view.forward
    small = make_frames(whole, truths(2), looks, condensed=True)
    assert small.levels is None
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(small, name), getattr(made, name))


def test_a_walk_that_nobody_saw_is_an_empty_set_of_its_passages() -> None:
    whole = SetAbout.of("painted", simulated=True)
    for condensed in (True, False):
        empty = make_frames(whole, truths(3), (), condensed=condensed)
        assert (len(empty), len(empty.passages), len(empty.classes)) == (0, 3, 0)
        assert len(empty.examined()) == 0
