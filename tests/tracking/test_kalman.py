import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clearway.tracking import kalman

Q = 0.5

_entry = st.floats(-3.0, 3.0)


def _positive_definite(root: NDArray[np.float64]) -> NDArray[np.float64]:
    return root @ root.transpose(0, 2, 1) + 0.01 * np.eye(root.shape[1])


states = arrays(np.float64, (3, 4), elements=st.floats(-50.0, 50.0))
covariances = arrays(np.float64, (3, 4, 4), elements=_entry).map(_positive_definite)
noises = arrays(np.float64, (3, 2, 2), elements=_entry).map(_positive_definite)
points = arrays(np.float64, (3, 2), elements=st.floats(-50.0, 50.0))
durations = st.floats(0.0, 3.0)


@given(states, covariances, durations, durations)
def test_two_predictions_are_one_of_their_sum(
    state: NDArray[np.float64], covariance: NDArray[np.float64], first_s: float, then_s: float
) -> None:
    halfway = kalman.predict(state, covariance, first_s, Q)
    in_two = kalman.predict(*halfway, then_s, Q)
    at_once = kalman.predict(state, covariance, first_s + then_s, Q)
    for stepwise, direct in zip(in_two, at_once, strict=True):
        np.testing.assert_allclose(stepwise, direct, rtol=1e-9, atol=1e-9)


@given(states, covariances)
def test_no_time_changes_nothing(
    state: NDArray[np.float64], covariance: NDArray[np.float64]
) -> None:
    moved, spread = kalman.predict(state, covariance, 0.0, Q)
    assert np.array_equal(moved, state)
    assert np.array_equal(spread, covariance)


@given(states, covariances, points, noises)
def test_update_never_increases_the_covariance(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> None:
    _, posterior = kalman.update(state, covariance, measured, noise)
    gained = np.linalg.eigvalsh(covariance - posterior)
    assert gained.min() > -1e-9 * np.abs(covariance).max()


@given(states, covariances, points, noises)
def test_update_is_the_textbook_update(
    state: NDArray[np.float64],
    covariance: NDArray[np.float64],
    measured: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> None:
    corrected, posterior = kalman.update(state, covariance, measured, noise)
    h = np.eye(2, 4)
    for i in range(len(state)):
        gain = covariance[i] @ h.T @ np.linalg.inv(h @ covariance[i] @ h.T + noise[i])
        expected = state[i] + gain @ (measured[i] - h @ state[i])
        np.testing.assert_allclose(corrected[i], expected, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(
            posterior[i], (np.eye(4) - gain @ h) @ covariance[i], rtol=1e-7, atol=1e-7
        )


@given(states, covariances, points)
def test_a_measurement_of_hopeless_accuracy_changes_nothing(
    state: NDArray[np.float64], covariance: NDArray[np.float64], measured: NDArray[np.float64]
) -> None:
    hopeless = np.tile(1e12 * np.eye(2), (3, 1, 1))
    corrected, posterior = kalman.update(state, covariance, measured, hopeless)
    np.testing.assert_allclose(corrected, state, atol=1e-6)
    np.testing.assert_allclose(posterior, covariance, atol=1e-6)


@given(states, covariances, points)
def test_a_perfect_measurement_is_believed(
    state: NDArray[np.float64], covariance: NDArray[np.float64], measured: NDArray[np.float64]
) -> None:
    perfect = np.tile(1e-9 * np.eye(2), (3, 1, 1))
    corrected, _ = kalman.update(state, covariance, measured, perfect)
    np.testing.assert_allclose(corrected[:, :2], measured, atol=1e-4)


@given(
    st.lists(st.tuples(st.floats(0.0, 2.0), points, st.floats(1e-3, 3.0)), min_size=1, max_size=30),
    covariances,
)
def test_covariances_stay_symmetric_and_positive_definite(
    steps: list[tuple[float, NDArray[np.float64], float]], covariance: NDArray[np.float64]
) -> None:
    state = np.zeros((3, 4))
    for dt_s, measured, sigma_m in steps:
        state, covariance = kalman.predict(state, covariance, dt_s, Q)
        noise = np.tile(sigma_m**2 * np.eye(2), (3, 1, 1))
        state, covariance = kalman.update(state, covariance, measured, noise)
        np.testing.assert_allclose(covariance, covariance.transpose(0, 2, 1), atol=1e-12)
        assert np.linalg.eigvalsh(covariance).min() > 0.0


@given(noises)
def test_closed_form_inverse_is_the_inverse(matrices: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(
        kalman.invert(matrices), np.linalg.inv(matrices), rtol=1e-6, atol=1e-9
    )


@given(points, noises)
def test_mahalanobis_distance_and_determinant(
    difference: NDArray[np.float64], matrices: NDArray[np.float64]
) -> None:
    distance, log_determinant = kalman.squared_mahalanobis(difference, matrices)
    solved = np.linalg.solve(matrices, difference[:, :, None])[:, :, 0]
    np.testing.assert_allclose(distance, (difference * solved).sum(axis=1), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(
        log_determinant, np.linalg.slogdet(matrices).logabsdet, rtol=1e-6, atol=1e-9
    )


def test_no_tracks_are_no_trouble() -> None:
    nobody = np.empty((0, 4)), np.empty((0, 4, 4))
    assert [len(part) for part in kalman.predict(*nobody, 1.0, Q)] == [0, 0]
    corrected = kalman.update(*nobody, np.empty((0, 2)), np.empty((0, 2, 2)))
    assert [len(part) for part in corrected] == [0, 0]
