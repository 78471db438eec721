"""The empty scene is taken out, and followed while nobody is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.calibration import Calibration
from clearway.nodes.curtain.background import Background, empty_scene

SHAPE = (3, 2, 4)


def drawn(seed: int, level: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts = level * rng.standard_normal((*SHAPE, 2), dtype=np.float32)
    return parts.view(np.complex64)[..., 0]


@given(st.integers(0, 99), st.booleans(), st.booleans())
@settings(max_examples=30)
def test_it_corrects_as_the_calibration_does(seed: int, gain: bool, background: bool) -> None:
    calibration = Calibration(
        drawn(seed + 1) + 3 if gain else None, drawn(seed + 2, 5.0) if background else None
    )
    samples = drawn(seed)
    echo = Background(calibration, SHAPE).echo(samples)
    assert np.allclose(echo, calibration.apply(samples), rtol=1e-5, atol=1e-5)


def test_it_drifts_with_an_empty_scene_only() -> None:
    empty, moved = drawn(1, 5.0), drawn(1, 5.0) + np.complex64(0.5)
    background = Background(Calibration(background=empty), SHAPE, time_constant_s=10.0, quiet_s=1.0)

    def left(occupied: bool, start_s: float) -> float:
        for step in range(200):
            background.echo(moved)
            background.observe(start_s + 0.1 * step, occupied=occupied)
        return float(np.abs(background.echo(moved)).mean())

    assert left(True, 0.0) == pytest.approx(0.5, rel=1e-5)
    assert left(False, 20.0) == pytest.approx(0.5 * np.exp(-19 / 10), rel=0.02)


def test_a_person_of_a_moment_leaves_no_trace() -> None:
    background = Background(Calibration(background=drawn(1)), SHAPE, quiet_s=2.0)
    person = drawn(1) + np.complex64(10)
    for step in range(10):
        background.echo(person if step == 5 else drawn(1))
        background.observe(0.1 * step, occupied=step == 4)
    assert not background.echo(drawn(1)).any()


def test_a_pause_does_not_make_one_frame_count_for_all() -> None:
    background = Background(Calibration(), SHAPE, time_constant_s=10.0, quiet_s=0.0)
    ones = np.ones(SHAPE, dtype=np.complex64)
    for time_s in (0.0, 0.1, 3600.0):
        background.echo(ones)
        background.observe(time_s, occupied=False)
    assert float(background.echo(ones).real.min()) > 0.85


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration(background=np.ones((3, 2, 5))),
        Calibration(gain=np.ones((9, 9))),
    ],
    ids=["background", "gain"],
)
def test_a_calibration_of_another_radar_is_refused(calibration: Calibration) -> None:
    with pytest.raises(ArgumentError, match="has shape"):
        Background(calibration, SHAPE)


def test_the_empty_scene_is_a_mean() -> None:
    calibration = empty_scene(drawn(seed) for seed in range(4))
    expected = np.mean([drawn(seed) for seed in range(4)], axis=0)
    assert np.allclose(np.asarray(calibration.background), expected, atol=1e-6)
    with pytest.raises(ArgumentError, match="hold no frame"):
        empty_scene([])
    with pytest.raises(ArgumentError, match="has shape"):
        empty_scene([drawn(1), drawn(1)[:2]])
