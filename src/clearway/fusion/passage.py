"""The looks of a threat sensor at one person, held against the tracks.

With a look z_l of stated covariance S_l, a track i at x_i(t_l), the sensor's offset b and the
share rho of S_l that is offset, the residual of track i is, if i is the person seen::

    r_l = z_l - x_i(t_l) = b + e_i + n_l,   e_i ~ N(0, P_i),   n_l ~ N(0, (1 - rho) S_l + D_il)

The error e_i of a track is nearly the same at neighbouring instants, so it is common to all
looks: five looks do not average it away.  P_i is the mean of the track's own covariances there,
and the sway of the body, which the tracker's smooth walk does not follow.
Where a look finds the track not yet confirmed, or no longer, the track is extended to that look
at constant velocity from the nearest look that has it; D_il is the doubt which that adds.  A
person of whom only some looks have a track is thus judged by all looks, like everybody.

The residuals enter by their weighted mean m_i and the scatter about it, so that the likelihood
of *all* looks is a Gaussian in b, N(b; m_i, P_i + (sum_l R_l^-1)^-1), times a number.

An untracked person may be anywhere, but walks: the looks must fit one walk.  A phantom, an alarm
of nobody, may be anywhere at every look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import TrackStates, nanoseconds, seconds
from clearway.domain.detection import Covariance
from clearway.fusion.registration import N_TERMS
from clearway.tracking import kalman
from clearway.tracking.history import HINDSIGHT_S
from clearway.tracking.settings import POPULATION_HEIGHT_M, POPULATION_HEIGHT_SIGMA_M

_WALKING_VARIANCE = 1.0
"""Of each component of an unknown walking velocity in m^2/s^2; people walk at 1.0 to 1.5 m/s."""
SWAY_M = 0.04
"""Per axis, of a recorded head about the smooth walk of its track: what the errors of tracks in a
two-way corridor have beyond the tracks' own covariances, filtered and smoothed alike."""
_ANYWHERE_PER_M2 = 1e-3
"""Density of each further look at a phantom: anywhere in a hall of 1000 m^2."""
_NEGLIGIBLE_LOG = 20.0
"""Tracks less likely than the best by more than exp(-20), whatever the offset, are left out."""
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a threat sensor at somebody."""

    time_ns: int
    """When it was measured."""
    x_m: float
    y_m: float
    covariance_m2: Covariance
    """Of the total position error, as the sensor states it."""
    height_m: float | None = None
    """Body height."""
    height_sigma_m: float | None = None
    """Its standard deviation; a height without it is not used."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How well the looks at one person fit each of n tracks and nobody tracked.

    In the scaled coordinates of an `OffsetBelief`, up to a factor common to all.
    """

    track_ids: NDArray[np.int64]
    """Shape (n,)."""
    log_terms: NDArray[np.float64]
    """Shape (r, n + 1, 6): log likelihood per share and track, last of nobody tracked, each a
    quadratic polynomial of the offset as `OffsetBelief.polynomial` takes it."""


@dataclass(frozen=True, slots=True)
class _Residuals:
    """In scaled coordinates; n tracks, l looks."""

    track_ids: NDArray[np.int64]
    residuals: NDArray[np.float64]
    """Shape (l, n, 2)."""
    common: NDArray[np.float64]
    """Shape (n, 2, 2): P_i."""
    extended: NDArray[np.float64]
    """Shape (l, n, 2, 2): D_il."""
    log_height: NDArray[np.float64]
    """Shape (n,): log density of the measured height."""


class Passage:
    """All looks at what a sensor believes is one person.

    Parameters
    ----------
    most_looks : int
        The oldest are dropped beyond it.
    """

    def __init__(self, most_looks: int) -> None:
        self._most_looks = most_looks
        self._looks: list[tuple[Look, TrackStates]] = []

    def add(self, look: Look, past: Callable[[int], TrackStates]) -> None:
        """Remember a look, in the order of the measurements.

        What sensors have seen since an earlier look tells better where its tracks were then, so
        those of the last second are asked for anew.

        Parameters
        ----------
        look : Look
        past : callable
            The tracks as they were at an instant, by all that is known now.
        """
        self._looks.append((look, past(look.time_ns)))
        self._looks.sort(key=lambda entry: entry[0].time_ns)
        del self._looks[: -self._most_looks]
        fresh_ns = self.newest_ns - nanoseconds(HINDSIGHT_S)
        self._looks = [
            (each, past(each.time_ns) if each is not look and each.time_ns >= fresh_ns else tracks)
            for each, tracks in self._looks
        ]

    @property
    def newest_ns(self) -> int:
        """Time of the latest look."""
        return self._looks[-1][0].time_ns

    def likelihood(
        self,
        shares: NDArray[np.float64],
        scale: NDArray[np.float64],
        untracked_density_per_m2: float,
        phantom_density_per_m2: float,
    ) -> Likelihood:
        """Hold the looks against all tracks.

        Parameters
        ----------
        shares : (r,) float64
            rho.
        scale : (2, 2) float64
            L, see `OffsetBelief`.
        untracked_density_per_m2, phantom_density_per_m2 : float
            See `HandOver`.

        Returns
        -------
        Likelihood
            Of the tracks that may matter.
        """
        unscale = np.asarray(np.linalg.inv(scale), dtype=np.float64)
        looks = [look for look, _ in self._looks]
        noise: NDArray[np.float64] = np.stack(
            [unscale @ _matrix(look.covariance_m2) @ unscale.T for look in looks]
        )
        measured = np.array([[look.x_m, look.y_m] for look in looks]) @ unscale.T
        noises: NDArray[np.float64] = (1.0 - shares)[:, np.newaxis, np.newaxis, np.newaxis] * noise
        time_s = np.array([seconds(look.time_ns - looks[0].time_ns) for look in looks])
        # A density per square metre is one per scaled unit after multiplication by this.
        unit = float(np.log(scale[0, 0] * scale[1, 1]))
        walker = _log_walk(time_s, measured, noises, unscale) + np.log(untracked_density_per_m2)
        phantom = (len(looks) - 1) * (np.log(_ANYWHERE_PER_M2) + unit)
        phantom += np.log(phantom_density_per_m2)
        height = _height_of(looks)
        log_none = np.logaddexp(walker, phantom) + unit + _log_height(height, np.full(1, np.nan))
        residuals = self._residuals(time_s, measured, unscale, height)
        track_ids, log_tracks = _log_tracks(residuals, noises, shares, float(log_none.max()))
        nobody = np.zeros((len(shares), 1, N_TERMS))
        # Wherever the sensor's offset puts them, an untracked person may be.
        nobody[:, 0, 0] = log_none
        return Likelihood(track_ids, np.concatenate([log_tracks, nobody], axis=1))

    def _residuals(
        self,
        time_s: NDArray[np.float64],
        measured: NDArray[np.float64],
        unscale: NDArray[np.float64],
        height: tuple[float, float] | None,
    ) -> _Residuals:
        snapshots = [tracks for _, tracks in self._looks]
        track_ids = np.unique(np.concatenate([tracks.track_ids for tracks in snapshots]))
        shape = (len(snapshots), len(track_ids))
        seen = np.zeros(shape, dtype=bool)
        states = np.zeros((*shape, 4))
        covariances = np.zeros((*shape, 4, 4))
        heights = np.full((2, len(track_ids)), np.nan)
        for index, tracks in enumerate(snapshots):
            rows = np.searchsorted(track_ids, tracks.track_ids)
            seen[index, rows] = True
            states[index, rows] = tracks.states
            covariances[index, rows] = tracks.covariances
            if tracks.height_m is not None and tracks.height_sigma_m is not None:
                # The last look that knows a track's height knows it best.
                newer = np.array([tracks.height_m, tracks.height_sigma_m])
                heights[:, rows] = np.where(np.isfinite(newer).all(axis=0), newer, heights[:, rows])
        gap_s = time_s[:, np.newaxis] - time_s
        # For each look and track the nearest look that has the track: itself, if it does.
        nearest = np.where(seen, np.abs(gap_s)[:, :, np.newaxis], np.inf).argmin(axis=1)
        column = np.arange(len(track_ids))
        gap_s = np.take_along_axis(gap_s, nearest, axis=1)[..., np.newaxis]
        source = states[nearest, column]
        position = source[..., :2] + gap_s * source[..., 2:]
        velocity = covariances[nearest, column][..., 2:, 2:]
        extended = gap_s[..., np.newaxis] ** 2 * velocity
        drift = kalman.WALKING_ACCELERATION_DENSITY * np.abs(gap_s) ** 3 / 3
        extended = extended + drift[..., np.newaxis] * np.eye(2)
        common = np.einsum("ln,lnij->nij", seen, covariances[..., :2, :2])
        common /= seen.sum(axis=0)[:, np.newaxis, np.newaxis]
        common += SWAY_M**2 * np.eye(2)
        return _Residuals(
            track_ids,
            measured[:, np.newaxis] - position @ unscale.T,
            unscale @ common @ unscale.T,
            unscale @ extended @ unscale.T,
            _log_height(height, *heights),
        )


def _log_tracks(
    given: _Residuals,
    noises: NDArray[np.float64],
    shares: NDArray[np.float64],
    log_none: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ids of the tracks that may matter, and their log likelihoods (r, n, 6)."""
    residuals = given.residuals
    spread = noises[:, :, np.newaxis] + given.extended
    information = kalman.invert(spread)
    total = information.sum(axis=1)
    inverse_total = kalman.invert(total)
    pull = np.einsum("rlnij,lnj->rni", information, residuals)
    mean = np.einsum("rnij,rnj->rni", inverse_total, pull)
    scatter, log_determinant = kalman.squared_mahalanobis(residuals - mean[:, np.newaxis], spread)
    log_constant = given.log_height - residuals.shape[0] * _LOG_2PI
    log_constant = log_constant - 0.5 * (scatter + log_determinant).sum(axis=1)
    log_constant -= 0.5 * np.log(_determinant(total))
    of_mean = inverse_total + given.common
    prior = shares[:, np.newaxis, np.newaxis, np.newaxis] * np.eye(2)
    distance, log_determinant = kalman.squared_mahalanobis(mean, of_mean + prior)
    averaged = (log_constant - 0.5 * (distance + log_determinant)).max(axis=0)
    best = max(log_none, float(averaged.max(initial=-np.inf)))
    kept = np.flatnonzero(averaged > best - _NEGLIGIBLE_LOG)
    return given.track_ids[kept], _gaussian_terms(
        log_constant[:, kept], mean[:, kept], of_mean[:, kept]
    )


