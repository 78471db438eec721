"""Where a threat sensor's positions lie against the tracks: its unknown offset.

A sensor states the total variance of its position error.  What share rho of it is an offset,
drawn once for the sensor and then common to all its looks, it does not know.  Both are learned
from the alarms, without ever deciding whose they were: with b the offset, S the stated
covariance and f_k the likelihood of all looks at one person, summed over whom it may be::

    p(b, rho | passages 1..m) ~ p(rho) N(b; 0, rho S) f_1(b, rho) ... f_m(b, rho)

The prior of rho is uniform over a few values; b lives on one grid per value.  In a crowd f_k has
as many peaks as there are people near; only the offset fits all passages, so the wrong peaks
die out.  Until then the posterior stays wide and the hand-over unsure.

The problem is the registration of sensors to a common frame (Bar-Shalom, Li, *Multitarget-
Multisensor Tracking*, 1995, chapter 8), here with unknown data association kept in full.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from clearway.domain.detection import Covariance
from clearway.errors import ArgumentError

_SPACING = 0.125
"""Of the grid, in stated standard deviations.  One passage cannot locate the offset any finer."""
_REACH = 3.5
"""Of the grid, in standard deviations of the offset's prior: beyond lies 0.2 % of it."""
N_TERMS = 6
"""Terms of a quadratic polynomial in two variables, see `OffsetBelief.polynomial`."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A sensor's offset as far as it is known."""

    east_m: float
    north_m: float
    covariance_m2: Covariance
    share: float
    """Expected share of the stated variance that is offset."""


class OffsetBelief:
    """Posterior over a sensor's offset and over its share of the error variance.

    The grid is laid in *scaled* coordinates u, b = L u with L L' = S, in which the stated
    covariance is the unit matrix; ``scale`` is L.

    Parameters
    ----------
    stated : Covariance
        S, the total error that the sensor states.
    shares : sequence of float
        The values that rho may have, each in [0, 1).
    memory_passages : float
        After each passage the log of the posterior moves by 1 / memory towards the prior's, so
        that an offset that changes is learned anew; ``inf`` for an offset that never does.

    Raises
    ------
    ArgumentError
        The covariance is not positive definite.
    """

    def __init__(
        self, stated: Covariance, shares: tuple[float, ...], memory_passages: float
    ) -> None:
        self.shares = np.array(shares)
        self.scale = scale_of(stated)
        self._kept = 1.0 - 1.0 / memory_passages
        grids = [_grid(share) for share in shares]
        bounds = np.cumsum([0, *(len(grid) for grid in grids)])
        self._slices = [slice(*pair) for pair in pairwise(bounds)]
        self._nodes = np.concatenate(grids)
        x, y = self._nodes.T
        self._terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
        self._log_prior = np.concatenate(
            [_log_prior(grid, share) for grid, share in zip(grids, shares, strict=True)]
        )
        self._log_posterior = self._log_prior.copy()

    def polynomial(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of quadratic polynomials at all nodes.

        Parameters
        ----------
        coefficients : (r, n, 6) float64
            For each share and each of n polynomials the factors of 1, x, y, x^2, xy, y^2, with
            (x, y) the scaled offset.

        Returns
        -------
        (n, g) float64
            Columns: the nodes of all shares, one share after the other.
        """
        values = np.empty((coefficients.shape[1], len(self._nodes)))
        for index, nodes in enumerate(self._slices):
            values[:, nodes] = coefficients[index] @ self._terms[:, nodes]
        return values

    @property
    def weights(self) -> NDArray[np.float64]:
        """Shape (g,): probability of each node."""
        weights: NDArray[np.float64] = softmax(self._log_posterior)
        return weights

    def replace(self, former: NDArray[np.float64] | float, log_factor: NDArray[np.float64]) -> None:
        """Take the likelihood of a passage into account.

        Parameters
        ----------
        former : (g,) float64
            Log of what the same passage told before its newest look; 0 for a new passage.
        log_factor : (g,) float64
            Log of what it tells now.
        """
        self._log_posterior += log_factor - former
        self._log_posterior -= self._log_posterior.max()

    def fade(self) -> float:
        """Forget a little; returns by how much each factor taken in so far has shrunk."""
        self._log_posterior += (1.0 - self._kept) * (self._log_prior - self._log_posterior)
        return self._kept

    @property
    def offset(self) -> Offset:
        """Mean and covariance of the offset, and the expected share."""
        weights = self.weights
        mean = weights @ self._nodes
        deviation = self._nodes - mean
        # A node stands for its cell, and that is all that is known once few nodes are left.
        covariance = deviation.T * weights @ deviation + np.eye(2) * _SPACING**2 / 12
        covariance = self.scale @ covariance @ self.scale.T
        east_m, north_m = (self.scale @ mean).tolist()
        return Offset(
            east_m,
            north_m,
            Covariance(*covariance[[0, 0, 1], [0, 1, 1]].tolist()),
            float(weights @ np.repeat(self.shares, [s.stop - s.start for s in self._slices])),
        )


def scale_of(stated: Covariance) -> NDArray[np.float64]:
    """Lower triangular L, shape (2, 2), with L L' the covariance.

    Raises
    ------
    ArgumentError
        The covariance is not positive definite.

    Examples
    --------
    >>> scale_of(Covariance(0.09, 0.0, 0.04)).tolist()
    [[0.3, 0.0], [0.0, 0.2]]
    """
    # Written so that a NaN does not pass.
    if not (stated.xx > 0.0 and stated.yy > stated.xy**2 / stated.xx):
        raise ArgumentError(
            "covariance_m2",
            f"{tuple(stated)} is no covariance of a position",
            "state variances above 0 and a correlation between -1 and 1",
        )
    east_m = math.sqrt(stated.xx)
    mixed_m = stated.xy / east_m
    return np.array([[east_m, 0.0], [mixed_m, math.sqrt(stated.yy - mixed_m**2)]])


def _grid(share: float) -> NDArray[np.float64]:
    """Nodes of a disc about zero, shape (g, 2)."""
    reach = _REACH * np.sqrt(share)
    steps = int(reach / _SPACING)
    axis = _SPACING * np.arange(-steps, steps + 1)
    nodes = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    disc: NDArray[np.float64] = nodes[np.hypot(*nodes.T) <= max(reach, _SPACING / 2)]
    return disc


def _log_prior(grid: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Of the nodes of one share, summing to one in this share; shape (g,)."""
    if share == 0.0:
        return np.zeros(1)
    log_prior = -0.5 * (grid**2).sum(axis=1) / share
    normal: NDArray[np.float64] = log_prior - np.log(np.exp(log_prior).sum())
    return normal
