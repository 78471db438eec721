"""A scan made without Clearway's own forward model focuses as theory says."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.imaging import SPEED_OF_LIGHT_M_S, Array, Grid, Sweep, backproject
from clearway.imaging.design.quality import measure_point_spread

HALF_POWER_OF_A_SINC = 0.8859
SIDE_M, RANGE_M = 0.3, 1.2
FREQUENCIES_HZ = np.linspace(12e9, 14e9, 41)


def test_monostatic_planar_scan_reaches_the_theoretical_resolution() -> None:
    raster_m = np.linspace(-SIDE_M / 2, SIDE_M / 2, 25)
    x_m, z_m = (axis.ravel() for axis in np.meshgrid(raster_m, raster_m))
    # Round-trip delay of a point on the axis, and the phase of a carrier delayed by it.
    delay_s = 2 * np.sqrt(x_m**2 + z_m**2 + RANGE_M**2) / SPEED_OF_LIGHT_M_S
    turns = FREQUENCIES_HZ[:, np.newaxis] * delay_s
    samples = np.cos(2 * np.pi * turns) - 1j * np.sin(2 * np.pi * turns)
    positions_m = np.column_stack((x_m, np.zeros_like(x_m), z_m))
    array = Array.monostatic(positions_m)
    sweep = Sweep.of(samples, FREQUENCIES_HZ, array)

    across_m = np.linspace(-0.24, 0.24, 49)
    depth_m = RANGE_M + np.linspace(-0.3, 0.3, 41)
    grid = Grid(across_m, depth_m, across_m)
    spread = measure_point_spread(backproject(sweep, grid), grid)

    wavelength_m = SPEED_OF_LIGHT_M_S / 13e9
    pitch_m, step_hz = raster_m[1] - raster_m[0], FREQUENCIES_HZ[1] - FREQUENCIES_HZ[0]
    # n samples fill n cells of the aperture and of the band.
    across = HALF_POWER_OF_A_SINC * wavelength_m * RANGE_M / (2 * (SIDE_M + pitch_m))
    in_range = HALF_POWER_OF_A_SINC * SPEED_OF_LIGHT_M_S / (2 * (np.ptp(FREQUENCIES_HZ) + step_hz))
    assert spread.peak_m == pytest.approx((0, RANGE_M, 0), abs=0.003)
    assert spread.half_power_width_m == pytest.approx((across, in_range, across), rel=0.1)
