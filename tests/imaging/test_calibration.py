"""What a calibration takes out is what the instrument put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging import Array, Grid, Sweep, backproject
from clearway.imaging.calibration import Calibration
from clearway.imaging.echo import point_echoes

FREQUENCIES_HZ = np.linspace(8e9, 10e9, 5)
SEEDS = st.integers(0, 2**32 - 1)


def noise(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex128]:
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def gains(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex128]:
    """Within 20 dB of each other, of any phase."""
    turns = np.exp(2j * np.pi * rng.random(shape))
    return np.asarray(rng.uniform(0.3, 3.0, shape) * turns)


def random_array(rng: np.random.Generator, *, pairs: bool) -> Array:
    n_tx, n_rx = rng.integers(1, 5, 2)
    every = rng.permutation(np.indices((n_tx, n_rx)).reshape(2, -1).T)
    channels = every[:6] if pairs else None
    return Array(rng.normal(size=(n_tx, 3)), rng.normal(size=(n_rx, 3)), pairs=channels)


@given(SEEDS, st.booleans(), st.lists(st.booleans(), min_size=3, max_size=3), st.booleans())
def test_the_echo_comes_back_from_any_gain_and_background(
    seed: int, pairs: bool, constant: list[bool], all_frequencies_alike: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = random_array(rng, pairs=pairs).sample_shape(len(FREQUENCIES_HZ))
    echo, static = noise(rng, shape), noise(rng, shape)
    own = tuple(1 if same else n for n, same in zip(shape, constant, strict=False))
    gain = gains(rng, own[1:] if all_frequencies_alike else own)
    found = Calibration(gain, gain * static).apply(gain * (echo + static))
    assert found.dtype == np.complex64
    np.testing.assert_allclose(found, echo, atol=1e-5)


@given(SEEDS, st.booleans(), st.booleans())
def test_a_known_target_gives_the_gain_of_each_channel(
    seed: int, pairs: bool, with_background: bool
) -> None:
    rng = np.random.default_rng(seed)
    array = random_array(rng, pairs=pairs)
    shape = array.sample_shape(len(FREQUENCIES_HZ))
    gain = gains(rng, shape)
    static = noise(rng, shape) if with_background else np.zeros(shape)
    sphere = point_echoes(array, FREQUENCIES_HZ, [[0.1, 1.0, 0.2]], 0.5)
    scene = point_echoes(array, FREQUENCIES_HZ, rng.normal(size=(3, 3)), noise(rng, (3,)))
    measured, empty, of_scene = (
        sphere.with_samples(gain * (samples + static))
        for samples in (sphere.samples, np.zeros(shape), scene.samples)
    )
    calibration = Calibration.from_reference(
        measured, sphere, background=empty if with_background else None
    )
    np.testing.assert_allclose(np.asarray(calibration.gain), gain, rtol=1e-4)
    np.testing.assert_allclose(calibration.apply(of_scene.samples), scene.samples, atol=1e-4)


def test_calibrating_brings_back_the_image() -> None:
    rng = np.random.default_rng(1)
    array = Array(rng.uniform(-0.5, 0.5, (12, 3)) * (1, 0, 1), [[0, 0, 0.3], [0.3, 0, 0]])
    grid = Grid.over((-0.1, 0.9, -0.1), (0.1, 1.1, 0.1), 0.02)
    sweep = point_echoes(array, FREQUENCIES_HZ, [[0.04, 1.0, -0.06]])
    gain = gains(rng, sweep.samples.shape)
    static = 5 * noise(rng, sweep.samples.shape)
    disturbed = sweep.with_samples(gain * (sweep.samples + static))
    restored = sweep.with_samples(Calibration(gain, gain * static).apply(disturbed.samples))
    exact, found, spoilt = (
        backproject(one, grid, backend="reference") for one in (sweep, restored, disturbed)
    )
    scale = np.abs(exact).max()
    np.testing.assert_allclose(found, exact, atol=1e-4 * scale)
    assert np.abs(spoilt - exact).max() > scale


def test_the_difference_of_nearly_equal_sweeps_is_exact() -> None:
    rng = np.random.default_rng(2)
    static = (1e4 * noise(rng, (5, 3, 4))).astype(np.complex64)
    samples = (static * np.float32(1.0001)).astype(np.complex64)
    gain = gains(rng, (3, 4)).astype(np.complex64)
    exact = (samples.astype(complex) - static) / gain
    np.testing.assert_allclose(Calibration(gain, static).apply(samples), exact, rtol=1e-6)


def test_without_gain_and_background_nothing_changes() -> None:
    samples = noise(np.random.default_rng(3), (5, 6)).astype(np.complex64)
    np.testing.assert_array_equal(Calibration().apply(samples), samples)


def test_later_changes_of_the_callers_arrays_change_nothing() -> None:
    gain, background = np.full((2, 3), 2.0 + 0j, np.complex64), np.ones((2, 3), np.complex64)
    calibration = Calibration(gain, background)
    gain[:], background[:] = 1, 0
    np.testing.assert_array_equal(calibration.apply(np.full((4, 2, 3), 5.0)), 2.0)


@pytest.mark.parametrize(
    ("corrections", "message"),
    [
        ({"gain": [[1, 0], [0, 1]]}, r"gain: is 0 for 2 values, the first at index \(0, 1\)"),
        ({"gain": [[1, np.nan]]}, "gain: holds 1 values that are NaN or infinite"),
        ({"background": [[1, np.inf]]}, "background: holds 1 values that are NaN or infinite"),
        ({"gain": ["one"]}, "gain: has dtype"),
        ({"gain": []}, "gain: is empty"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(corrections: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Calibration(**corrections)


@pytest.mark.parametrize("shape", [(4,), (5,), (4, 3), (4, 3, 4), (5, 3, 5), (1, 5, 3, 4), (2, 1)])
@pytest.mark.parametrize("name", ["gain", "background"])
def test_a_correction_of_another_shape_is_refused(name: str, shape: tuple[int, ...]) -> None:
    calibration = Calibration(**{name: np.ones(shape)})
    with pytest.raises(ArgumentError, match=rf"{name}: has shape .* the samples have \(5, 3, 4\)"):
        calibration.apply(np.ones((5, 3, 4)))


def test_one_value_per_frequency_is_not_taken_for_one_per_receiver() -> None:
    with pytest.raises(ArgumentError, match="gain: has shape"):
        Calibration(gain=np.ones(5)).apply(np.ones((5, 5, 5)))


def test_a_result_beyond_single_precision_is_refused() -> None:
    with pytest.raises(ArgumentError, match="samples: holds"):
        Calibration(gain=1e-30).apply(np.full((1, 1), 1e30))


def _other(change: dict[str, Any]) -> Sweep:
    setup: dict[str, Any] = {
        "samples": np.ones((5, 2, 1)),
        "frequencies_hz": FREQUENCIES_HZ,
        "tx_positions_m": [[0, 0, 0], [0.1, 0, 0]],
        "rx_positions_m": [[0.2, 0, 0]],
    }
    return Sweep(**(setup | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequencies_hz": FREQUENCIES_HZ + 1e6}, "frequencies_hz: differs"),
        ({"tx_positions_m": [[0, 0, 0], [0.1, 0, 1e-4]]}, "tx_positions_m: differs"),
        ({"rx_positions_m": [[0, 0, 0]]}, "rx_positions_m: differs"),
        ({"propagation_speed_m_s": 2e8}, "propagation_speed_m_s: differs"),
        ({"samples": np.ones((5, 2)), "pairs": [[1, 0], [0, 0]]}, "pairs: differs"),
        (
            {"samples": np.ones((5, 1, 1)), "tx_positions_m": [[0, 0, 0]]},
            r"tx_positions_m: has shape \(1, 3\), that of the sweep \(2, 3\)",
        ),
        ({"samples": np.zeros((5, 2, 1))}, "expected: holds 10 echoes of zero"),
    ],
)
def test_an_expected_echo_of_another_radar_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Calibration.from_reference(_other({}), _other(change))


def test_a_background_of_another_radar_is_refused() -> None:
    moved = _other({"rx_positions_m": [[0, 0, 0]]})
    with pytest.raises(ArgumentError, match=r"background\.rx_positions_m: differs"):
        Calibration.from_reference(_other({}), _other({}), moved)
