"""Constant-velocity Kalman filter for many tracks at once.

State x = (east, north, east velocity, north velocity); white-noise acceleration of spectral
density q drives each axis (Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to
Tracking and Navigation*, 2001, section 6.2.2)::

    x(t + dt) = F x(t),   P(t + dt) = F P F' + Q
    F = [[I, dt I], [0, I]],   Q = q [[dt^3/3 I, dt^2/2 I], [dt^2/2 I, dt I]]

The position is measured: z = H x + noise with covariance R, H = [I, 0].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.tracking.association import Pairs

WALKING_ACCELERATION_DENSITY = 0.04
"""q for walking people in m^2/s^3: the velocity wanders by 0.2 m/s in one second."""


def predict(
    states: NDArray[np.float64],
    covariances: NDArray[np.float64],
    dt_s: float,
    acceleration_density: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move all tracks by ``dt_s``.

    Parameters
    ----------
    states : (n, 4) float64
        Metres and metres per second.
    covariances : (n, 4, 4) float64
    dt_s : float
        Seconds; negative goes back in time, where the noise widens the doubt just the same.
    acceleration_density : float
        q in m^2/s^3.

    Returns
    -------
    (n, 4) and (n, 4, 4) float64
        New arrays; O(n).

    Examples
    --------
    >>> states, _ = predict(np.array([[0.0, 0.0, 1.5, 0.0]]), np.eye(4)[None], 2.0, 0.1)
    >>> states.tolist()
    [[3.0, 0.0, 1.5, 0.0]]
    """
    transition = transition_matrix(dt_s)
    noise = np.zeros((4, 4))
    span_s = abs(dt_s)
    noise[0, 0] = noise[1, 1] = span_s**3 / 3
    noise[0, 2] = noise[2, 0] = noise[1, 3] = noise[3, 1] = span_s * dt_s / 2
    noise[2, 2] = noise[3, 3] = span_s
    moved = states @ transition.T
    return moved, transition @ covariances @ transition.T + acceleration_density * noise


def transition_matrix(dt_s: float) -> NDArray[np.float64]:
    """F, shape (4, 4)."""
    transition = np.eye(4)
    transition[0, 2] = transition[1, 3] = dt_s
    return transition


def update(
    states: NDArray[np.float64],
    covariances: NDArray[np.float64],
    measured_m: NDArray[np.float64],
    measurement_covariances: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correct each track by its own measurement.

    Parameters
    ----------
    states : (n, 4) float64
    covariances : (n, 4, 4) float64
    measured_m : (n, 2) float64
        One position per track.
    measurement_covariances : (n, 2, 2) float64
        R.

    Returns
    -------
    (n, 4) and (n, 4, 4) float64
        Posterior, K = P H' S^-1, x + K (z - H x), (I - K H) P, made symmetric; O(n).
    """
    innovation = measured_m - states[:, :2]
    gain = covariances[:, :, :2] @ invert(covariances[:, :2, :2] + measurement_covariances)
    corrected = states + np.einsum("nij,nj->ni", gain, innovation)
    posterior = covariances - gain @ covariances[:, :2, :]
    return corrected, (posterior + posterior.transpose(0, 2, 1)) / 2


def weighted_update(
    states: NDArray[np.float64],
    covariances: NDArray[np.float64],
    pairs: Pairs,
    probability: NDArray[np.float64],
    innovation_m: NDArray[np.float64],
    innovation_covariance_m2: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correct each track by all detections that may be its own.

    The posterior is a Gaussian mixture with one component per detection and one for a miss; it is
    replaced by the Gaussian of the same mean and covariance (probabilistic data association,
    Bar-Shalom and Tse, Automatica 11(5), 1975)::

        u_e = K_e v_e,   x + sum p_e u_e
        P - sum p_e K_e S_e K_e' + sum p_e u_e u_e' - (sum p_e u_e)(sum p_e u_e)'

    Parameters
    ----------
    states : (n, 4) float64
    covariances : (n, 4, 4) float64
    pairs : Pairs
        Track and detection of each innovation.
    probability : (e,) float64
        That the detection is the track's, given that the track's person exists; at most one in
        sum over a track.
    innovation_m : (e, 2) float64
        Detection minus predicted position.
    innovation_covariance_m2 : (e, 2, 2) float64
        S.

    Returns
    -------
    (n, 4) and (n, 4, 4) float64
        New arrays.
    """
    if not len(pairs):
        return states, covariances
    # Of the tracks that have a pair; the others stay as they are.
    first = pairs.first()
    corrected = pairs.track[first]
    cross = covariances[pairs.track, :, :2]
    gain = cross @ invert(innovation_covariance_m2)
    shift = np.einsum("eij,ej->ei", gain, innovation_m)
    share = probability[:, None, None]
    terms = share * (shift[:, :, None] * shift[:, None, :] - gain @ cross.transpose(0, 2, 1))
    mean_shift = np.add.reduceat(probability[:, None] * shift, first, axis=0)
    change = np.add.reduceat(terms, first, axis=0)
    change -= mean_shift[:, :, None] * mean_shift[:, None, :]
    states, covariances = states.copy(), covariances.copy()
    states[corrected] += mean_shift
    covariances[corrected] += (change + change.transpose(0, 2, 1)) / 2
    return states, covariances


def invert(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverses of symmetric 2 x 2 matrices, shape (..., 2, 2), in closed form."""
    a, b, d = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    determinant = a * d - b * b
    inverse = np.empty_like(matrices)
    inverse[..., 0, 0] = d / determinant
    inverse[..., 1, 1] = a / determinant
    inverse[..., 0, 1] = inverse[..., 1, 0] = -b / determinant
    return inverse


def squared_mahalanobis(
    difference_m: NDArray[np.float64], covariance_m2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Squared Mahalanobis distances and log determinants of 2-D differences.

    Parameters
    ----------
    difference_m : (..., 2) float64
    covariance_m2 : (..., 2, 2) float64

    Returns
    -------
    (...) and (...) float64
        d' S^-1 d, and ln det S.
    """
    a, b, d = covariance_m2[..., 0, 0], covariance_m2[..., 0, 1], covariance_m2[..., 1, 1]
    x, y = difference_m[..., 0], difference_m[..., 1]
    determinant = a * d - b * b
    return (d * x * x - 2 * b * x * y + a * y * y) / determinant, np.log(determinant)
