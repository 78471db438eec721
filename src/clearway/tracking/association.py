"""Which detection is whose: marginal association probabilities by loopy belief propagation.

For tracks i and the detections j of one scan the joint probability that every track has at most
one detection and every detection at most one track factorises into weights psi_ij, the odds that
j is of i against "i is missed and j is of nobody known"::

    psi_ij = r_i Pd_i N(z_j; z_i, S_ij) / ((1 - r_i Pd_i) lambda_j)

The messages of Williams and Lau (IEEE Trans. Aerospace and Electronic Systems 50(4), 2014) give
its marginals, at a cost linear in the number of gated pairs: exactly where the pairs form no loop,
else mostly to a few per cent; where two sure tracks may each have either of two detections they
are overconfident, though seldom of the wrong one.

*Sharpness.*  A soft update with exact marginals draws the tracks of close neighbours together
until they coalesce (Blom and Bloem, IEEE Trans. Automatic Control 45(2), 2000); a hard assignment
never admits a doubt.  Raising every weight to a power b walks between the two: b = 1 gives the
marginals, b -> infinity the most probable joint assignment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

_TOLERANCE = 1e-3
"""Largest change of a message, relative to it, at which the iteration stops: messages of strong
rivals are tiny, and one that still halves with every step looks settled by its difference."""
_MOST_ITERATIONS = 60
_CHECKED_EVERY = 3
"""Iterations: asking whether they have come to rest costs a third of one."""
_FEW_PAIRS = 5000
"""Up to so many conceivable pairs, measuring them all is faster than planting trees."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Track-detection pairs that are close enough to be worth a thought, sorted by track."""

    track: NDArray[np.intp]
    """Shape (e,): row of the track, ascending."""
    detection: NDArray[np.intp]
    """Shape (e,): row of the detection."""

    def __len__(self) -> int:
        return len(self.track)

    def select(self, kept: NDArray[np.bool_]) -> Pairs:
        """Only the pairs where ``kept``, shape (e,), is true."""
        return Pairs(self.track[kept], self.detection[kept])

    def sum_by_track(self, values: NDArray[np.float64], tracks: int) -> NDArray[np.float64]:
        """Sum values, shape (e, ...), over the detections of each track: shape (tracks, ...)."""
        if values.ndim == 1:
            return np.asarray(np.bincount(self.track, values, tracks), dtype=np.float64)
        total = np.zeros((tracks, *values.shape[1:]))
        if len(values):
            first = self.first()
            total[self.track[first]] = np.add.reduceat(values, first, axis=0)
        return total

    def first(self) -> NDArray[np.intp]:
        """Index of the first pair of each track that has any."""
        starts = np.ones(len(self), dtype=bool)
        np.not_equal(self.track[1:], self.track[:-1], out=starts[1:])
        return np.flatnonzero(starts)


def close_pairs(
    tracks_m: NDArray[np.float64], detections_m: NDArray[np.float64], reach_m: float
) -> Pairs:
    """All pairs no farther apart than ``reach_m``.

    Parameters
    ----------
    tracks_m, detections_m : (n, 2) and (m, 2) float64
        Positions.
    reach_m : float
        Metres.

    Returns
    -------
    Pairs
        O((n + m) log(n + m)) for a bounded density of people.
    """
    if not len(tracks_m) or not len(detections_m):
        nothing = np.empty(0, dtype=np.intp)
        return Pairs(nothing, nothing)
    if len(tracks_m) * len(detections_m) <= _FEW_PAIRS:
        squared_m2 = np.square(tracks_m[:, 0, None] - detections_m[:, 0])
        squared_m2 += np.square(tracks_m[:, 1, None] - detections_m[:, 1])
        return Pairs(*np.nonzero(squared_m2 <= reach_m**2))
    near = KDTree(tracks_m).sparse_distance_matrix(
        KDTree(detections_m), reach_m, output_type="ndarray"
    )
    # The tree promises no order.
    order = np.lexsort((near["j"], near["i"]))
    return Pairs(near["i"][order].astype(np.intp), near["j"][order].astype(np.intp))


def association_probabilities(
    pairs: Pairs, odds: NDArray[np.float64], detections: int, sharpness: float = 1.0
) -> NDArray[np.float64]:
    """Marginal probability of each pair.

    Parameters
    ----------
    pairs : Pairs
    odds : (e,) float64
        psi of each pair, >= 0 and finite.
    detections : int
        Number of detections of the scan.
    sharpness : float
        The power b, >= 1.

    Returns
    -------
    (e,) float64
        They sum to at most one over the detections of a track and, where the iteration has
        converged, over the tracks of a detection.

    Examples
    --------
    Two tracks want the one detection; together they cannot have more than all of it:

    >>> pairs = Pairs(np.array([0, 1]), np.array([0, 0]))
    >>> association_probabilities(pairs, np.array([9.0, 9.0]), 1).round(2).tolist()
    [0.47, 0.47]
    """
    if not len(pairs):
        return np.empty(0)
    weight = odds**sharpness
    tracks = int(pairs.track[-1]) + 1
    # The message to a track is one over these rivals; none of them is known at first.
    rivals = np.ones(len(pairs))
    offered = weight
    for iteration in range(1, _MOST_ITERATIONS + 1):
        to_detection = weight / _one_and_others(pairs.track, offered, tracks)
        before, rivals = rivals, _one_and_others(pairs.detection, to_detection, detections)
        offered = weight / rivals
        if (
            iteration % _CHECKED_EVERY == 0
            and float(np.abs(before / rivals - 1.0).max()) < _TOLERANCE
        ):
            break
    total = np.bincount(pairs.track, offered, tracks)[pairs.track]
    probability: NDArray[np.float64] = offered / (1.0 + total)
    return probability


def _one_and_others(
    group: NDArray[np.intp], values: NDArray[np.float64], groups: int
) -> NDArray[np.float64]:
    """One, and what the other members of each one's group have."""
    total = np.asarray(np.bincount(group, values, groups), dtype=np.float64) + 1.0
    found = total[group]
    found -= values
    # Where one value outweighs the others, its rounding error may be more than they are.
    return np.maximum(found, 1.0, out=found)
