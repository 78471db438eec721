import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.range_migration import (
    MAX_NRMSE,
    NEAREST_WAVELENGTHS,
    PHASE_CENTRE_BOUND_WAVELENGTHS,
    phase_centres,
    range_migration_image,
)
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.design.quality import measure_point_spread
from clearway.imaging.echo import point_echoes
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep
from clearway.imaging.windows import Window

FREQUENCIES_HZ = np.linspace(30e9, 36e9, 6)
SHORTEST_M = SPEED_OF_LIGHT_M_S / 36e9
GRID = Grid.over((-0.03, 0.25, -0.04), (0.05, 0.29, 0.03), 0.01)


def raster(n: int, pitch_m: float, normal: int = 1) -> NDArray[np.float64]:
    """n x n positions about the origin, in the plane square to an axis."""
    line = (np.arange(n) - (n - 1) / 2) * pitch_m
    plane = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    return np.insert(plane, normal, 0.0, axis=1)


def boresight_board(baseline_m: float, n: int = 30) -> Array:
    """Transmitter and receiver side by side, moved over a raster."""
    half = np.array([0.0, 0.0, baseline_m / 2])
    pairs = np.column_stack((np.arange(n * n),) * 2)
    return Array(raster(n, 0.003) - half, raster(n, 0.003) + half, pairs=pairs)


def nrmse(
    sweep: Sweep, grid: Grid, rng: np.random.Generator, window: Window | None = None
) -> float:
    """Error over 40 voxels drawn at random."""
    voxels = rng.permutation(grid.size)[:40]
    exact = delay_and_sum(sweep, grid.points_m()[voxels], window)
    image = range_migration_image(sweep, grid, window)
    assert image.dtype == np.complex64
    assert image.shape == grid.shape
    return float(np.linalg.norm(image.ravel()[voxels] - exact) / np.linalg.norm(exact))


def echoes(array: Array, grid: Grid, rng: np.random.Generator, n_points: int = 3) -> Sweep:
    points_m = [[rng.uniform(a.min(), a.max()) for a in grid.axes_m] for _ in range(n_points)]
    amplitudes = rng.standard_normal((n_points, 2)) @ (1, 1j)
    return point_echoes(array, FREQUENCIES_HZ, points_m, amplitudes)


