"""Every exact back end gives the image of the float64 delay-and-sum."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.imaging import (
    SPEED_OF_LIGHT_M_S,
    Array,
    Grid,
    Imager,
    Region,
    Sweep,
    backproject,
)
from clearway.imaging.backends.choice import backend_names
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.imager import OVERSAMPLING
from clearway.imaging.windows import Window
from tests.imaging.scenes import nrmse, random_scene, some_pairs

COMPILED = [
    name
    for name in ("avx512", "avx512_int16", "avx2_int16", "avx2", "portable")
    if name in backend_names()
]
EXACT = [*COMPILED, "numpy"]
FREQUENCIES_HZ = np.linspace(8e9, 18e9, 60)


def _panel(seed: int = 1, n_tx: int = 20, n_rx: int = 18) -> Array:
    return jittered_panel(n_tx, n_rx, np.random.default_rng(seed))


def _box() -> Grid:
    return Grid.over((-0.06, 0.95, 0.95), (0.06, 1.05, 1.08), 0.01)


def _targets(seed: int = 2, n: int = 4) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.uniform((-0.06, 0.95, 0.95), (0.06, 1.05, 1.08), (n, 3))


@pytest.mark.parametrize("backend", EXACT)
def test_random_scenes(backend: str) -> None:
    _check_scenes(backend, range(16))


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("backend", EXACT)
def test_200_random_scenes(backend: str) -> None:
    _check_scenes(backend, range(200))


def _check_scenes(backend: str, seeds: range) -> None:
    errors = []
    for seed in seeds:
        scene = random_scene(seed)
        image = backproject(scene.sweep, scene.grid, scene.window, backend)
        errors.append(nrmse(image.ravel()[scene.voxels], scene.reference()))
    assert np.median(errors) <= 0.008
    assert max(errors) <= 0.015


@pytest.fixture(scope="module")
def reference_case() -> tuple[Sweep, Grid, NDArray[np.float64]]:
    """The configuration that benchmarks use, and its strongest target."""
    rng = np.random.default_rng(5)
    grid = Grid.over((-0.26, 1.0, 0.04), (0.25, 1.15, 1.95), 0.01)
    points_m = rng.uniform((-0.26, 1.0, 0.04), (0.25, 1.15, 1.95), (30, 3))
    amplitudes = rng.normal(size=30) + 1j * rng.normal(size=30)
    array = jittered_panel(96, 96, rng)
    sweep = point_echoes(array, np.linspace(8e9, 18e9, 100), points_m, amplitudes)
    return sweep, grid, points_m[np.abs(amplitudes).argmax()][np.newaxis]


@pytest.mark.parametrize(("window", "bound"), [(None, 0.005), ("hann", 0.002)])
def test_reference_configuration(
    reference_case: tuple[Sweep, Grid, NDArray[np.float64]], window: Window | None, bound: float
) -> None:
    sweep, grid, strongest_m = reference_case
    assert grid.shape == (52, 16, 192)
    voxels = np.random.default_rng(6).choice(grid.size, 48, replace=False)
    mask = np.zeros(grid.shape, dtype=np.bool_)
    mask.ravel()[voxels] = True
    exact = delay_and_sum(sweep, grid.points_m()[voxels], window)
    peak = abs(delay_and_sum(sweep, strongest_m, window).item())
    for backend in COMPILED:
        image = backproject(sweep, grid, window, backend, mask=mask).ravel()[voxels]
        assert nrmse(image, exact) <= bound
        assert np.abs(image - exact).max() <= 1e-3 * peak


@pytest.mark.parametrize("backend", COMPILED)
def test_more_oversampling_reaches_a_tenth_of_a_percent(backend: str) -> None:
    scene = random_scene(9)
    image = backproject(scene.sweep, scene.grid, None, backend, oversampling=16)
    exact = delay_and_sum(scene.sweep, scene.grid.points_m()[scene.voxels])
    assert nrmse(image.ravel()[scene.voxels], exact) <= 0.001


@pytest.mark.parametrize("backend", EXACT)
def test_list_of_pairs_equals_a_matrix_with_zeros(backend: str) -> None:
    rng = np.random.default_rng(3)
    full = point_echoes(_panel(), FREQUENCIES_HZ, _targets())
    pairs = some_pairs(20, 18, 140, rng)
    measured = np.zeros((20, 18))
    measured[pairs[:, 0], pairs[:, 1]] = 1
    some = Sweep(
        full.samples[:, pairs[:, 0], pairs[:, 1]],
        FREQUENCIES_HZ,
        full.tx_positions_m,
        full.rx_positions_m,
        pairs=pairs,
    )
    with_zeros = full.with_samples(full.samples * measured)
    image = backproject(some, _box(), backend=backend)
    expected = backproject(with_zeros, _box(), backend=backend)
    assert nrmse(image, expected.astype(np.complex128)) < 1e-4


@pytest.mark.parametrize("backend", EXACT)
def test_monostatic_scan(backend: str) -> None:
    rng = np.random.default_rng(4)
    positions_m = rng.uniform((-0.3, 0, 0.7), (0.3, 0, 1.3), (150, 3))
    sweep = point_echoes(Array.monostatic(positions_m), FREQUENCIES_HZ, _targets())
    assert sweep.samples.shape == (60, 150)
    image = backproject(sweep, _box(), backend=backend)
    assert nrmse(image.ravel(), delay_and_sum(sweep, _box().points_m())) <= 0.008


@pytest.mark.parametrize("backend", EXACT)
def test_two_receivers_in_their_transmitter_s_place_both_count(backend: str) -> None:
    place = [[0.1, 0.0, 0.9]]
    array = Array(place, place * 2, pairs=[[0, 0], [0, 1]])
    sweep = point_echoes(array, FREQUENCIES_HZ, _targets())
    uneven = sweep.with_samples(sweep.samples * [1.0, 3.0])
    image = backproject(uneven, _box(), backend=backend)
    assert nrmse(image.ravel(), delay_and_sum(uneven, _box().points_m())) <= 0.01


@pytest.mark.parametrize("backend", COMPILED)
def test_more_receivers_than_one_pass_holds(backend: str) -> None:
    sweep = point_echoes(_panel(6, 3, 301), FREQUENCIES_HZ, _targets())
    image = backproject(sweep, _box(), backend=backend)
    voxels = np.arange(0, _box().size, 37)
    exact = delay_and_sum(sweep, _box().points_m()[voxels])
    assert nrmse(image.ravel()[voxels], exact) <= 0.008


@pytest.mark.parametrize("backend", EXACT)
def test_moving_frame_image_of_a_walker_is_that_of_the_same_body_at_rest(backend: str) -> None:
    velocity_m_s = (0.4, -1.4, 0.1)
    still = _panel(7, 32, 32)
    order = np.random.default_rng(8).permutation(32)
    firing = Array(
        still.tx_positions_m, still.rx_positions_m, tx_times_s=(order - 15.5) / 32 * 0.010
    )
    walking = point_echoes(firing, FREQUENCIES_HZ, _targets(), velocity_m_s=velocity_m_s)
    at_rest = point_echoes(still, FREQUENCIES_HZ, _targets())
    everywhere = Region((-1, 0, 0), (1, 2, 2), velocity_m_s)
    image = backproject(walking, _box(), backend=backend, regions=[everywhere])
    voxels = np.arange(0, _box().size, 11)
    exact = delay_and_sum(walking, _box().points_m()[voxels], None, np.array(velocity_m_s))
    assert nrmse(image.ravel()[voxels], exact) <= 0.005

    on_targets = [Grid(*target[:, np.newaxis]) for target in _targets()]
    for grid in on_targets:
        followed = backproject(walking, grid, backend=backend, regions=[everywhere]).item()
        smeared = backproject(walking, grid, backend=backend).item()
        rest = backproject(at_rest, grid, backend=backend).item()
        assert abs(followed - rest) <= 0.01 * abs(rest)
        assert abs(smeared) < 0.5 * abs(rest)


@pytest.mark.parametrize("backend", EXACT)
def test_each_region_moves_on_its_own(backend: str) -> None:
    still = _panel(7, 12, 12)
    firing = Array(
        still.tx_positions_m, still.rx_positions_m, tx_times_s=np.linspace(-0.005, 0.005, 12)
    )
    sweep = point_echoes(firing, FREQUENCIES_HZ, _targets())
    left = Region((-1, 0, 0), (-0.005, 2, 2), (0.0, 1.5, 0.0))
    right = Region((0.025, 0, 0), (1, 2, 2), (0.0, -0.5, 0.0))
    image = backproject(sweep, _box(), backend=backend, regions=[left, right])
    for region in (left, right):
        alone = backproject(sweep, _box(), backend=backend, regions=[region])
        own = region.mask(_box())
        assert nrmse(image[own], alone[own].astype(np.complex128)) < 1e-4
    neither = ~(left.mask(_box()) | right.mask(_box()))
    assert neither.any()
    assert not image[neither].any()


@pytest.mark.parametrize("backend", EXACT)
def test_mask_leaves_the_rest_at_zero(backend: str) -> None:
    sweep = point_echoes(_panel(), FREQUENCIES_HZ, _targets())
    mask = np.random.default_rng(5).random(_box().shape) < 0.1
    whole = backproject(sweep, _box(), backend=backend)
    image = backproject(sweep, _box(), backend=backend, mask=mask)
    assert nrmse(image[mask], whole[mask].astype(np.complex128)) < 1e-4
    assert not image[~mask].any()


@pytest.mark.parametrize("backend", COMPILED)
def test_number_of_threads_changes_no_bit(backend: str) -> None:
    sweep = point_echoes(_panel(), FREQUENCIES_HZ, _targets())
    one, three = (
        backproject(sweep, _box(), backend=backend, threads=threads) for threads in (1, 3)
    )
    assert np.array_equal(one, three)


def test_image_is_linear_in_the_samples() -> None:
    imager = Imager(_panel(), FREQUENCIES_HZ, _box())
    first = point_echoes(_panel(), FREQUENCIES_HZ, _targets(1)).samples
    second = point_echoes(_panel(), FREQUENCIES_HZ, _targets(2)).samples
    together = imager.form(first + 2j * second)
    apart = imager.form(first) + 2j * imager.form(second)
    assert nrmse(together, apart.astype(np.complex128)) < 2e-3


@pytest.mark.parametrize("scale", [1e-36, 1e-20, 1e20])
@pytest.mark.parametrize("backend", EXACT)
def test_unit_of_the_samples_does_not_matter(backend: str, scale: float) -> None:
    sweep = point_echoes(_panel(), FREQUENCIES_HZ, _targets())
    plain = backproject(sweep, _box(), backend=backend)
    scaled = backproject(sweep.with_samples(sweep.samples * scale), _box(), backend=backend)
    assert nrmse(scaled / np.float32(scale), plain.astype(np.complex128)) < 1e-3


@pytest.mark.parametrize("backend", EXACT)
def test_imagers_in_two_threads_give_the_bits_of_sequential_runs(backend: str) -> None:
    def images(seed: int) -> list[NDArray[np.complex64]]:
        imager = Imager(_panel(seed), FREQUENCIES_HZ, _box(), backend=backend, threads=2)
        sweeps = [point_echoes(_panel(seed), FREQUENCIES_HZ, _targets(seed + i)) for i in (0, 1)]
        return [imager.form(sweep.samples) for sweep in sweeps * 3]

    one_after_the_other = [images(1), images(5)]
    with ThreadPoolExecutor(2) as pool:
        side_by_side = list(pool.map(images, [1, 5]))
    for expected, found in zip(one_after_the_other, side_by_side, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))


@pytest.mark.parametrize("backend", EXACT)
def test_elements_on_the_line_of_a_line_grid(backend: str) -> None:
    # The grid's ends then lie exactly at the ends of the kernels' windows.
    compression = RangeCompression.of(FREQUENCIES_HZ, SPEED_OF_LIGHT_M_S, None, OVERSAMPLING)
    at_m = compression.spacing_m * np.array([[0, -20.0, 0], [0, -37.0, 0], [0, -64.0, 0]])
    grid = Grid([0.0], compression.spacing_m * np.arange(30.0), [0.0])
    sweep = point_echoes(Array(at_m, at_m), FREQUENCIES_HZ, grid.points_m()[[7, 20]])
    image = backproject(sweep, grid, backend=backend)
    assert nrmse(image.ravel(), delay_and_sum(sweep, grid.points_m())) <= 0.015
