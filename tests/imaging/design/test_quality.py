import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.signal.windows import hann

from clearway.errors import ArgumentError
from clearway.imaging.design.quality import measure_point_spread, signal_to_clutter
from clearway.imaging.grid import Grid, Region

LINE = np.linspace(-20, 20, 2001)
SINC_PSLR_DB = -13.2615
SINC_HALF_POWER = 0.885893


def along_x(
    amplitude: NDArray[np.float64], x_m: NDArray[np.float64] = LINE
) -> tuple[NDArray[np.complex128], Grid]:
    return amplitude.astype(np.complex128)[:, None, None], Grid(x_m, [1.0], [2.0])


def test_a_sinc_has_its_known_width_and_side_lobes() -> None:
    spread = measure_point_spread(*along_x(np.sinc(LINE)))
    assert spread.peak_m == pytest.approx((0.0, 1.0, 2.0), abs=1e-9)
    assert spread.half_power_width_m[0] == pytest.approx(SINC_HALF_POWER, rel=1e-4)
    assert np.isnan(spread.half_power_width_m[1:]).all()
    assert spread.peak_side_lobe_db == pytest.approx(SINC_PSLR_DB, abs=0.01)
    first = spread.side_lobes[0]
    assert abs(first.position_m[0]) == pytest.approx(1.4303, abs=0.02)
    assert first.level_db == spread.peak_side_lobe_db


def test_the_integrated_ratio_is_the_energy_beyond_the_first_zeros() -> None:
    main = 2 * quad(lambda x: np.sinc(x) ** 2, 0, 1)[0]
    side = 2 * quad(lambda x: np.sinc(x) ** 2, 1, 20, limit=200)[0]
    spread = measure_point_spread(*along_x(np.sinc(LINE)))
    assert spread.integrated_side_lobe_db == pytest.approx(10 * np.log10(side / main), abs=0.02)


def test_a_hann_spectrum_gives_the_side_lobes_of_the_hann_window() -> None:
    weights = hann(401)
    amplitude = np.exp(2j * np.pi * np.outer(LINE / 5, (np.arange(401) - 200) / 400)) @ weights
    spread = measure_point_spread(amplitude[:, None, None], Grid(LINE, [0.0], [0.0]))
    assert spread.peak_side_lobe_db == pytest.approx(-31.47, abs=0.05)
    assert spread.half_power_width_m[0] == pytest.approx(5 * 1.4382, rel=2e-3)


def test_in_three_dimensions_the_main_lobe_ends_at_all_first_zeros() -> None:
    axes = [np.arange(-3, 3.01, 0.1)] * 3
    image = np.einsum("i,j,k->ijk", *map(np.sinc, axes))
    spread = measure_point_spread(image, Grid(*axes))
    assert spread.half_power_width_m == pytest.approx([SINC_HALF_POWER] * 3, rel=1e-3)
    assert spread.peak_side_lobe_db == pytest.approx(SINC_PSLR_DB, abs=0.1)
    on_axis = [lobe.position_m for lobe in spread.side_lobes[:6]]
    assert all(np.count_nonzero(np.abs(position) > 0.05) == 1 for position in on_axis)


@given(
    st.floats(-0.5, 0.5),
    st.floats(0.02, 0.3),
    st.complex_numbers(min_magnitude=1e-3, max_magnitude=1e3),
    st.booleans(),
    st.integers(0, 1000),
)
def test_widths_and_places_of_a_gaussian_lie_between_voxels(
    centre_m: float, sigma_m: float, scale: complex, falling: bool, seed: int
) -> None:
    step = np.random.default_rng(seed).uniform(0.3, 0.5, 90) * sigma_m
    x_m = centre_m + np.cumsum(step) - step.sum() / 2
    x_m = x_m[::-1] if falling else x_m
    amplitude = scale * np.exp(-((x_m - centre_m) ** 2) / (2 * sigma_m**2))
    spread = measure_point_spread(amplitude[None, :, None], Grid([0.0], x_m, [0.0]))
    assert spread.peak_m[1] == pytest.approx(centre_m, abs=0.01 * sigma_m)
    expected_m = 2 * sigma_m * np.sqrt(np.log(2))
    assert spread.half_power_width_m[1] == pytest.approx(expected_m, rel=1e-2)
    assert spread.side_lobes == ()
    assert spread.peak_side_lobe_db == -np.inf


def test_a_grating_lobe_is_found_where_it_lies() -> None:
    image, grid = along_x(np.sinc(LINE) + 0.9 * np.sinc(LINE - 7.3))
    lobe = measure_point_spread(image, grid, n_side_lobes=1).side_lobes[0]
    assert lobe.position_m[0] == pytest.approx(7.3, abs=0.03)
    assert lobe.level_db == pytest.approx(20 * np.log10(0.9), abs=0.3)


def test_a_lobe_that_the_grid_cuts_off_has_no_width() -> None:
    spread = measure_point_spread(*along_x(np.sinc(LINE[950:1011]), LINE[950:1011]))
    assert np.isnan(spread.half_power_width_m[0])


def test_ratios_to_clutter_follow_from_the_powers() -> None:
    grid = Grid.over((0, 0, 0), (1, 1, 1), 0.25)
    image = np.full(grid.shape, 2.0 + 0j)
    image[2, 2, 2], image[0, 0, 0] = 20j, 4.0
    target = Region((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)).mask(grid)
    clutter = signal_to_clutter(image, target, ~target)
    assert clutter.peak_db == pytest.approx(10 * np.log10(400 / 16))
    assert clutter.mean_db == pytest.approx(10 * np.log10(400 / ((123 * 4 + 16) / 124)))


ONES = np.ones(4, dtype=np.complex64)
FIRST, REST = np.arange(4) < 1, np.arange(4) >= 1


@pytest.mark.parametrize(
    ("image", "target", "clutter", "message"),
    [
        (ONES, FIRST[:3], REST, r"target: has shape \(3,\)"),
        (ONES, FIRST, REST.astype(int), "clutter: has shape .* dtype int"),
        (ONES, FIRST & REST, REST, "target: selects no voxel"),
        (ONES, FIRST, REST | FIRST, "clutter: shares 1 voxels"),
        (ONES * FIRST, FIRST, REST, "clutter: holds nothing but zeros"),
        (ONES * np.nan, FIRST, REST, "image: holds 4 values that are NaN"),
    ],
)
def test_regions_that_cannot_be_compared_are_refused(
    image: NDArray[np.complex64],
    target: NDArray[np.bool_],
    clutter: NDArray[np.bool_],
    message: str,
) -> None:
    with pytest.raises(ArgumentError, match=message):
        signal_to_clutter(image, target, clutter)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((3, 1, 1)), "holds nothing but zeros"),
        (np.ones((2, 1, 1)), r"has shape \(2, 1, 1\), expected 3 x 1 x 1"),
    ],
)
def test_an_image_without_a_point_is_refused(image: NDArray[np.float64], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        measure_point_spread(image, Grid([0.0, 1.0, 2.0], [0.0], [0.0]))