@settings(max_examples=25)
@given(
    st.integers(0, 2),
    st.sampled_from([-1, 1]),
    st.integers(1, 24),
    st.floats(0.1, 0.9),
    st.sampled_from([None, "hann", "taylor"]),
    st.integers(0, 1000),
)
def test_any_monostatic_raster_and_any_axes_give_the_exact_image(
    normal: int, side: int, n: int, kept: float, window: Window | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    axes = [np.sort(rng.uniform(-0.04, 0.05, size)) for size in (5, 6, 7)]
    axes[normal] = side * (0.14 + np.cumsum(rng.uniform(0.001, 0.05, 4)))
    shift = rng.uniform(-1000, 1000, 3)
    grid = Grid(*(axis + by for axis, by in zip(axes, shift, strict=True)))
    positions_m = raster(n, rng.uniform(0.002, 0.003), normal) + shift
    some = positions_m[rng.random(len(positions_m)) < kept]
    array = Array.monostatic(some if len(some) else positions_m)
    assert nrmse(echoes(array, grid, rng), grid, rng, window) < MAX_NRMSE


@pytest.mark.parametrize("tangent", [0.5, 1.0, 2.0])
def test_at_the_nearest_depth_allowed_the_bound_holds(tangent: float) -> None:
    rng = np.random.default_rng(3)
    near_m = NEAREST_WAVELENGTHS * SPEED_OF_LIGHT_M_S / 30e9 * max(1.0, tangent) * 1.0001
    half_m = tangent * near_m / 2
    pitch_m = SHORTEST_M / (4 * np.sin(np.arctan(tangent)))
    array = Array.monostatic(raster(int(2 * half_m / pitch_m) + 1, pitch_m))
    across_m = np.linspace(-half_m, half_m, 6)
    grid = Grid(across_m, [near_m, 1.1 * near_m], across_m)
    assert nrmse(echoes(array, grid, rng), grid, rng) < MAX_NRMSE


def test_a_single_line_of_positions_is_a_raster_too() -> None:
    rng = np.random.default_rng(4)
    array = Array.monostatic(raster(30, 0.003)[::30])
    assert nrmse(echoes(array, GRID, rng), GRID, rng) < MAX_NRMSE


def test_positions_a_little_beside_the_raster_do_little_harm() -> None:
    rng = np.random.default_rng(5)
    positions_m = raster(30, 0.003) + rng.uniform(-1e-4, 1e-4, (900, 3))
    array = Array.monostatic(positions_m)
    assert nrmse(echoes(array, GRID, rng), GRID, rng) < 2 * MAX_NRMSE


def test_a_scan_made_by_another_formula_focuses_to_the_theoretical_resolution() -> None:
    n, pitch_m, range_m = 33, 0.009, 1.0
    frequencies_hz = np.linspace(30e9, 36e9, 25)
    positions_m = raster(n, pitch_m)
    way_m = np.sqrt(positions_m[:, 0] ** 2 + range_m**2 + positions_m[:, 2] ** 2)
    samples = np.exp(-4j * np.pi / SPEED_OF_LIGHT_M_S * np.outer(frequencies_hz, way_m))
    sweep = Sweep.of(samples, frequencies_hz, Array.monostatic(positions_m))
    across_m, depth_m = np.linspace(-0.05, 0.05, 41), np.linspace(0.92, 1.08, 41)

    grid = Grid(across_m, depth_m, across_m)
    spread = measure_point_spread(range_migration_image(sweep, grid), grid)
    # Half-power width of a sinc: 0.886 times the distance to its first zero.
    cross_range_m = 0.886 * (SPEED_OF_LIGHT_M_S / 33e9) * range_m / (2 * n * pitch_m)
    range_resolution_m = 0.886 * SPEED_OF_LIGHT_M_S / (2 * 25 * 0.25e9)
    expected_m = (cross_range_m, range_resolution_m, cross_range_m)
    assert spread.half_power_width_m == pytest.approx(expected_m, rel=0.1)
    assert spread.peak_m == pytest.approx((0.0, range_m, 0.0), abs=1e-3)
    assert spread.peak_side_lobe_db == pytest.approx(-13.26, abs=0.5)


@settings(max_examples=20)
@given(st.floats(0.0, 0.02), st.integers(0, 1000))
def test_the_phase_centre_error_bounds_every_path(baseline_m: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    array = boresight_board(baseline_m, n=4)
    centres = phase_centres(array, GRID)
    points_m = GRID.points_m()[rng.permutation(GRID.size)[:50], np.newaxis]
    path_m = np.linalg.norm(points_m - array.tx_positions_m, axis=2)
    path_m += np.linalg.norm(points_m - array.rx_positions_m, axis=2)
    stand_in_m = 2 * np.linalg.norm(points_m - centres.positions_m, axis=2) + centres.extra_path_m
    assert np.abs(path_m - stand_in_m).max() <= 1.05 * centres.worst_error_m + 1e-9


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_short_baselines_cost_no_more_than_their_phase_error(share: float) -> None:
    rng = np.random.default_rng(6)
    # Nearly proportional to the square of the baseline.
    bound_m = share * PHASE_CENTRE_BOUND_WAVELENGTHS * SHORTEST_M
    baseline_m = 0.02 * np.sqrt(bound_m / phase_centres(boresight_board(0.02), GRID).worst_error_m)
    array = boresight_board(baseline_m)
    error_m = phase_centres(array, GRID).worst_error_m
    assert error_m == pytest.approx(bound_m, rel=0.1)
    sweep = echoes(array, GRID, rng, n_points=1)
    assert nrmse(sweep, GRID, rng) < MAX_NRMSE + 2 * np.pi * error_m / SHORTEST_M


def test_pairs_with_one_midpoint_add_up() -> None:
    rng = np.random.default_rng(7)
    line = 0.003 * np.arange(-10, 11)
    tx, rx = np.zeros((2, 21, 3))
    tx[:, 0], rx[:, 2] = line / 4, line
    array = Array(tx, rx)
    assert nrmse(echoes(array, GRID, rng), GRID, rng) < 2 * MAX_NRMSE


def refusal(array: Array, grid: Grid) -> str:
    samples = np.ones(array.sample_shape(len(FREQUENCIES_HZ)))
    with pytest.raises(ArgumentError) as caught:
        range_migration_image(Sweep.of(samples, FREQUENCIES_HZ, array), grid)
    return str(caught.value)


def test_the_sparse_panel_is_refused_with_its_error_and_the_bound() -> None:
    panel = jittered_panel(24, 24, np.random.default_rng(8))
    message = refusal(panel, Grid.over((-0.5, 0.8, 0.2), (0.5, 1.8, 1.8), 0.2))
    assert "baselines too long for phase centres: the path error reaches 0." in message
    assert "the bound is 0.0625 wavelengths (0.393 rad)" in message
    assert "remedy: use back-projection" in message


@pytest.mark.parametrize(
    ("positions", "grid", "message"),
    [
        (lambda: raster(20, 0.003) @ _turn(0.3), GRID, "is not flat: its phase centres spread"),
        (
            lambda: np.random.default_rng(9).uniform(-0.05, 0.05, (300, 3)) * (1, 0, 1),
            GRID,
            "is no even raster: along x",
        ),
        (lambda: raster(20, 0.02), GRID, r"too sparse: a pitch of 0.02 m along x .* 4 sin 4\d deg"),
        (lambda: raster(20, 0.003), Grid([0.0], [-0.3, 0.3], [0.0]), "grid.y_m: lies on both"),
        (lambda: raster(20, 0.003), Grid([0.0], [0.05], [0.0]), "comes within 0.05 m .* 0.06 m"),
        (lambda: raster(20, 0.003), Grid([0.5], [0.1], [0.0]), "reaches 0.528 m sideways"),
    ],
    ids=["tilted", "irregular", "sparse", "both sides", "near", "wide"],
)
def test_what_exceeds_a_bound_is_refused(
    positions: Callable[[], NDArray[np.float64]], grid: Grid, message: str
) -> None:
    found = refusal(Array.monostatic(positions()), grid)
    assert re.search(message, found), found


def _turn(angle_rad: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    about_x = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    about_z = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    turn: NDArray[np.float64] = about_x @ about_z
    return turn
