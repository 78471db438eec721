"""From scored passages one by one to the arrays that figures are computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.evaluation.scored import ScoredPassage
from clearway.recognition.evaluation.truth import PassageTruth
from clearway.recognition.scoring import ScoredPassages

__all__ = ["NOT_STATED", "STRATA", "arrays_of", "sizes_m"]

NOT_STATED = "not stated"

_SPEEDS_M_S = (0.0, 0.6, 1.0, 1.4, 1.8, 2.5)


def _speed(truth: PassageTruth) -> str:
    if truth.speed_m_s is None:
        return ""
    after = int(np.searchsorted(_SPEEDS_M_S, truth.speed_m_s, side="right"))
    low = _SPEEDS_M_S[after - 1]
    if after == len(_SPEEDS_M_S):
        return f"{low:.1f} m/s and more"
    return f"{low:.1f} to {_SPEEDS_M_S[after]:.1f} m/s"


STRATA: Mapping[str, Callable[[PassageTruth], str]] = {
    "clothing": lambda truth: truth.clothing,
    "wet or dry": lambda truth: "wet" if truth.wet else "dry",
    "speed": _speed,
    "aspect": lambda truth: truth.aspect,
    "place on the body": lambda truth: (truth.place or "").replace("_", " "),
    "array": lambda truth: truth.radar,
    "object": lambda truth: truth.object_family,
}
"""By what detection is told apart, and the label of each passage."""


def arrays_of(passages: Sequence[ScoredPassage]) -> ScoredPassages:
    """Gather the passages of one model.

    Parameters
    ----------
    passages : sequence of ScoredPassage

    Returns
    -------
    ScoredPassages

    Raises
    ------
    ArgumentError
        No passages, or those of several models, or one of them twice.
    """
    models = {one.model for one in passages}
    if len(models) != 1:
        raise ArgumentError(
            "passages", f"are of {len(models)} models", "give those of one model, at least one"
        )
    names = [one.truth.passage for one in passages]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ArgumentError("passages", f"hold {twice!r} twice", "give each passage once")
    return ScoredPassages(
        outcome=np.array([OUTCOMES.index(one.truth.outcome) for one in passages]),
        scores=np.array([one.said.scores for one in passages]),
        ratios=np.array([one.said.ratios for one in passages]),
        examined=np.array([one.said.n_examined > 0 for one in passages]),
        body=np.array([one.truth.body for one in passages]),
        strata={
            name: np.array([label(one.truth) or NOT_STATED for one in passages])
            for name, label in STRATA.items()
        },
        carried=np.array([_carried(one.truth) for one in passages]),
    )


def sizes_m(passages: Sequence[ScoredPassage]) -> NDArray[np.float64]:
    """(n,) longest side of what each passage carries; NaN where it is not stated."""
    sizes = [one.truth.object_size_m for one in passages]
    return np.array([np.nan if size is None else size for size in sizes], dtype=np.float64)


def _carried(truth: PassageTruth) -> str:
    return truth.object_family or NOT_STATED
