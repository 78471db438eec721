"""Detection and nuisance by what people wear, how fast they walk, and what they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.domain.intervals import Figure, wilson_share
from clearway.errors import ArgumentError
from clearway.recognition.classes import HARMLESS, OUTCOMES
from clearway.recognition.scoring.exact import lower_bound
from clearway.recognition.scoring.passages import ScoredPassages

__all__ = ["ShareRow", "SizeRow", "nuisance_by_object", "pd_by_size", "pd_by_stratum"]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Alarms among the passages of one kind."""

    label: str
    alarms: int
    n: int
    n_bodies: int
    """Passages of one body are not independent, which the bounds leave out."""
    share: Figure
    """With its 95 % Wilson interval."""
    lower: float
    """Exact one-sided 95 % bound."""
    not_examined: int
    """Passages in which no frame was good enough; they count as no alarm."""


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Detection of objects of one range of sizes."""

    from_m: float
    to_m: float
    row: ShareRow


def pd_by_stratum(
    passages: ScoredPassages, threat: ThreatClass | None, threshold: float, stratum: str
) -> tuple[ShareRow, ...]:
    """Pd at one threshold for each label of a stratum, in the order of the labels.

    Parameters
    ----------
    passages : ScoredPassages
    threat : ThreatClass or None
        None for any threat.
    threshold : float
        Of the whole set, of `operating_point`: a station has one threshold.
    stratum : str

    Returns
    -------
    tuple of ShareRow

    Raises
    ------
    ArgumentError
        If the passages have no such stratum.
    """
    if stratum not in passages.strata:
        known = ", ".join(sorted(passages.strata)) or "none"
        raise ArgumentError("stratum", f"is {stratum!r}", f"choose one of these: {known}")
    which = ~passages.innocent if threat is None else passages.carries(threat)
    return _rows(passages, passages.score_of(threat), threshold, which, passages.strata[stratum])


def nuisance_by_object(
    passages: ScoredPassages, threat: ThreatClass | None, threshold: float
) -> tuple[ShareRow, ...]:
    """Share of the passages with each harmless object that raise an alarm.

    Raises
    ------
    ArgumentError
        If the passages do not say what was carried.
    """
    if passages.carried is None:
        raise ArgumentError("passages", "do not say what was carried", "give `carried`")
    which = passages.outcome == OUTCOMES.index(HARMLESS)
    return _rows(passages, passages.score_of(threat), threshold, which, passages.carried)


def pd_by_size(
    passages: ScoredPassages,
    threat: ThreatClass,
    threshold: float,
    size_m: NDArray[np.float64],
    edges_m: Sequence[float],
) -> tuple[SizeRow, ...]:
    """Pd against the size of the object, for each range from one edge to the next.

    Parameters
    ----------
    passages : ScoredPassages
    threat : ThreatClass
    threshold : float
    size_m : (n,) float64
        Of what each passage carries; NaN for nothing.
    edges_m : sequence of float
        Increasing; each range includes its lower edge.

    Returns
    -------
    tuple of SizeRow
        Ranges without a passage are left out.
    """
    rows = []
    for low, high in pairwise(edges_m):
        which = passages.carries(threat) & (size_m >= low) & (size_m < high)
        if which.any():
            label = f"{low:g} to {high:g} m"
            labels = np.full(len(passages), label)
            (row,) = _rows(passages, passages.score_of(threat), threshold, which, labels)
            rows.append(SizeRow(low, high, row))
    return tuple(rows)


def _rows(
    passages: ScoredPassages,
    score: NDArray[np.float64],
    threshold: float,
    which: NDArray[np.bool_],
    labels: NDArray[np.str_],
) -> tuple[ShareRow, ...]:
    rows = []
    for label in np.unique(labels[which]):
        own = which & (labels == label)
        alarms, n = int((score[own] >= threshold).sum()), int(own.sum())
        rows.append(
            ShareRow(
                label=str(label),
                alarms=alarms,
                n=n,
                n_bodies=len(np.unique(passages.body[own])),
                share=wilson_share(alarms, n),
                lower=lower_bound(alarms, n),
                not_examined=int((~passages.examined[own]).sum()),
            )
        )
    return tuple(rows)
