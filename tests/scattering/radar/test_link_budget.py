"""What follows from power, noise and time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging import SPEED_OF_LIGHT_M_S
from clearway.scattering.radar import LinkBudget

DECIBELS = st.floats(0.0, 20.0)


def snr_db(budget: LinkBudget, **changes: float) -> float:
    target = {"rcs_m2": 0.03, "distance_m": 1.2, "frequency_hz": 13e9, "gain_dbi": 6.0}
    return budget.snr_db(**(target | changes))  # type: ignore[arg-type]  # n_samples is whole


def test_noise_of_a_lossless_receiver_is_k_t_f_b() -> None:
    budget = LinkBudget(
        transmit_power_dbm=0.0, noise_figure_db=3.0, tx_loss_db=0.0, rx_loss_db=0.0, dwell_s=1e-6
    )
    # -173.98 dBm/Hz at 290 K, 60 dB of bandwidth, 3 dB of noise figure.
    assert budget.noise_floor_db == pytest.approx(-173.98 + 60.0 + 3.0, abs=0.01)


@given(DECIBELS, DECIBELS, DECIBELS)
def test_decibels_of_noise_and_loss_add_up(figure: float, sending: float, hearing: float) -> None:
    ideal = LinkBudget(noise_figure_db=0.0, tx_loss_db=0.0, rx_loss_db=0.0)
    budget = replace(ideal, noise_figure_db=figure, tx_loss_db=sending, rx_loss_db=hearing)
    raised = budget.noise_floor_db - ideal.noise_floor_db
    assert raised == pytest.approx(figure + sending + hearing, abs=1e-9)


@given(st.floats(0.1, 10.0), st.integers(1, 10**6))
def test_noise_falls_with_time_and_power_and_rises_with_temperature(
    factor: float, n_samples: int
) -> None:
    budget = LinkBudget()
    longer = replace(budget, dwell_s=factor * budget.dwell_s)
    assert longer.noise_variance == pytest.approx(budget.noise_variance / factor)
    stronger = replace(budget, transmit_power_dbm=10.0 + 10 * np.log10(factor))
    assert stronger.noise_variance == pytest.approx(budget.noise_variance / factor)
    silent = replace(budget, noise_figure_db=0.0)
    warmer = replace(silent, temperature_k=factor * 290.0)
    assert warmer.noise_variance == pytest.approx(silent.noise_variance * factor)
    summed = snr_db(budget, n_samples=n_samples) - snr_db(budget)
    assert summed == pytest.approx(10 * np.log10(n_samples))


@given(st.floats(0.5, 5.0), st.floats(5e9, 20e9), st.floats(1e-3, 1.0))
def test_a_plate_of_known_cross_section_echoes_as_its_image(
    distance_m: float, frequency_hz: float, area_m2: float
) -> None:
    """A plate in the far field takes up S A and radiates it with the gain 4 pi A / lambda^2."""
    wavelength_m, gain = SPEED_OF_LIGHT_M_S / frequency_hz, 10**0.6
    sphere_m2 = 4 * np.pi * distance_m**2
    reradiated = gain / sphere_m2 * area_m2 * (4 * np.pi * area_m2 / wavelength_m**2)
    received = reradiated / sphere_m2 * gain * wavelength_m**2 / (4 * np.pi)
    budget = LinkBudget()
    found = snr_db(
        budget,
        rcs_m2=4 * np.pi * area_m2**2 / wavelength_m**2,
        distance_m=distance_m,
        frequency_hz=frequency_hz,
    )
    assert found == pytest.approx(10 * np.log10(received / budget.noise_variance), abs=1e-6)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 2))
def test_times_tile_the_sweep(n_tx: int, n_frequencies: int, n_panels: int) -> None:
    budget = LinkBudget()
    sweep_s = budget.sweep_time_s(n_tx, n_frequencies)
    times = budget.tx_times_s(n_tx, n_frequencies)
    each_s = sweep_s / n_tx
    assert times.sum() == pytest.approx(0.0, abs=1e-9)
    assert times[0] - each_s / 2 == pytest.approx(-sweep_s / 2)
    np.testing.assert_allclose(np.diff(times), each_s)
    rate_hz = budget.highest_frame_rate_hz(n_tx, n_frequencies, n_panels)
    share = budget.mean_power_share(n_tx, n_frequencies, rate_hz, n_panels)
    assert share == pytest.approx(budget.dwell_s / budget.step_time_s)
    assert budget.mean_power_share(n_tx, n_frequencies, 1e9) == 1.0


def test_reference_sweep_is_short_and_a_handgun_stands_out() -> None:
    budget = LinkBudget()
    assert budget.sweep_time_s(96, 100) <= 0.020
    assert [round(snr_db(budget, rcs_m2=10 ** (db / 10)), 1) for db in (-20, -15, -10)] == [
        35.1,
        40.1,
        45.1,
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dwell_s", 0.0),
        ("dwell_s", np.inf),
        ("temperature_k", -1.0),
        ("noise_figure_db", -0.1),
        ("tx_loss_db", np.nan),
        ("settling_s", -1e-9),
        ("transmit_power_dbm", np.inf),
    ],
)
def test_impossible_figures_are_refused(name: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=name):
        replace(LinkBudget(), **{name: value})
