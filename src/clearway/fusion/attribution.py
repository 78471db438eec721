"""To whom a threat sensor's detection belongs, by position."""

from __future__ import annotations

import numpy as np

from clearway.domain import Attribution, Detection, TrackStates
from clearway.tracking.kalman import squared_mahalanobis

_NEGLIGIBLE = 1e-6


def position_weights(
    detection: Detection, tracks: TrackStates, untracked_density_per_m2: float
) -> Attribution:
    """Probability of each track, and of nobody tracked, from the positions alone.

    With one detection z of covariance R, tracks i at x_i with covariance P_i, and untracked
    people of density lambda, all equally likely a priori to be examined::

        w_i ~ N(z; x_i, P_i + R),   w_none ~ lambda

    Parameters
    ----------
    detection : Detection
        Of a threat sensor.
    tracks : TrackStates
        As they were at the detection's own time.
    untracked_density_per_m2 : float
        People per square metre whom no track follows, > 0.

    Returns
    -------
    Attribution
        Tracks of probability below 1e-6 are left out and counted with none.
    """
    covariance = detection.covariance_m2
    noise = np.array([[covariance.xx, covariance.xy], [covariance.xy, covariance.yy]])
    difference = np.array([detection.x_m, detection.y_m]) - tracks.states[:, :2]
    distance, log_determinant = squared_mahalanobis(
        difference, tracks.covariances[:, :2, :2] + noise
    )
    weights = np.exp(-0.5 * (distance + log_determinant)) / (2 * np.pi)
    weights /= untracked_density_per_m2 + weights.sum()
    kept = np.flatnonzero(weights > _NEGLIGIBLE)
    return Attribution(
        tuple(tracks.track_ids[kept].tolist()),
        tuple(weights[kept].tolist()),
        max(0.0, 1.0 - float(weights[kept].sum())),
    )
