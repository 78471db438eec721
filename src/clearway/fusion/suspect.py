"""One suspected carrier: who it may be and what that person carries, by all readings so far.

A suspect S is the person whom a first, alarming reading examined.  Let J(i, h) be the probability
that S is track i (or nobody tracked) and that hypothesis h is true of S.  With w_i the weight of
i by position, b_i the belief before and r the ratio of a reading (see `clearway.fusion.belief`)::

    first reading:    J(i, h) ~ w_i b_i(h) r(h)
    further reading:  J(i, h) *= w_i r(h) + sum_{j != i} w_j m_j,   m_j = sum_h c_j(h) r(h)

Here c_j is what is known of j if S is somebody else: without the first reading, which was of S.
A further reading is of S, or of somebody else whom c_j lets explain it; nothing has to be decided.
A reading far from all candidates has the same factor everywhere and changes nothing.  An untracked
S is not recognised again: only the sum over all j remains.  Exact for two readings.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Candidate
from clearway.domain.threat import HARMLESS_OBJECT
from clearway.fusion.belief import Judgement
from clearway.fusion.candidates import smallest_set

_NEGLIGIBLE = 1e-4
"""A chance to be the suspect that is smaller makes nobody a candidate."""


class Suspect:
    """Joint distribution over who a suspect is and what the suspect carries.

    Parameters
    ----------
    track_ids : tuple of int
        The n tracks that the suspect may be.
    joint : (n + 1, 7) float64
        J, not normalised; the last row is "nobody tracked".
    if_another : (n, 7) float64
        c_j: beliefs of the same tracks, each for the case that the suspect is somebody else.
    """

    def __init__(
        self,
        track_ids: tuple[int, ...],
        joint: NDArray[np.float64],
        if_another: NDArray[np.float64],
    ) -> None:
        self._track_ids = track_ids
        self._joint = joint / joint.sum()
        self._if_another = dict(zip(track_ids, if_another, strict=True))

    @classmethod
    def of(cls, judgement: Judgement) -> Self:
        """The person examined by one reading."""
        return cls(judgement.by_position.track_ids, judgement.joint, judgement.before[:-1])

    def update(self, judgement: Judgement) -> None:
        """Take a further reading into account, of whomever it is."""
        rows = {track_id: row for row, track_id in enumerate(judgement.by_position.track_ids)}
        known = judgement.before.copy()
        for track_id in rows.keys() & self._if_another.keys():
            known[rows[track_id]] = self._if_another[track_id]
        told = known * judgement.ratio
        weights = judgement.weights
        value = weights * told.sum(axis=1)
        factor = np.full_like(self._joint, value.sum())
        for index, track_id in enumerate(self._track_ids):
            if track_id in rows:
                row = rows[track_id]
                factor[index] += weights[row] * judgement.ratio - value[row]
        # Rounding may leave a tiny negative number where somebody else explains nothing.
        self._joint = self._joint * np.maximum(factor, 0.0)
        self._joint /= self._joint.sum()
        for track_id in rows.keys() & self._if_another.keys():
            row = rows[track_id]
            share = value[row] / value.sum()
            given = told[row] / told[row].sum()
            self._if_another[track_id] = share * given + (1.0 - share) * known[row]

    @property
    def probability(self) -> float:
        """Probability that the suspect carries a threat."""
        return float(self._joint[:, 1:HARMLESS_OBJECT].sum())

    @property
    def carried(self) -> NDArray[np.float64]:
        """Shape (7,): what the suspect carries, whoever that is; sums to one."""
        carried: NDArray[np.float64] = self._joint.sum(axis=0)
        return carried

    def chance_examined(self, judgement: Judgement) -> float:
        """Probability that a reading was of this suspect."""
        shares = self._shares
        attribution = judgement.attribution
        pairs = zip(attribution.track_ids, attribution.probabilities, strict=True)
        return float(sum(shares.get(track_id, 0.0) * share for track_id, share in pairs))

    def chance_same(self, other: Suspect) -> float:
        """Probability that two suspects are the same tracked person.

        As if each had been placed independently of the other, so that it is their overlap
        sum_i P(this one is i) P(the other is i).
        """
        ours, theirs = self._shares, other._shares
        return sum(ours[track_id] * theirs[track_id] for track_id in ours.keys() & theirs.keys())

    def exchange(
        self, one_id: int, other_id: int, probability: float, known: dict[int, NDArray[np.float64]]
    ) -> None:
        """Two people may have exchanged their tracks: the suspect may now be the other track.

        Parameters
        ----------
        one_id, other_id : int
            The two tracks.
        probability : float
            Of the exchange.
        known : dict of int to (7,) float64
            What is known of the two, for one that was no candidate so far.
        """
        shares = self._shares
        if probability * max(shares.get(one_id, 0.0), shares.get(other_id, 0.0)) < _NEGLIGIBLE:
            return
        for track_id in (one_id, other_id):
            if track_id not in shares:
                self._track_ids = (*self._track_ids, track_id)
                self._joint = np.insert(self._joint, -1, 0.0, axis=0)
                self._if_another[track_id] = known[track_id]
        rows = [self._track_ids.index(one_id), self._track_ids.index(other_id)]
        stay = 1.0 - probability
        mixing = np.array([[stay, probability], [probability, stay]])
        self._joint[rows] = mixing @ self._joint[rows]
        both = mixing @ np.array([self._if_another[one_id], self._if_another[other_id]])
        self._if_another[one_id], self._if_another[other_id] = both

    @property
    def _shares(self) -> dict[int, float]:
        """Probability that the suspect is each track, whatever the suspect carries."""
        return dict(zip(self._track_ids, self._joint[:-1].sum(axis=1).tolist(), strict=True))

    def candidates(self, mass: float) -> tuple[Candidate, ...]:
        """The smallest set that holds ``mass`` of who the suspect is, given a threat.

        "Nobody tracked" competes: its share counts towards the mass, and where it is the most
        probable of all nobody is named.
        """
        threat = self._joint[:, 1:HARMLESS_OBJECT].sum(axis=1)
        shares = threat / max(float(threat.sum()), float(np.finfo(float).tiny))
        nobody = len(self._track_ids)
        # Of two equal shares the older track comes first.
        chosen = smallest_set(shares, mass)
        if chosen[:1] == [nobody]:
            return ()
        return tuple(
            Candidate(self._track_ids[index], float(shares[index]))
            for index in chosen
            if index != nobody
        )
