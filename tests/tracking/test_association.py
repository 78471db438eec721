"""Exact where the field's algorithm is exact, close to it elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from clearway.tracking.association import Pairs, association_probabilities, close_pairs

Weights = NDArray[np.float64]
"""Odds of each track and detection, shape (tracks, detections); 0 where they are no pair."""

_odds = st.just(0.0) | st.floats(-3.0, 8.0).map(lambda exponent: 10.0**exponent)
weights = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=_odds)
few_weights = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=4), elements=_odds)


def marginals(weight: Weights, sharpness: float = 1.0) -> Weights:
    """By the module under test, as a matrix."""
    track, detection = np.nonzero(weight)
    probability = np.zeros_like(weight)
    probability[track, detection] = association_probabilities(
        Pairs(track, detection), weight[track, detection], weight.shape[1], sharpness
    )
    return probability


def joint_associations(weight: Weights) -> list[tuple[float, list[tuple[int, int]]]]:
    """Every joint association with its weight: all that are possible, one after the other."""
    joint: list[tuple[float, list[tuple[int, int]]]] = [(1.0, [])]
    for track, row in enumerate(weight):
        joint += [
            (total * row[detection], [*chosen, (track, detection)])
            for total, chosen in joint
            for detection in np.flatnonzero(row).tolist()
            if all(detection != taken for _, taken in chosen)
        ]
    return joint


def exact_marginals(weight: Weights) -> Weights:
    joint = joint_associations(weight)
    probability = np.zeros_like(weight)
    for total, chosen in joint:
        for track, detection in chosen:
            probability[track, detection] += total
    return probability / sum(total for total, _ in joint)


@given(weights)
def test_no_track_and_no_detection_is_given_away_twice(weight: Weights) -> None:
    probability = marginals(weight)
    assert probability.min() >= 0.0
    assert probability.max() <= 1.0
    assert probability.sum(axis=1).max() <= 1.0
    # The iteration stops a little early.
    assert probability.sum(axis=0).max() <= 1.03


def test_three_sure_tracks_share_two_detections() -> None:
    """The messages of strong rivals shrink slowly and by tiny amounts."""
    weight = np.full((3, 2), 1e6)
    np.testing.assert_allclose(marginals(weight), 1 / 3, atol=1e-3)


@given(few_weights, st.randoms(use_true_random=False))
def test_without_loops_the_marginals_are_exact(
    weight: Weights, random: np.random.RandomState
) -> None:
    tracks, detections = weight.shape
    cost = np.zeros((tracks + detections,) * 2)
    cost[:tracks, tracks:] = np.where(weight > 0.0, 1.0, 0.0) * np.reshape(
        [random.uniform(1.0, 2.0) for _ in range(weight.size)], weight.shape
    )
    forest = minimum_spanning_tree(csr_array(cost)).toarray()[:tracks, tracks:]
    weight = np.where(forest > 0.0, weight, 0.0)
    np.testing.assert_allclose(marginals(weight), exact_marginals(weight), atol=1e-6)


def crowded_scene(rng: np.random.Generator) -> Weights:
    """Odds of up to four tracks and the detections of the same people, within 1.5 m x 1.5 m."""
    people = rng.uniform(0.0, 1.5, (int(rng.integers(2, 5)), 2))
    seen = people[rng.random(len(people)) < 0.9]
    measured = seen + rng.normal(0.0, 0.1, seen.shape)
    predicted = people + rng.normal(0.0, 0.1, people.shape)
    variance_m2 = 0.1**2 + 0.1**2
    gap = predicted[:, None] - measured[None, :]
    distance = (gap**2).sum(axis=2) / variance_m2
    density = np.exp(-0.5 * distance) / (2 * np.pi * variance_m2)
    return np.where(distance < 14.0, 9.0 * density / 0.01, 0.0)


def test_in_a_crowd_the_marginals_are_nearly_exact() -> None:
    """Where two sure tracks want the same two detections belief propagation is overconfident."""
    rng = np.random.default_rng(1)
    crowded = [
        weight
        for weight in (crowded_scene(rng) for _ in range(500))
        if (np.count_nonzero(weight, axis=0) > 1).any()
    ]
    assert len(crowded) > 100
    found = [marginals(weight) for weight in crowded]
    exact = [exact_marginals(weight) for weight in crowded]
    error = [np.abs(one - other).max() for one, other in zip(found, exact, strict=True)]
    assert np.median(error) < 0.01
    assert np.quantile(error, 0.75) < 0.15
    likely = np.concatenate([one[other > 0.6] for one, other in zip(found, exact, strict=True)])
    assert likely.min() > 0.5


@given(few_weights)
@settings(max_examples=60)
def test_great_sharpness_gives_the_most_probable_joint_association(weight: Weights) -> None:
    weight = np.where(weight > 0.0, np.clip(weight, 0.1, 100.0), 0.0)
    likeliest, *others = sorted((total for total, _ in joint_associations(weight)), reverse=True)
    assume(not others or likeliest > 4.0 * others[0])
    gain = np.log(np.maximum(weight, 1.0))
    track, detection = linear_sum_assignment(gain, maximize=True)
    expected = np.zeros_like(weight)
    expected[track, detection] = gain[track, detection] > 0.0
    np.testing.assert_allclose(marginals(weight, sharpness=5.0), expected, atol=0.05)


@pytest.mark.parametrize("sharpness", [1.0, 1.5, 4.0])
def test_sharpness_is_a_power_of_the_odds(sharpness: float) -> None:
    weight = np.array([[3.0, 0.5], [2.0, 4.0]])
    np.testing.assert_allclose(
        marginals(weight, sharpness), exact_marginals(weight**sharpness), atol=0.05
    )


_places = st.sampled_from([0.0, 0.3, 1.0]) | st.floats(-2.0, 2.0)
points = arrays(np.float64, st.tuples(st.integers(0, 12), st.just(2)), elements=_places)


@given(points, points, st.floats(0.01, 3.0))
@settings(max_examples=200)
def test_close_pairs_are_all_pairs_within_reach(
    tracks_m: NDArray[np.float64], detections_m: NDArray[np.float64], reach_m: float
) -> None:
    gap = tracks_m[:, None] - detections_m[None, :]
    distance_m = np.hypot(gap[..., 0], gap[..., 1])
    assume(not (np.abs(distance_m - reach_m) < 1e-9).any())
    pairs = close_pairs(tracks_m, detections_m, reach_m)
    track, detection = np.nonzero(distance_m < reach_m)
    assert pairs.track.tolist() == track.tolist()
    assert pairs.detection.tolist() == detection.tolist()


@pytest.mark.parametrize("count", [60, 200])
def test_close_pairs_of_a_crowd(count: int) -> None:
    rng = np.random.default_rng(1)
    tracks_m, detections_m = rng.uniform(0.0, 10.0, (2, count, 2))
    pairs = close_pairs(tracks_m, detections_m, 1.0)
    gap = tracks_m[:, None] - detections_m[None, :]
    expected = np.nonzero(np.hypot(gap[..., 0], gap[..., 1]) < 1.0)
    assert len(pairs) > count
    assert np.array_equal(pairs.track, expected[0])
    assert np.array_equal(pairs.detection, expected[1])


def test_close_pairs_of_coincident_points() -> None:
    place = np.full((2, 2), 3.0)
    pairs = close_pairs(place, place, 0.1)
    assert list(zip(pairs.track, pairs.detection, strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]


@given(points, points)
def test_sums_by_track(tracks_m: NDArray[np.float64], detections_m: NDArray[np.float64]) -> None:
    pairs = close_pairs(tracks_m, detections_m, 1.0)
    values = np.stack([pairs.detection + 1.0, pairs.detection**2.0], axis=1)
    expected = np.zeros((len(tracks_m), 2))
    np.add.at(expected, pairs.track, values)
    np.testing.assert_allclose(pairs.sum_by_track(values, len(tracks_m)), expected)
