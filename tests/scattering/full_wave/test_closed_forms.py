"""Physical optics of a plate against the full-wave solution of a box with such a face."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import plate_dyad
from tests.scattering.full_wave.recorded import Recorded, recorded

FACE_DEPTH_M = -0.01


def _face_echo(
    case: Recorded, width_m: float, height_m: float, frequency_hz: float
) -> NDArray[np.complex128]:
    """(n, 3) field of the box's front as a conducting plate, referred to the box's centre."""
    dyad = plate_dyad(width_m, height_m, frequency_hz, case.incident, case.scattered)
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
    lead_m = FACE_DEPTH_M * (case.scattered - case.incident)[:, 1]
    lead = np.exp(1j * wavenumber * lead_m)[:, np.newaxis]
    echo: NDArray[np.complex128] = dyad @ case.polarisation * lead
    return echo


def _within(case: Recorded, degrees: float) -> NDArray[np.bool_]:
    """Observers near the mirror image of the wave."""
    mirrored = case.incident * np.array([1.0, -1.0, 1.0])
    near: NDArray[np.bool_] = case.scattered @ mirrored >= np.cos(np.deg2rad(degrees + 1e-6))
    return near


@pytest.mark.parametrize("frequency_ghz", [8.0, 10.0, 12.0])
@pytest.mark.parametrize("illumination", ["normal_z", "normal_x", "oblique_z"])
def test_metal_box_mirrors_as_its_front_plate(illumination: str, frequency_ghz: float) -> None:
    case = recorded("metal_box", illumination, frequency_ghz)
    near = _within(case, 10)
    found = _face_echo(case, 0.1, 0.03, frequency_ghz * 1e9)[near]
    exact = case.amplitude_m[near]
    assert near.sum() >= 4
    level_db = 20 * np.log10(np.linalg.norm(found, axis=1) / np.linalg.norm(exact, axis=1))
    assert np.abs(level_db).max() < 1.5
    phase = np.angle(np.sum(found * exact.conj(), axis=1))
    assert np.abs(phase).max() < np.deg2rad(20)
