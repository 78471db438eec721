import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.design.point import (
    design_point,
    point_response,
)
from clearway.imaging.design.rules import expected_resolution_m, grating_lobe_sine
from clearway.imaging.echo import point_echoes
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.imaging.windows import Window
from tests.imaging.scenes import some_pairs

BAND_HZ = np.linspace(8e9, 18e9, 21)
TARGET_M = (0.1, 1.0, 0.9)


@settings(max_examples=20)
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.booleans(),
    st.integers(1, 7),
    st.sampled_from([None, "hann", "taylor"]),
    st.integers(0, 1000),
)
def test_the_response_is_the_image_of_the_point_s_echoes(
    n_tx: int, n_rx: int, is_sparse: bool, n_freq: int, window: Window | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    panel = jittered_panel(n_tx, n_rx, rng)
    pairs = some_pairs(n_tx, n_rx, 7, rng) if is_sparse else None
    array = Array(panel.tx_positions_m, panel.rx_positions_m, pairs=pairs)
    frequencies_hz = rng.permutation(np.linspace(8e9, 18e9, n_freq))
    grid = Grid(*(np.sort(rng.uniform(-0.1, 0.1, 3)) + at for at in TARGET_M))
    sweep = point_echoes(array, frequencies_hz, [TARGET_M])
    image = delay_and_sum(sweep, grid.points_m(), window).reshape(grid.shape)
    peak = delay_and_sum(sweep, np.array([TARGET_M]), window)
    response = point_response(array, frequencies_hz, TARGET_M, grid, window=window)
    np.testing.assert_allclose(response, image / peak, atol=1e-5)


def test_a_filled_far_line_has_the_resolution_of_the_rule() -> None:
    line = np.column_stack((np.linspace(-0.5, 0.5, 200), np.zeros((200, 2))))
    frequencies_hz = np.linspace(12e9, 14e9, 40)
    target_m = (0.0, 20.0, 0.0)
    shared = design_point(
        Array(line, line), frequencies_hz, target_m, Grid([0.0], target_m[1:2], [0.0])
    )
    single = design_point(
        Array(line, [[0, 0, 0]]), frequencies_hz, target_m, Grid([0.0], target_m[1:2], [0.0])
    )
    wavelength_m = SPEED_OF_LIGHT_M_S / 13e9
    assert shared.expected_m[0] == pytest.approx(wavelength_m * 20 / 2, rel=2e-3)
    assert single.expected_m[0] == pytest.approx(wavelength_m * 20, rel=2e-3)
    assert shared.expected_m[2] == np.inf
    assert np.isnan(shared.half_power_width_m[2])
    # Half-power widths of sinc and sinc squared.
    assert single.half_power_width_m[0] == pytest.approx(0.886 * single.expected_m[0], rel=0.02)
    assert shared.half_power_width_m[0] == pytest.approx(1.276 * shared.expected_m[0], rel=0.02)
    range_m = SPEED_OF_LIGHT_M_S / (2 * 2e9 * 40 / 39)
    assert shared.expected_m[1] == pytest.approx(range_m, rel=1e-3)
    assert shared.half_power_width_m[1] == pytest.approx(0.886 * range_m, rel=0.02)


def test_the_reference_panel_resolves_about_a_centimetre() -> None:
    panel = jittered_panel(96, 96, np.random.default_rng(1))
    design = design_point(panel, BAND_HZ, (0, 1, 1), Grid([-0.01, 0.0, 0.01], [1.0], [1.0]))
    np.testing.assert_allclose(design.half_power_width_m, (0.010, 0.0155, 0.010), rtol=0.05)
    ratio = np.divide(design.half_power_width_m, design.expected_m)
    assert (ratio > 0.8).all()
    assert (ratio < 1.28).all()
    assert design.spread.peak_m[0] == 0.0
    assert abs(design.image[1, 0, 0]) == pytest.approx(1.0)


def test_a_regular_line_has_its_grating_lobes_where_theory_puts_them() -> None:
    pitch_m, range_m = 0.1, 50.0
    line = np.column_stack((pitch_m * (np.arange(10) - 4.5), np.zeros((10, 2))))
    wavelength_m = SPEED_OF_LIGHT_M_S / 13e9
    grid = Grid(np.linspace(-16, 16, 1601), [range_m], [0.0])
    design = design_point(Array(line, line), [13e9], (0.0, range_m, 0.0), grid)
    expected_m = range_m * np.tan(np.arcsin(grating_lobe_sine(pitch_m, wavelength_m)))
    found = sorted(lobe.position_m[0] for lobe in design.spread.side_lobes[:2])
    np.testing.assert_allclose(found, (-expected_m, expected_m), rtol=0.01)
    # A plane wave at another angle than broadside meets the same elements: full height.
    assert design.spread.peak_side_lobe_db > -0.1


def test_jitter_and_bandwidth_both_lower_the_lobes_of_a_sparse_panel() -> None:
    grid = Grid.over((-0.3, 1.0, 0.7), (0.3, 1.0, 1.3), 0.005)

    def far_lobe_db(jitter: float, frequencies_hz: list[float]) -> float:
        panel = jittered_panel(64, 64, np.random.default_rng(3), jitter=jitter)
        design = design_point(panel, frequencies_hz, (0.0, 1.0, 1.0), grid)
        return design.strongest_beyond_db(0.1)

    one, band = [13e9], BAND_HZ.tolist()
    regular, jittered = far_lobe_db(0.0, one), far_lobe_db(1.0, one)
    assert jittered < regular - 3
    assert far_lobe_db(0.0, band) < regular - 3
    assert far_lobe_db(1.0, band) < jittered - 6


def test_the_level_beyond_a_distance_is_that_of_the_farther_voxels() -> None:
    panel = jittered_panel(9, 9, np.random.default_rng(4))
    grid = Grid([0.0, 0.05, 0.2], [1.0], [1.0])
    design = design_point(panel, BAND_HZ, (0.0, 1.0, 1.0), grid)
    assert design.strongest_beyond_db(-1.0) == pytest.approx(0.0, abs=1e-9)
    expected_db = 20 * np.log10(abs(design.image[2, 0, 0]))
    assert design.strongest_beyond_db(0.1) == pytest.approx(expected_db)
    with pytest.raises(ArgumentError, match=r"distance_m: is 0.3, the grid reaches 0.2 m"):
        design.strongest_beyond_db(0.3)


@given(st.floats(0.01, 1.0), st.floats(0.001, 0.1), st.integers(1, 5), st.floats(-1, 1))
def test_grating_lobes_mirror_each_other_and_exist_only_at_real_angles(
    pitch_m: float, wavelength_m: float, order: int, target_sine: float
) -> None:
    one = grating_lobe_sine(pitch_m, wavelength_m, order=order, target_sine=target_sine)
    other = grating_lobe_sine(pitch_m, wavelength_m, order=-order, target_sine=-target_sine)
    np.testing.assert_equal(one, -other)
    assert np.isnan(one) == (target_sine + order * wavelength_m / pitch_m > 1)


def test_a_target_on_an_element_is_refused() -> None:
    with pytest.raises(ArgumentError, match="target_m: is the place of an element"):
        expected_resolution_m(Array([[0, 0, 0]], [[1, 0, 0]]), [1e9], [1, 0, 0])
