"""Measured multistatic scans image to where their target lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clearway.imaging import SPEED_OF_LIGHT_M_S, Grid, Sweep, backproject
from clearway.imaging.backends.choice import backend_names
from clearway.imaging.backends.reference import delay_and_sum

PEAKS = {  # as published with the scans: place and value of the peak, mean over the half-sphere
    "B0_P3": ((0.0150, 0.0025, 0.0275), 1.75270, 0.22731),
    "B0_P5": ((0.0175, 0.0025, 0.0225), 2.74744, 0.42767),
}
BACKENDS = [name for name in backend_names() if name not in ("reference", "range_migration")]
GRID = Grid.over((-0.07, -0.07, 0.0), (0.07, 0.07, 0.07), 0.0025)

pytestmark = pytest.mark.shared_data


def _sweep(archive: Path, name: str, *, subtracted: bool = True, swapped: bool = False) -> Sweep:
    scans = np.load(archive)
    samples = scans[f"{name}_p000"] - (scans[f"{name}_p036"] if subtracted else 0)
    pairs = scans["channel_antennas"].astype(int) - 1
    positions_m = scans["antenna_positions_m"]
    return Sweep(
        samples,
        scans["frequencies_hz"],
        positions_m,
        positions_m,
        SPEED_OF_LIGHT_M_S / np.sqrt(8.0),
        pairs=pairs[:, ::-1] if swapped else pairs,
    )


def _inside() -> np.ndarray:
    distance_m = np.linalg.norm(GRID.points_m(), axis=1).reshape(GRID.shape)
    return np.asarray(distance_m <= 0.07 + 1e-9)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", PEAKS)
def test_peak_lies_at_the_target(name: str, backend: str, merit_archive: Path) -> None:
    peak_m, value, mean = PEAKS[name]
    image = np.abs(backproject(_sweep(merit_archive, name), GRID, backend=backend, mask=_inside()))
    found = np.array(np.unravel_index(image.argmax(), image.shape))
    found_m = np.array([axis[i] for axis, i in zip(GRID.axes_m, found, strict=True)])
    assert np.abs(found_m - peak_m).max() <= 0.0025 + 1e-9  # two voxels nearly tie
    assert image.max() == pytest.approx(value, rel=0.01)
    assert image[_inside()].mean() == pytest.approx(mean, rel=0.01)
    assert image.max() / image[_inside()].mean() > 6.3


@pytest.mark.parametrize("backend", BACKENDS)
def test_measured_image_is_the_exact_one(backend: str, merit_archive: Path) -> None:
    sweep = _sweep(merit_archive, "B0_P3")
    image = backproject(sweep, GRID, backend=backend, mask=_inside())[_inside()]
    drawn = np.random.default_rng(1).choice(image.size, 400, replace=False)
    points_m = GRID.points_m()[_inside().ravel()][drawn]
    exact = delay_and_sum(sweep, points_m)
    assert np.linalg.norm(image[drawn] - exact) <= 0.01 * np.linalg.norm(exact)


def test_without_subtraction_the_coupling_wins(merit_archive: Path) -> None:
    image = np.abs(
        backproject(_sweep(merit_archive, "B0_P3", subtracted=False), GRID, mask=_inside())
    )
    found = np.unravel_index(image.argmax(), image.shape)
    found_m = np.array([axis[i] for axis, i in zip(GRID.axes_m, found, strict=True)])
    assert np.linalg.norm(found_m - PEAKS["B0_P3"][0]) > 0.04


def test_reciprocity(merit_archive: Path) -> None:
    image = backproject(_sweep(merit_archive, "B0_P3"), GRID, mask=_inside())
    swapped = backproject(_sweep(merit_archive, "B0_P3", swapped=True), GRID, mask=_inside())
    assert np.allclose(swapped, image, atol=1e-3 * np.abs(image).max())
