"""When two people may have exchanged their tracks.

Where two tracks want the same detection, the tracker cannot tell whose it was, and each may go on
with the other person.  The contest of tracks i and j in a scan is sum_m p(i has m) p(j has m), at
most 1/4 for one detection.  The probability of an exchange is taken proportional to it; the factor
was counted on a recorded two-way corridor of 187 people, where the truth is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from clearway.tracking.association import Pairs

EXCHANGES_PER_CONTEST = 0.1
"""Exchanges per unit of contest."""
_LEAST_SHARE = 0.02
"""A track that wants a detection less than this does not contest it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two people may have exchanged their tracks."""

    one_id: int
    other_id: int
    probability: float


def possible_exchanges(
    pairs: Pairs, probability: NDArray[np.float64], track_id: NDArray[np.int64]
) -> list[Exchange]:
    """Which confirmed tracks contested a detection of a scan.

    Parameters
    ----------
    pairs : Pairs
    probability : (e,) float64
        Association probability of each pair.
    track_id : (n,) int64
        Of each track; 0 of one that is not confirmed.

    Returns
    -------
    list of Exchange
        Each pair of tracks at most once, in the order of their ids.
    """
    wanted = (probability > _LEAST_SHARE) & (track_id[pairs.track] != 0)
    rivals = np.bincount(pairs.detection, wanted)
    contested = wanted & (rivals[pairs.detection] > 1)
    claims: dict[int, list[tuple[int, float]]] = {}
    for detection, one_id, share in zip(
        pairs.detection[contested].tolist(),
        track_id[pairs.track[contested]].tolist(),
        probability[contested].tolist(),
        strict=True,
    ):
        claims.setdefault(detection, []).append((one_id, share))
    contest: dict[tuple[int, int], float] = {}
    for _, claimants in sorted(claims.items()):
        for (one_id, one_share), (other_id, other_share) in combinations(claimants, 2):
            key = min(one_id, other_id), max(one_id, other_id)
            contest[key] = contest.get(key, 0.0) + one_share * other_share
    return [
        Exchange(one, other, min(0.5, EXCHANGES_PER_CONTEST * amount))
        for (one, other), amount in sorted(contest.items())
    ]
