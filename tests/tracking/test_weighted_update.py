"""A correction by all the detections that may be of a track."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clearway.tracking import kalman
from clearway.tracking.association import Pairs

TRACKS, DETECTIONS = 3, 4
PAIRS = Pairs(
    np.repeat(np.arange(TRACKS), DETECTIONS), np.tile(np.arange(DETECTIONS), TRACKS)
)  # every track with every detection


def _positive_definite(root: NDArray[np.float64]) -> NDArray[np.float64]:
    return root @ root.transpose(0, 2, 1) + 0.01 * np.eye(root.shape[1])


_entry = st.floats(-3.0, 3.0)
states = arrays(np.float64, (TRACKS, 4), elements=st.floats(-5.0, 5.0))
covariances = arrays(np.float64, (TRACKS, 4, 4), elements=_entry).map(_positive_definite)
noises = arrays(np.float64, (DETECTIONS, 2, 2), elements=_entry).map(_positive_definite)
points = arrays(np.float64, (DETECTIONS, 2), elements=st.floats(-5.0, 5.0))
shares = arrays(np.float64, (TRACKS, DETECTIONS + 1), elements=st.floats(0.01, 1.0)).map(
    lambda share: (share / share.sum(axis=1, keepdims=True))[:, :-1]
)
"""Of each track's detections; what is missing to one is the miss."""


def corrected(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
    share: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return kalman.weighted_update(
        state,
        covariance,
        PAIRS,
        share.ravel(),
        measured[PAIRS.detection] - state[PAIRS.track, :2],
        covariance[PAIRS.track, :2, :2] + noise[PAIRS.detection],
    )


@given(states, covariances, points, noises, st.permutations(range(DETECTIONS)))
def test_a_sure_detection_is_a_plain_update(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
    order: list[int],
) -> None:
    own = np.array(order[:TRACKS])
    share = np.zeros((TRACKS, DETECTIONS))
    share[np.arange(TRACKS), own] = 1.0
    found = corrected(state, covariance, measured, noise, share)
    expected = kalman.update(state, covariance, measured[own], noise[own])
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-7, atol=1e-7)


@given(states, covariances, points, noises, shares)
def test_mean_and_covariance_are_those_of_the_mixture(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    mean, spread = corrected(state, covariance, measured, noise, share)
    for track in range(TRACKS):
        updates = kalman.update(
            np.tile(state[track], (DETECTIONS, 1)),
            np.tile(covariance[track], (DETECTIONS, 1, 1)),
            measured,
            noise,
        )
        component_mean = np.vstack([updates[0], state[track]])
        component_spread = np.concatenate([updates[1], covariance[track][None]])
        probability = np.append(share[track], 1.0 - share[track].sum())
        expected = probability @ component_mean
        away = component_mean - expected
        second = np.einsum("c,cij->ij", probability, component_spread) + np.einsum(
            "c,ci,cj->ij", probability, away, away
        )
        np.testing.assert_allclose(mean[track], expected, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(spread[track], second, rtol=1e-6, atol=1e-6)


@given(states, covariances, points, noises, shares)
def test_the_covariance_stays_symmetric_and_positive_definite(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    for _ in range(5):
        state, covariance = corrected(state, covariance, measured, noise, share)
        assert np.array_equal(covariance, covariance.transpose(0, 2, 1))
        assert np.linalg.eigvalsh(covariance).min() > 0.0


@given(states, covariances)
def test_no_detection_changes_nothing(
    state: NDArray[np.float64], covariance: NDArray[np.float64]
) -> None:
    nothing = np.empty(0, dtype=np.intp)
    found = kalman.weighted_update(
        state,
        covariance,
        Pairs(nothing, nothing),
        np.empty(0),
        np.empty((0, 2)),
        np.empty((0, 2, 2)),
    )
    assert np.array_equal(found[0], state)
    assert np.array_equal(found[1], covariance)
