"""A walking person's image is as sharp as a standing one's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.imaging import Array, Grid, Imager
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.motion import steady

FREQUENCIES_HZ = np.linspace(8e9, 18e9, 26)
MIDDLE_M = (0.1, 1.0, 1.0)
DRAWN = jittered_panel(16, 16, np.random.default_rng(1))
SWEEP_S = 14.4e-3
"""Of the reference array."""
ARRAY = Array(
    DRAWN.tx_positions_m,
    DRAWN.rx_positions_m,
    tx_times_s=np.linspace(-SWEEP_S / 2, SWEEP_S / 2, 16),
)
PAIRS = Array(
    ARRAY.tx_positions_m,
    ARRAY.rx_positions_m,
    pairs=ARRAY.channels[::3],
    tx_times_s=ARRAY.tx_times_s,
)


@given(st.floats(-2.5, 2.5), st.floats(-1.0, 1.0), st.sampled_from([ARRAY, PAIRS]))
@settings(max_examples=25)
def test_the_middle_stands_still(vx: float, vy: float, array: Array) -> None:
    velocity = (vx, vy, 0.0)
    moving = point_echoes(array, FREQUENCIES_HZ, [MIDDLE_M], velocity_m_s=velocity).samples
    still = point_echoes(array, FREQUENCIES_HZ, [MIDDLE_M]).samples
    found = steady(moving, array, FREQUENCIES_HZ, MIDDLE_M, velocity)
    # What is left is of second order: (v tau)^2 / 2 R, 0.2 mm at the most.
    assert np.abs(found - still).max() < 0.12


@pytest.mark.parametrize(
    ("place_m", "least"),
    [((0.0, 0.0, 0.0), 0.98), ((0.15, 0.1, 0.0), 0.9), ((0.0, 0.05, 0.7), 0.9)],
    ids=["middle", "beside", "above"],
)
def test_a_body_of_a_walker_is_in_focus(place_m: tuple[float, float, float], least: float) -> None:
    point = np.add(MIDDLE_M, place_m)
    velocity = (1.4, 0.0, 0.0)
    grid = Grid.over((point - 0.06).tolist(), (point + 0.06).tolist(), 0.01)
    imager = Imager(ARRAY, FREQUENCIES_HZ, grid, threads=1)
    moving = point_echoes(ARRAY, FREQUENCIES_HZ, [point], velocity_m_s=velocity).samples
    sharp = np.abs(imager.form(point_echoes(ARRAY, FREQUENCIES_HZ, [point]).samples)).max()
    smeared = np.abs(imager.form(moving)).max()
    found = np.abs(imager.form(steady(moving, ARRAY, FREQUENCIES_HZ, MIDDLE_M, velocity))).max()
    assert found > least * sharp
    assert found > smeared


def test_without_times_or_motion_nothing_changes() -> None:
    samples = point_echoes(DRAWN, FREQUENCIES_HZ, [MIDDLE_M]).samples
    assert steady(samples, DRAWN, FREQUENCIES_HZ, MIDDLE_M, (1.0, 0, 0)) is samples
    assert steady(samples, ARRAY, FREQUENCIES_HZ, MIDDLE_M, (0, 0, 0)) is samples
