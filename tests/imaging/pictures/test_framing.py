"""The grid that is derived from an array holds what the array looks at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from clearway.errors import ArgumentError
from clearway.imaging import Sweep
from clearway.imaging.pictures.framing import grid_for, shortest_wavelength_m


def sweep_of(elements_m: ArrayLike, highest_hz: float = 3e9, speed_m_s: float = 3e8) -> Sweep:
    n = len(np.asarray(elements_m))
    frequencies_hz = [highest_hz / 2, highest_hz]
    return Sweep(np.ones((2, n, n)), frequencies_hz, elements_m, elements_m, speed_m_s)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 5.0), st.sampled_from([0, 1, 2]))
def test_before_a_flat_array(seed: int, side_m: float, normal: int) -> None:
    rng = np.random.default_rng(seed)
    origin_m = rng.uniform(-3, 3, 3)
    elements_m = origin_m + side_m * rng.uniform(0, 1, (30, 3))
    elements_m[:, normal] = origin_m[normal]
    low, high = elements_m.min(axis=0), elements_m.max(axis=0)
    longest_m = (high - low).max()
    low[normal] = origin_m[normal] + 0.4 * longest_m
    high[normal] = origin_m[normal] + 0.9 * longest_m
    grid = grid_for(sweep_of(elements_m), spacing_m=longest_m / 40)
    for axis, lowest, highest in zip(grid.axes_m, low, high, strict=True):
        assert lowest - 1e-6 <= axis.min() < lowest + longest_m / 40
        assert highest - longest_m / 40 < axis.max() <= highest + 1e-6


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 5.0))
def test_inside_an_array_that_surrounds_the_scene(seed: int, side_m: float) -> None:
    rng = np.random.default_rng(seed)
    elements_m = side_m * rng.uniform(-1, 1, (30, 3))
    grid = grid_for(sweep_of(elements_m), spacing_m=side_m / 20)
    corners_m = np.array([[axis.min(), axis.max()] for axis in grid.axes_m]).T
    assert (corners_m[0] >= elements_m.min(axis=0) - 1e-6).all()
    assert (corners_m[1] <= elements_m.max(axis=0) + 1e-6).all()
    assert (np.ptp(corners_m, axis=0) > np.ptp(elements_m, axis=0) - side_m / 10).all()


def test_a_scan_along_a_line_is_imaged_in_one_plane() -> None:
    line_m = np.column_stack((np.linspace(-0.5, 0.5, 20), np.zeros(20), np.full(20, 1.3)))
    grid = grid_for(sweep_of(line_m))
    assert grid.z_m.tolist() == [pytest.approx(1.3)]
    assert (grid.y_m[0], grid.y_m[-1]) == pytest.approx((0.4, 0.9), abs=0.025)


@given(st.floats(1e8, 1e11), st.floats(1e7, 3e8), st.floats(0.05, 5.0))
def test_the_spacing_suits_wavelength_and_memory(
    highest_hz: float, speed_m_s: float, side_m: float
) -> None:
    corners_m = side_m * np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1]])
    sweep = sweep_of(corners_m, highest_hz, speed_m_s)
    # Room for two voxels along the shortest side, the depth, whatever the wavelength.
    grid = grid_for(sweep, y_m=(0.0, 0.5 * side_m + speed_m_s / highest_hz))
    quarter_m = shortest_wavelength_m(sweep) / 4
    spacing_m = grid.y_m[1] - grid.y_m[0]
    assert spacing_m >= 0.94 * quarter_m
    assert grid.size <= 1.2 * 4e6 or spacing_m <= 1.06 * quarter_m
    assert grid.size >= 0.7 * 4e6 or spacing_m <= 1.06 * quarter_m


def test_what_the_user_gives_is_kept() -> None:
    corners_m = [[-1, 0, 0], [1, 0, 0], [-1, 0, 2], [1, 0, 2]]
    grid = grid_for(
        sweep_of(corners_m), x_m=(-0.123, 0.477), y_m=(1.1, 1.1), z_m=(0.0, 1.0), spacing_m=0.1
    )
    assert grid.x_m.tolist() == pytest.approx([-0.123 + 0.1 * i for i in range(7)])
    assert grid.y_m.tolist() == [1.1]
    assert grid.shape == (7, 1, 11)


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"x_m": (1.0, 0.0)}, "x_m: runs from 1 to 0 m"),
        ({"z_m": (0.0, np.nan)}, "z_m: holds 1 values that are NaN"),
        ({"spacing_m": 0.0}, "spacing_m: is 0"),
        ({"spacing_m": np.inf}, "spacing_m: is inf"),
        ({"spacing_m": 1e-6}, "spacing_m: of 1e-06 m makes"),
        ({"x_m": (0.0, 1e30)}, "spacing_m: of"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(given_values: dict[str, Any], message: str) -> None:
    corners_m = [[-1, 0, 0], [1, 0, 0], [-1, 0, 2], [1, 0, 2]]
    with pytest.raises(ArgumentError, match=message):
        grid_for(sweep_of(corners_m), **given_values)


def test_one_element_says_nothing_of_the_scene() -> None:
    one = sweep_of([[0, 0, 0]])
    with pytest.raises(ArgumentError, match="x_m, z_m: cannot be derived"):
        grid_for(one, y_m=(0.5, 1.0))
    assert grid_for(one, x_m=(0, 1), y_m=(1, 1), z_m=(0, 1), spacing_m=0.5).shape == (3, 1, 3)
