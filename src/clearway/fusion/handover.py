"""To whom a threat sensor's looks belong: the hand-over of an alarm to the tracks.

One look of a sensor whose error is half a neighbour distance cannot name one person in a crowd.
Several looks at the same person can, if they are judged together, each against the tracks of its
own instant; voting look by look throws most of that away.  What they have in common they do not
average: the error of the track, and the sensor's own offset, which is therefore learned over the
passages (see `clearway.fusion.registration`).  The looks at one person have the likelihood (see
`clearway.fusion.passage`)::

    f(b, rho) = sum_i L_i(b, rho) + L_none(rho)

All tracked people are equally likely a priori to be examined.  The probability of track i is the
share of L_i in f, averaged over what the *other* passages say of offset b and share rho.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Attribution, TrackStates, nanoseconds
from clearway.errors import ArgumentError
from clearway.fusion.passage import Likelihood, Look, Passage
from clearway.fusion.registration import Offset, OffsetBelief, scale_of

__all__ = ["HandOver", "Look"]

OFFSET_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75)
"""What share of a sensor's stated variance its offset may be."""
_NEGLIGIBLE = 1e-6
_MOST_LOOKS = 20
_MOST_SOURCES = 64


@dataclass(slots=True)
class _Source:
    passage: Passage = field(default_factory=lambda: Passage(_MOST_LOOKS))
    log_factor: NDArray[np.float64] | float = 0.0
    """Shape (g,): what the passage has told of the offset, still to be replaced."""


class HandOver:
    """Attributes the looks of one threat sensor to tracks, and learns the sensor's offset.

    Parameters
    ----------
    untracked_density_per_m2 : float
        People per square metre whom no track follows.
    phantom_density_per_m2 : float
        Alarms of nobody, as the people per square metre who would raise as many.
    offset_shares : tuple of float
        The values that the offset's share of the stated variance may have, all equally probable;
        ``(0.0,)`` for a sensor known to have none.
    memory_passages : float
        Over how many passages a changed offset is learned anew, > 1.
    forget_s : float
        A source without a look for this long before the newest is forgotten; what it told of the
        offset stays.

    Raises
    ------
    ArgumentError
        A density that is not above zero, a share outside [0, 1), or a memory too short.
    """

    def __init__(
        self,
        untracked_density_per_m2: float = 0.005,
        phantom_density_per_m2: float = 0.001,
        *,
        offset_shares: tuple[float, ...] = OFFSET_SHARES,
        memory_passages: float = 300.0,
        forget_s: float = 30.0,
    ) -> None:
        for name, value, least in (
            ("untracked_density_per_m2", untracked_density_per_m2, 0.0),
            ("phantom_density_per_m2", phantom_density_per_m2, 0.0),
            ("memory_passages", memory_passages, 1.0),
            ("forget_s", forget_s, 0.0),
        ):
            if not value > least:
                raise ArgumentError(name, f"{value:g} is too little", f"give more than {least:g}")
        if not offset_shares or not all(0.0 <= share < 1.0 for share in offset_shares):
            raise ArgumentError(
                "offset_shares",
                f"{offset_shares} are no shares of a variance",
                "give one or more numbers of at least 0, below 1",
            )
        self._densities = untracked_density_per_m2, phantom_density_per_m2
        self._offset_shares = offset_shares
        self._memory_passages = memory_passages
        self._forget_ns = nanoseconds(forget_s)
        self._belief: OffsetBelief | None = None
        self._sources: dict[Hashable, _Source] = {}

    def attribute(
        self, source: Hashable, look: Look, past: Callable[[int], TrackStates]
    ) -> Attribution:
        """Take one look into account.

        Parameters
        ----------
        source : Hashable
            The sensor's own name for what it believes is one person.
        look : Look
            In any order within its source.  The covariance of the sensor's first look sets the
            scale on which its offset is sought.
        past : callable
            The tracks as they were at an instant, `TrackHistory.at`.

        Returns
        -------
        Attribution
            From all looks of this source and all that other sources told of the offset.  Tracks
            of probability below 1e-6 are left out and counted with none.

        Raises
        ------
        ArgumentError
            The look's covariance is not positive definite.
        """
        scale_of(look.covariance_m2)
        if self._belief is None:
            self._belief = OffsetBelief(
                look.covariance_m2, self._offset_shares, self._memory_passages
            )
        entry = self._entry(source, look.time_ns, self._belief)
        entry.passage.add(look, past)
        likelihood = entry.passage.likelihood(
            self._belief.shares, self._belief.scale, *self._densities
        )
        return _judge(likelihood, entry, self._belief)

    @property
    def offset(self) -> Offset | None:
        """The sensor's offset as far as it is known; None before its first look."""
        return None if self._belief is None else self._belief.offset

    def _entry(self, source: Hashable, time_ns: int, belief: OffsetBelief) -> _Source:
        self._sources = {
            name: entry
            for name, entry in self._sources.items()
            if time_ns - entry.passage.newest_ns <= self._forget_ns
        }
        if source not in self._sources:
            kept = belief.fade()
            for entry in self._sources.values():
                entry.log_factor = kept * entry.log_factor
            if len(self._sources) == _MOST_SOURCES:
                oldest = min(self._sources, key=lambda name: self._sources[name].passage.newest_ns)
                del self._sources[oldest]
            self._sources[source] = _Source()
        return self._sources[source]


def _judge(likelihood: Likelihood, entry: _Source, belief: OffsetBelief) -> Attribution:
    """Whose the passage is, and what it tells of the offset."""
    terms = belief.polynomial(likelihood.log_terms)
    # What can be no number says nothing; taken into the offset it would blind the sensor for good.
    if not np.isfinite(terms).all():
        return Attribution((), (), 1.0)
    # Each node by its own largest term: where the others put the offset, all may be tiny.
    largest = terms.max(axis=0)
    np.exp(np.subtract(terms, largest, out=terms), out=terms)
    total = terms.sum(axis=0)
    log_factor = largest + np.log(total)
    belief.replace(entry.log_factor, log_factor)
    entry.log_factor = log_factor
    shares = terms @ (belief.weights / total)
    kept = np.flatnonzero(shares[:-1] > _NEGLIGIBLE)
    return Attribution(
        tuple(likelihood.track_ids[kept].tolist()),
        tuple(shares[kept].tolist()),
        max(0.0, 1.0 - float(shares[kept].sum())),
    )
