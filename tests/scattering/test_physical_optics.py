"""Conducting spheres and plates against exact and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.imaging import SPEED_OF_LIGHT_M_S, Array
from clearway.scattering import Part
from clearway.scattering.antennas import Antenna, Elements
from clearway.scattering.closed_forms import plate_dyad, sphere_dyad
from clearway.scattering.scene import simulate
from clearway.scattering.settings import Currents, Settings
from tests.scattering.scenes import (
    ACROSS,
    METAL,
    SKIN,
    UPRIGHT,
    about_vertical,
    ball,
    box,
    decibels,
    distance,
    far_channel,
    plate,
    scattering_amplitude_m,
    small_panel,
)

FREQUENCIES_HZ = np.linspace(8e9, 18e9, 6)
CURRENTS: list[Currents] = ["electric", "both", "specular"]
EXACT = {currents: Settings(currents=currents, precision="double") for currents in CURRENTS}
FAR_M = 1000.0


@pytest.mark.parametrize("currents", CURRENTS)
@pytest.mark.parametrize(("aside_m", "most_db"), [(0.0, 0.3), (0.5, 0.6), (1.0, 1.5)])
def test_sphere_against_mie(currents: Currents, aside_m: float, most_db: float) -> None:
    """At the curtain's range, monostatic and with the antennas 1 and 2 m apart.

    Where the ways in and out enclose 80 degrees, the end of the currents at the edge of the shadow
    begins to show.
    """
    elements = far_channel([-aside_m, -1.2, 0], [aside_m, -1.2, 0])
    sphere = Part(ball(0.15, [0, 0, 0], 6), METAL)
    options = Settings(currents=currents, echo_sum="exact")
    samples = simulate([sphere], elements, FREQUENCIES_HZ, options).samples
    found = scattering_amplitude_m(samples, FREQUENCIES_HZ, elements)
    ranges_m = np.linalg.norm(elements.positions_m, axis=1)
    going, leaving = (-elements.positions_m[0], elements.positions_m[1]) / ranges_m[:, None]
    expected = [
        sphere_dyad(0.15, f, going, leaving, tx_distance_m=ranges_m[0], rx_distance_m=ranges_m[1])[
            2, 2
        ]
        for f in FREQUENCIES_HZ
    ]
    assert np.abs(decibels(found, expected)).max() < most_db
    assert np.abs(np.angle(found / np.array(expected))).max() < 0.2


@pytest.mark.parametrize("polarisation", [UPRIGHT, ACROSS], ids=["upright", "across"])
@pytest.mark.parametrize("degrees", [(0, 0), (10, 10), (20, -20), (35, -25), (50, -60)])
def test_plate_is_the_closed_form(polarisation: np.ndarray, degrees: tuple[float, float]) -> None:
    """Monostatic, off normal, and bistatic beside the specular direction: same approximation."""
    going_to, leaving_to = (
        np.array([np.sin(np.radians(angle)), -np.cos(np.radians(angle)), 0]) for angle in degrees
    )
    elements = far_channel(FAR_M * going_to, FAR_M * leaving_to, polarisation, polarisation)
    samples = simulate(
        [Part(plate(0.2, 0.12), METAL)], elements, FREQUENCIES_HZ, EXACT["electric"]
    ).samples
    found = scattering_amplitude_m(samples, FREQUENCIES_HZ, elements)
    tx_field, rx_field = (
        own / np.linalg.norm(own)
        for way in (going_to, leaving_to)
        for own in [polarisation - (polarisation @ way) * way]
    )
    expected = np.array(
        [
            rx_field @ plate_dyad(0.2, 0.12, f, -going_to, leaving_to) @ tx_field
            for f in FREQUENCIES_HZ
        ]
    )
    # Beside the main lobe the wavelength is coarse against the facets of half of it.
    peak = abs(expected).max()
    assert np.abs(found - expected).max() < 0.03 * peak


def test_forms_agree_where_a_plate_mirrors() -> None:
    here, there = [400.0, -FAR_M, 300.0], [-400.0, -FAR_M, -300.0]
    skew = np.array([0.3, 0.1, 1.0])
    elements = far_channel(here, there, skew, skew)
    parts = [Part(plate(0.2, 0.12), SKIN)]
    several = [simulate(parts, elements, FREQUENCIES_HZ, EXACT[one]).samples for one in CURRENTS]
    for samples in several[1:]:
        assert distance(samples, several[0]) < 2e-3


def test_large_mirror_shows_the_image_of_the_antenna() -> None:
    """Friis over the way there and back, with the sign of a conductor."""
    away_m = 1.0
    elements = far_channel([0, 0, 0], [0, 0, 0])
    options = Settings(precision="double", longest_edge_wavelengths=0.25)
    wave_hz = np.linspace(8e9, 12e9, 41)
    mirror = Part(plate(1.0, 1.0, away_m), METAL)
    samples = simulate([mirror], elements, wave_hz, options).samples[:, 0, 0]
    wavelength_m = SPEED_OF_LIGHT_M_S / wave_hz
    image = np.exp(-4j * np.pi * away_m / wavelength_m) * wavelength_m / (8 * np.pi * away_m)
    # What the mirror's edges add arrives later, so that it cancels over the band.
    assert np.mean(samples / image) == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize("currents", CURRENTS)
def test_exchange_of_transmitters_and_receivers(currents: Currents) -> None:
    panel = small_panel().array
    turned = Array(panel.rx_positions_m, panel.tx_positions_m)
    errors = {}
    for name, part in (
        ("metal", Part(box([0.2, 0.02, 0.1], [0.05, 1.0, 1.0]), METAL)),
        ("skin", Part(ball(0.15, [0, 1.3, 1.0]), SKIN)),
    ):
        there, back = (
            simulate([part], Elements(array), [8e9, 12e9], EXACT[currents]).samples
            for array in (panel, turned)
        )
        errors[name] = distance(back.swapaxes(1, 2), there)
    if currents == "both":
        assert errors["metal"] < 1e-6
    assert errors["skin"] < 0.1
    assert errors["metal"] < 0.4  # mostly beside the glint of a flat face


@settings(max_examples=10, deadline=None)
@given(
    turn_rad=st.floats(-3.0, 3.0),
    shift_m=st.tuples(*[st.floats(-1000.0, 1000.0)] * 3),
    currents=st.sampled_from(CURRENTS),
)
def test_echoes_do_not_depend_on_the_frame(
    turn_rad: float, shift_m: tuple[float, float, float], currents: Currents
) -> None:
    here = small_panel(3, 4)
    turn = about_vertical(turn_rad)
    there_antenna = Antenna(boresight=turn @ [0, 1, 0], polarisation=turn @ [0.2, 0, 1])
    antenna = Antenna(polarisation=[0.2, 0, 1])
    moved = Array(
        *(
            places @ turn.T + shift_m
            for places in (here.array.tx_positions_m, here.array.rx_positions_m)
        )
    )
    # Split here: rounding decides which edge of a face is its longest.
    mesh = box([0.1, 0.05, 0.2], [0.1, 1.2, 1.0]).subdivided(0.012)
    expected = simulate(
        [Part(mesh, SKIN)], Elements(here.array, antenna, antenna), [9e9, 10e9], EXACT[currents]
    ).samples
    found = simulate(
        [Part(mesh.moved(turn, shift_m), SKIN)],
        Elements(moved, there_antenna, there_antenna),
        [9e9, 10e9],
        EXACT[currents],
    ).samples
    assert distance(found, expected) < 1e-5
