"""Offsets and clocks of the sensors, from the people both have seen."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.tracking.registration import Registration
from clearway.tracking.settings import TrackerSettings

SETTINGS = TrackerSettings()
SIGMA_M = 0.1
OFFSET_M = np.array([[0.08, -0.05], [-0.06, 0.07], [0.02, 0.04]])
CLOCK_S = np.array([0.0, 0.025, -0.02])
BOTH_WAYS, ONE_WAY = np.array([1.0, -1.0]), np.array([1.0])


def walkers(
    rng: np.random.Generator, people: int, ways: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Velocities of people along a corridor."""
    along = rng.choice(ways, people) * rng.normal(1.34, 0.2, people)
    return np.stack([along, rng.normal(0.0, 0.1, people)], axis=1)


def learned(ways: NDArray[np.float64], sensors: int = 2, people: int = 500) -> Registration:
    """From people whom the sensors see by turns."""
    rng = np.random.default_rng(1)
    registration = Registration(sensors, SETTINGS)
    for _ in range(people):
        for one in range(sensors - 1):
            velocity = walkers(rng, 1, ways)
            gap = (
                OFFSET_M[one]
                - OFFSET_M[one + 1]
                + velocity * (CLOCK_S[one] - CLOCK_S[one + 1])
                + rng.normal(0.0, SIGMA_M * np.sqrt(2.0), (1, 2))
            )
            registration.learn(one, one + 1, gap, velocity, np.array([2.0 * SIGMA_M**2]))
    return registration


def differences(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.diff(values, axis=0)


@pytest.mark.parametrize("sensors", [2, 3])
def test_people_who_walk_both_ways_tell_offsets_and_clocks(sensors: int) -> None:
    registration = learned(BOTH_WAYS, sensors)
    np.testing.assert_allclose(
        differences(registration.offset_m), differences(OFFSET_M[:sensors]), atol=0.02
    )
    np.testing.assert_allclose(
        differences(registration.clock_s), differences(CLOCK_S[:sensors]), atol=0.01
    )


def test_people_who_walk_one_way_leave_offset_along_the_walk_and_clock_mixed() -> None:
    both, one = learned(BOTH_WAYS), learned(ONE_WAY)
    mixed = one.offset_m[:, 0] + 1.34 * one.clock_s
    truth = OFFSET_M[:2, 0] + 1.34 * CLOCK_S[:2]
    assert differences(mixed)[0] == pytest.approx(differences(truth)[0], abs=0.02)

    def clock_variance(registration: Registration) -> float:
        covariance = np.linalg.inv(registration._information)
        contrast = np.array([0.0, 0.0, 1.0, 0.0, 0.0, -1.0])
        return float(contrast @ covariance @ contrast)

    assert clock_variance(one) > 4.0 * clock_variance(both)


def test_what_all_sensors_share_stays_at_zero() -> None:
    registration = learned(BOTH_WAYS)
    np.testing.assert_allclose(registration.offset_m.sum(axis=0), 0.0, atol=1e-9)
    assert registration.sigma[0, 0] > 0.6 * SETTINGS.bias_sigma_m


def test_before_anybody_was_seen_the_offsets_are_zero_and_unknown() -> None:
    registration = Registration(2, SETTINGS)
    assert not registration.offset_m.any()
    assert not registration.clock_s.any()
    expected = [[SETTINGS.bias_sigma_m, SETTINGS.bias_sigma_m, SETTINGS.clock_sigma_s]] * 2
    np.testing.assert_allclose(registration.sigma, expected)


def test_a_difference_out_of_all_proportion_is_of_two_people() -> None:
    registration = learned(BOTH_WAYS)
    before = registration.offset_m.copy()
    mixed_up = np.full((50, 2), 2.0)
    registration.learn(0, 1, mixed_up, np.zeros((50, 2)), np.full(50, 0.02))
    assert np.array_equal(registration.offset_m, before)


def test_what_was_learned_fades() -> None:
    registration = learned(BOTH_WAYS)
    sharp = registration.sigma
    registration.forget(SETTINGS.registration_memory_s)
    faded = registration.sigma
    assert (faded > sharp).all()
    registration.forget(100.0 * SETTINGS.registration_memory_s)
    np.testing.assert_allclose(registration.sigma, Registration(2, SETTINGS).sigma, rtol=1e-6)


def test_a_sensor_that_was_pushed_is_found_again() -> None:
    registration = learned(BOTH_WAYS, people=2000)
    registration.forget(3.0 * SETTINGS.registration_memory_s)
    rng = np.random.default_rng(2)
    pushed = OFFSET_M[0] - OFFSET_M[1] + [0.1, 0.0]
    velocity = walkers(rng, 3000, BOTH_WAYS)
    gap = pushed + rng.normal(0.0, SIGMA_M * np.sqrt(2.0), (3000, 2))
    registration.learn(0, 1, gap, velocity, np.full(3000, 2.0 * SIGMA_M**2))
    np.testing.assert_allclose(
        registration.offset_m[0] - registration.offset_m[1], pushed, atol=0.02
    )
