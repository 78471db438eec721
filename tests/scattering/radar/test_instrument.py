"""Each error of an instrument against what its definition says, and all of them together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging import Array, Grid, Imager
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.scattering.radar import PERFECT, Instrument, InstrumentErrors, LinkBudget

BAND_HZ = np.linspace(8e9, 18e9, 20)
QUIET = LinkBudget(transmit_power_dbm=200.0)
"""Thermal noise far below the precision of the samples."""
SEEDS = st.integers(0, 2**32 - 1)


def panel(n: int = 8) -> Array:
    return jittered_panel(n, n, np.random.default_rng(5))


def instrument(errors: InstrumentErrors, budget: LinkBudget = QUIET, seed: int = 1) -> Instrument:
    return Instrument(np.random.default_rng(seed), errors, panel(), BAND_HZ, budget)


def ones(radar: Instrument, level: float = 1e-4) -> NDArray[np.complex64]:
    return np.full(radar.sample_shape, level, dtype=np.complex64)


def mean_square(samples: NDArray[np.complex64]) -> float:
    return float(np.mean(np.abs(samples.astype(np.complex128)) ** 2))


@given(SEEDS, st.floats(-20.0, 30.0), st.floats(0.0, 15.0))
def test_noise_has_the_variance_of_the_link_budget(
    seed: int, power_dbm: float, figure_db: float
) -> None:
    budget = LinkBudget(transmit_power_dbm=power_dbm, noise_figure_db=figure_db)
    radar = Instrument(np.random.default_rng(seed), PERFECT, panel(16), BAND_HZ, budget)
    noise = radar.measure(np.zeros(radar.sample_shape), np.random.default_rng(seed))
    # 5120 samples: the mean square has a relative deviation of 1.4 %.
    assert mean_square(noise) == pytest.approx(budget.noise_variance, rel=0.1)
    pseudo = np.mean(noise.astype(np.complex128) ** 2)
    assert abs(pseudo) < 0.1 * budget.noise_variance


def test_a_perfect_instrument_passes_samples_on() -> None:
    radar = instrument(PERFECT)
    found = radar.measure(ones(radar), np.random.default_rng(0))
    np.testing.assert_allclose(found, ones(radar), rtol=1e-6)
    assert radar.live_array is radar.array


@given(SEEDS, st.booleans())
def test_frames_repeat_with_their_seed(seed: int, pairs: bool) -> None:
    full = panel(4)
    array = (
        Array(full.tx_positions_m, full.rx_positions_m, pairs=full.channels[::3]) if pairs else full
    )
    errors = InstrumentErrors(dead_share=0.25, interferers_per_frame=1.0)
    frames = []
    for _ in range(2):
        rng = np.random.default_rng(seed)
        radar = Instrument(rng, errors, array, BAND_HZ, LinkBudget())
        frames.append(radar.measure(ones(radar), rng))
    np.testing.assert_array_equal(frames[0], frames[1])
    assert frames[0].shape == array.sample_shape(len(BAND_HZ))


@given(SEEDS)
def test_pairs_are_measured_as_in_the_full_array(seed: int) -> None:
    """Frozen errors: thermal noise and jitter have other numbers where there are fewer samples."""
    errors = replace(InstrumentErrors(), leakage_db=None, clock_jitter_s=0.0, adc_bits=None)
    full = panel(4)
    some = Array(full.tx_positions_m, full.rx_positions_m, pairs=full.channels[1::3])
    frames = []
    for array in (full, some):
        radar = Instrument(np.random.default_rng(seed), errors, array, BAND_HZ, QUIET)
        frames.append(radar.measure(ones(radar), np.random.default_rng(0)))
    np.testing.assert_allclose(
        frames[0].reshape(len(BAND_HZ), -1)[:, 1::3], frames[1], rtol=1e-5, atol=1e-9
    )


def test_drift_is_a_product_of_the_elements() -> None:
    errors = replace(PERFECT, gain_sigma_db=1.0, phase_sigma_deg=20.0, delay_sigma_s=5e-12)
    radar = instrument(errors)
    gain = radar.measure(ones(radar, 1.0), np.random.default_rng(0)).astype(np.complex128)
    rank = np.linalg.svd(gain, compute_uv=False)
    assert (rank[:, 1] < 1e-5 * rank[:, 0]).all()
    # A delay turns the phase evenly over frequency.
    turns = np.diff(np.unwrap(np.angle(gain), axis=0), axis=0)
    np.testing.assert_allclose(turns, np.broadcast_to(turns.mean(axis=0), turns.shape), atol=1e-4)
    assert np.ptp(turns.mean(axis=0)) > 0.005


@pytest.mark.parametrize("name", ["gain_sigma_db", "phase_sigma_deg", "delay_sigma_s"])
def test_drift_has_its_size(name: str) -> None:
    sizes = {"gain_sigma_db": 0.5, "phase_sigma_deg": 3.0, "delay_sigma_s": 1e-12}
    size = sizes[name]
    errors = replace(PERFECT, **{name: size})  # type: ignore[arg-type]  # never the ADC's bits
    found = []
    for seed in range(100):
        radar = instrument(errors, seed=seed)
        gain = radar.measure(ones(radar, 1.0), np.random.default_rng(0))[-1, 0, 0]
        in_db, in_rad = 20 * np.log10(abs(gain)), np.angle(gain)
        found.append(
            {
                "gain_sigma_db": in_db,
                "phase_sigma_deg": np.degrees(in_rad),
                "delay_sigma_s": in_rad / (2 * np.pi * BAND_HZ[-1]),
            }[name]
        )
    # One transmitter and one receiver; 100 draws know a deviation to 7 %.
    assert np.std(found) == pytest.approx(size * np.sqrt(2), rel=0.25)


@given(SEEDS, st.floats(1e-5, 2e-3))
def test_a_displaced_phase_centre_is_exact_at_the_focus(seed: int, sigma_m: float) -> None:
    errors = replace(PERFECT, position_sigma_m=sigma_m)
    focus = (0.1, 1.0, 1.2)
    radar = Instrument(np.random.default_rng(seed), errors, panel(), BAND_HZ, QUIET, focus_m=focus)
    drawn = point_echoes(panel(), BAND_HZ, [focus]).samples
    built = point_echoes(radar.built_array, BAND_HZ, [focus]).samples
    found = radar.measure(drawn, np.random.default_rng(0))
    np.testing.assert_allclose(found, built, atol=1e-4)


def test_ideal_samples_of_the_built_array_are_not_turned_again() -> None:
    errors = replace(PERFECT, position_sigma_m=1e-3)
    rng = np.random.default_rng(1)
    radar = Instrument(rng, errors, panel(), BAND_HZ, QUIET, focus_m=None)
    echo = point_echoes(radar.built_array, BAND_HZ, [[0.2, 1.0, 1.0]]).samples
    np.testing.assert_allclose(radar.measure(echo, rng), echo, atol=1e-5)
    moved = radar.built_array.tx_positions_m - radar.array.tx_positions_m
    assert 0.5e-3 < moved.std() < 1.5e-3


@given(SEEDS, st.floats(0.05, 2.0), st.floats(0.2, 10.0))
def test_imbalance_makes_an_image_of_the_level_that_it_implies(
    seed: int, gain_db: float, phase_deg: float
) -> None:
    """A tone over frequency comes back mirrored, |beta / alpha|^2 below itself."""
    errors = replace(PERFECT, iq_gain_sigma_db=gain_db, iq_phase_sigma_deg=phase_deg)
    array = Array([[0, 0, 0]], [[0.5, 0, 0]])
    radar = Instrument(np.random.default_rng(seed), errors, array, BAND_HZ, QUIET)
    n = len(BAND_HZ)
    tone = np.exp(-2j * np.pi * 3 * np.arange(n) / n).reshape(n, 1, 1)
    found = np.fft.ifft(radar.measure(tone, np.random.default_rng(0))[:, 0, 0])
    direct, image = found[3], found[n - 3]
    # alpha + conj(beta) = 1 whatever the imbalance: the in-phase channel is the reference.
    assert direct + image.conj() == pytest.approx(1.0, abs=1e-5)
    recovered = 1 - 2 * image.conjugate()
    assert 20 * abs(np.log10(abs(recovered))) < 6 * gain_db
    assert abs(np.degrees(np.angle(recovered))) < 6 * phase_deg
    ratio = abs(recovered)
    phase = np.angle(recovered)
    rejection = (1 + ratio**2 - 2 * ratio * np.cos(phase)) / (
        1 + ratio**2 + 2 * ratio * np.cos(phase)
    )
    assert abs(image / direct) ** 2 == pytest.approx(rejection, abs=1e-7)


@given(st.integers(4, 16), SEEDS)
def test_quantisation_noise_is_that_of_even_steps(bits: int, seed: int) -> None:
    errors = replace(PERFECT, adc_bits=bits, adc_full_scale_db=0.0)
    radar = instrument(errors)
    rng = np.random.default_rng(seed)
    ideal = rng.uniform(-0.9, 0.9, (2, *radar.sample_shape))
    samples = (ideal[0] + 1j * ideal[1]).astype(np.complex64)
    added = radar.measure(samples, rng) - samples
    step = 2.0 ** (1 - bits)
    assert np.abs(added.view(np.float32)).max() <= step / 2 * 1.01
    # Each of the two channels has step^2 / 12; 1280 samples.
    assert mean_square(added) == pytest.approx(step**2 / 6, rel=0.15)


def test_a_strong_signal_is_clipped() -> None:
    radar = instrument(replace(PERFECT, adc_bits=8, adc_full_scale_db=-20.0))
    found = radar.measure(ones(radar, 1.0), np.random.default_rng(0))
    np.testing.assert_allclose(found, 0.1 * 127 / 128, rtol=1e-6)


def test_jitter_turns_all_receivers_of_a_step_alike() -> None:
    radar = instrument(replace(PERFECT, clock_jitter_s=1e-12))
    turned = np.angle(radar.measure(ones(radar, 1.0), np.random.default_rng(0)))
    np.testing.assert_allclose(turned, turned[:, :, :1] * np.ones(radar.array.n_rx), atol=1e-5)
    jitter_s = turned[:, :, 0] / (2 * np.pi * BAND_HZ[:, None])
    assert jitter_s.std() == pytest.approx(1e-12, rel=0.25)


def test_interference_strikes_whole_frequencies_at_its_level() -> None:
    errors = replace(PERFECT, interferers_per_frame=2.0, interference_db=-60.0)
    radar = instrument(errors)
    rng = np.random.default_rng(3)
    powers = [
        np.mean(np.abs(radar.measure(np.zeros(radar.sample_shape), rng)) ** 2, axis=(1, 2))
        for _ in range(200)
    ]
    struck = np.array(powers) > 1e-9
    # Poisson of mean 2 over 200 frames: 400 with a deviation of 20.
    assert 320 <= struck.sum() <= 480
    assert np.array(powers)[struck].mean() == pytest.approx(1e-6, rel=0.1)


def test_leakage_falls_with_distance_and_is_taken_out_by_the_calibration() -> None:
    errors = replace(PERFECT, leakage_db=-60.0)
    frame = [instrument(errors, seed=seed).leakage for seed in range(60)]
    apart_m = np.linalg.norm(
        panel().tx_positions_m[:, None] - panel().rx_positions_m[None], axis=-1
    )
    level = np.mean(np.abs(frame) ** 2, axis=(0, 1)) * np.maximum(apart_m, 0.05) ** 2
    assert level.mean() == pytest.approx(1e-6, rel=0.1)
    radar = instrument(replace(errors, iq_gain_sigma_db=1.0, iq_phase_sigma_deg=5.0))
    empty = radar.measure(np.zeros(radar.sample_shape), np.random.default_rng(0))
    left = radar.calibration().apply(empty)
    assert mean_square(left) < 1e-12 * mean_square(empty)


def test_drift_leaves_leakage_behind() -> None:
    errors = replace(PERFECT, leakage_db=-60.0, phase_sigma_deg=3.0)
    radar = instrument(errors)
    empty = radar.measure(np.zeros(radar.sample_shape), np.random.default_rng(0))
    left = radar.calibration().apply(empty)
    # Small turns of both elements: the variance of their sum.
    expected = 2 * np.radians(3.0) ** 2
    assert mean_square(left) / mean_square(radar.leakage) == pytest.approx(expected, rel=0.7)


@given(SEEDS)
def test_dead_elements_grow_with_their_share(seed: int) -> None:
    few, many = (
        instrument(replace(InstrumentErrors(), dead_share=share), seed=seed)
        for share in (0.125, 0.5)
    )
    assert (few.dead_tx.sum(), many.dead_tx.sum(), many.dead_rx.sum()) == (1, 4, 4)
    assert not (few.dead_tx & ~many.dead_tx).any()
    np.testing.assert_array_equal(few.leakage, many.leakage)
    assert many.live_channels.sum() == 16


def test_dead_channels_hold_noise_only() -> None:
    budget = LinkBudget()
    radar = instrument(replace(PERFECT, dead_share=0.25, leakage_db=-30.0), budget)
    frame = radar.measure(ones(radar, 1.0), np.random.default_rng(0))
    dead = frame.reshape(len(BAND_HZ), -1)[:, ~radar.live_channels]
    assert mean_square(dead) == pytest.approx(budget.noise_variance, rel=0.2)
    background = np.asarray(radar.calibration().background).reshape(len(BAND_HZ), -1)
    assert not background[:, ~radar.live_channels].any()
    assert background[:, radar.live_channels].all()


@pytest.mark.parametrize("pairs", [False, True])
def test_an_imager_leaves_dead_channels_out(pairs: bool) -> None:
    full = panel()
    every = full.channels[::-1] if pairs else None
    array = Array(full.tx_positions_m, full.rx_positions_m, pairs=every)
    errors = replace(PERFECT, dead_share=0.25)
    radar = Instrument(np.random.default_rng(1), errors, array, BAND_HZ, QUIET)
    echo = point_echoes(array, BAND_HZ, [[0.0, 1.0, 1.0]]).samples
    grid = Grid.over((-0.05, 0.95, 0.95), (0.05, 1.05, 1.05), 0.02)
    frame = radar.measure(echo, np.random.default_rng(0))
    live = radar.live_array
    assert live.n_pairs == 36
    imager = Imager(live, BAND_HZ, grid, backend="reference")
    found = imager.form(radar.live_samples(frame))
    expected = imager.form(radar.live_samples(echo))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_samples_of_another_shape_are_refused() -> None:
    radar = instrument(PERFECT)
    with pytest.raises(ArgumentError, match="ideal"):
        radar.measure(np.zeros((3, 8, 8)), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "value"),
    [("gain_sigma_db", -1.0), ("dead_share", 1.5), ("adc_bits", 1), ("clock_jitter_s", np.nan)],
)
def test_impossible_errors_are_refused(name: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=name):
        replace(PERFECT, **{name: value})  # type: ignore[arg-type]  # any of the fields
