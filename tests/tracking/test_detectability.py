"""What is learned of misses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.tracking.detectability import NEVER_SEEN, Detectability
from clearway.tracking.settings import TrackerSettings
from tests.tracking.people import SENSOR

SETTINGS = TrackerSettings(detectability_prior_scans=20.0)
ALONE, CLOSE = np.array([False]), np.array([True])
AFTER_HIT, AFTER_MISS = np.array([0]), np.array([3])


def watched(
    hit_after_hit: float,
    hit_after_miss: float,
    close: bool = False,
    people: int = 40,
    scans: int = 2000,
) -> Detectability:
    """What is learned of people who are there all the time."""
    rng = np.random.default_rng(1)
    learned = Detectability(SENSOR, SETTINGS)
    misses = np.zeros(people, dtype=np.int64)
    beside = np.full(people, close)
    for _ in range(scans):
        chance = np.where(misses > 0, hit_after_miss, hit_after_hit)
        hit = rng.random(people) < chance
        learned.learn(misses[hit], beside[hit], beside[hit])
        misses = np.where(hit, 0, misses + 1)
    return learned


def probabilities(learned: Detectability) -> NDArray[np.float64]:
    """After a hit alone and close, after a miss alone and close."""
    return np.concatenate(
        [
            learned.probability(misses, close)
            for misses in (AFTER_HIT, AFTER_MISS)
            for close in (ALONE, CLOSE)
        ]
    )


STATED = np.full(4, SENSOR.detection_probability)


def test_at_first_the_stated_probability_is_believed() -> None:
    learned = Detectability(SENSOR, SETTINGS)
    np.testing.assert_allclose(probabilities(learned), STATED)


@pytest.mark.parametrize("truth", [0.9, 0.6])
def test_independent_misses_give_one_probability(truth: float) -> None:
    found = probabilities(watched(truth, truth))
    np.testing.assert_allclose(found[[0, 2]], truth, atol=0.01)
    assert found[[1, 3]].tolist() == STATED[[1, 3]].tolist()


def test_bursts_of_misses_are_recovered() -> None:
    found = probabilities(watched(0.9, 0.2))
    np.testing.assert_allclose(found[[0, 2]], [0.9, 0.2], atol=0.01)


def test_neighbours_who_hide_each_other_are_told_from_people_alone() -> None:
    found = probabilities(watched(0.7, 0.4, close=True))
    np.testing.assert_allclose(found, [0.9, 0.7, 0.9, 0.4], atol=0.01)


def test_a_run_begins_where_the_neighbour_was_and_ends_where_he_is() -> None:
    learned = Detectability(SENSOR, SETTINGS)
    for _ in range(1000):
        learned.learn(np.array([2]), close=ALONE, close_at_first_miss=CLOSE)
    found = probabilities(learned)
    # First miss: after a hit and close; second: after a miss and alone, as was the hit.
    assert found[1] < 0.05
    assert found[2] == pytest.approx(0.5, abs=0.02)
    assert found[[0, 3]].tolist() == STATED[[0, 3]].tolist()


@pytest.mark.parametrize("run", [NEVER_SEEN, 40, 1000])
def test_what_says_nothing_of_the_sensor_teaches_nothing(run: int) -> None:
    learned = Detectability(SENSOR, SETTINGS)
    learned.learn(np.full(100, run), np.full(100, True), np.full(100, False))
    assert probabilities(learned).tolist() == STATED.tolist()


def test_a_run_that_never_ends_teaches_nothing() -> None:
    """Half of the people are seen as stated; the others were seen once and have left."""
    learned, staying_only = Detectability(SENSOR, SETTINGS), Detectability(SENSOR, SETTINGS)
    rng = np.random.default_rng(2)
    misses = np.zeros(20, dtype=np.int64)
    for _ in range(200):
        hit = (rng.random(20) < 0.9) & (np.arange(20) < 10)
        beside = np.zeros(20, dtype=bool)
        learned.learn(misses[hit], beside[hit], beside[hit])
        stay = hit[:10]
        staying_only.learn(misses[:10][stay], beside[:10][stay], beside[:10][stay])
        misses = np.where(hit, 0, misses + 1)
    assert probabilities(learned).tolist() == probabilities(staying_only).tolist()
    np.testing.assert_allclose(probabilities(learned)[[0, 2]], 0.9, atol=0.02)


def test_of_nobody_nothing_is_said() -> None:
    nobody = np.empty(0, dtype=np.int64)
    learned = Detectability(replace(SENSOR, detection_probability=0.5), SETTINGS)
    learned.learn(nobody, nobody.astype(bool), nobody.astype(bool))
    assert learned.probability(nobody, nobody.astype(bool)).shape == (0,)
    np.testing.assert_allclose(probabilities(learned), 0.5)