def _gaussian_terms(
    log_constant: NDArray[np.float64], mean: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of log (constant |C|^-1/2 exp(-(b - m)' C^-1 (b - m) / 2)), as polynomial of b."""
    precision = kalman.invert(covariance)
    pull = np.einsum("rnij,rnj->rni", precision, mean)
    terms = np.empty((*mean.shape[:2], N_TERMS))
    terms[..., 0] = log_constant - 0.5 * (
        np.log(_determinant(covariance)) + (pull * mean).sum(axis=-1)
    )
    terms[..., 1:3] = pull
    terms[..., 3] = -0.5 * precision[..., 0, 0]
    terms[..., 4] = -precision[..., 0, 1]
    terms[..., 5] = -0.5 * precision[..., 1, 1]
    return terms


def _log_walk(
    time_s: NDArray[np.float64],
    measured: NDArray[np.float64],
    noises: NDArray[np.float64],
    unscale: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Log density, per share, of all looks after the first, given one walking person."""
    shares = len(noises)
    walking = _WALKING_VARIANCE * unscale @ unscale.T
    # The filter's acceleration density is that of one axis in metres; scaled axes differ by little.
    acceleration = kalman.WALKING_ACCELERATION_DENSITY * float(np.trace(unscale @ unscale.T)) / 2
    states = np.zeros((shares, 4))
    states[:, :2] = measured[0]
    covariances = np.zeros((shares, 4, 4))
    covariances[:, :2, :2] = noises[:, 0]
    covariances[:, 2:, 2:] = walking
    log_density = np.zeros(shares)
    for index, gap_s in enumerate(np.diff(time_s).tolist(), start=1):
        states, covariances = kalman.predict(states, covariances, gap_s, acceleration)
        place = np.tile(measured[index], (shares, 1))
        distance, log_determinant = kalman.squared_mahalanobis(
            place - states[:, :2], covariances[:, :2, :2] + noises[:, index]
        )
        log_density -= 0.5 * (distance + log_determinant) + _LOG_2PI
        states, covariances = kalman.update(states, covariances, place, noises[:, index])
    return log_density


def _height_of(looks: list[Look]) -> tuple[float, float] | None:
    """Mean measured height and its standard deviation.

    The error is taken as common to all looks, as posture, shoes and headgear are.
    """
    pairs = [
        (look.height_m, look.height_sigma_m)
        for look in looks
        if look.height_m is not None and look.height_sigma_m is not None
    ]
    if not pairs:
        return None
    heights, sigmas = np.array(pairs).T
    return float(heights.mean()), float(np.sqrt((sigmas**2).mean()))


def _log_height(
    measured: tuple[float, float] | None,
    height_m: NDArray[np.float64],
    sigma_m: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Log density of the measured height for people of these heights, NaN where unknown."""
    if measured is None:
        return np.zeros(len(height_m))
    spread = np.full_like(height_m, np.nan) if sigma_m is None else sigma_m
    known = np.isfinite(height_m) & np.isfinite(spread)
    expected = np.where(known, height_m, POPULATION_HEIGHT_M)
    variance = np.where(known, spread, POPULATION_HEIGHT_SIGMA_M) ** 2 + measured[1] ** 2
    log_density: NDArray[np.float64] = -0.5 * (
        (measured[0] - expected) ** 2 / variance + np.log(variance) + _LOG_2PI
    )
    return log_density


def _matrix(covariance: Covariance) -> NDArray[np.float64]:
    return np.array([[covariance.xx, covariance.xy], [covariance.xy, covariance.yy]])


def _determinant(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    determinant: NDArray[np.float64] = (
        matrices[..., 0, 0] * matrices[..., 1, 1] - matrices[..., 0, 1] ** 2
    )
    return determinant
