"""The passages of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS

__all__ = ["ScoredPassages"]


@dataclass(frozen=True, eq=False)
class ScoredPassages:
    """What each passage truly was and what the recogniser said of it; n passages.

    A passage that was not examined counts: its score is minus infinity, so that it is never an
    alarm and, with a threat, always a miss.

    Raises
    ------
    ArgumentError
        Arrays of other shapes or lengths, or scores that are NaN.
    """

    outcome: NDArray[np.integer]
    """(n,) numbers of `OUTCOMES`."""
    scores: NDArray[np.float64]
    """(n, 3) of `PassageReading.scores`."""
    ratios: NDArray[np.float64]
    """(n, 5) of `PassageReading.ratios`."""
    examined: NDArray[np.bool_]
    """(n,) whether any frame was good enough."""
    body: NDArray[np.str_]
    """(n,) names: passages of one body are not independent."""
    strata: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
    """(n,) labels such as the clothing, by the name of the stratum."""
    carried: NDArray[np.str_] | None = None
    """(n,) name of what is carried, for the rates of single objects."""

    def __post_init__(self) -> None:
        n = len(self.outcome)
        shapes = {
            "scores": (self.scores, (n, len(THREATS))),
            "ratios": (self.ratios, (n, len(OUTCOMES))),
            "examined": (self.examined, (n,)),
            "body": (self.body, (n,)),
            **{f"strata[{name!r}]": (labels, (n,)) for name, labels in self.strata.items()},
        }
        if self.carried is not None:
            shapes["carried"] = (self.carried, (n,))
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise ArgumentError(name, f"has shape {array.shape}", f"give {shape}")
        if np.isnan(self.scores).any() or np.isnan(self.ratios).any():
            raise ArgumentError("scores", "hold NaN", "give minus infinity for what is not known")
        silent = np.where(self.examined[:, None], self.scores, -np.inf)
        object.__setattr__(self, "scores", silent)

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def innocent(self) -> NDArray[np.bool_]:
        """(n,) passages without a threat, harmless objects included."""
        return np.isin(self.outcome, [OUTCOMES.index(NONE), OUTCOMES.index(HARMLESS)])

    def carries(self, threat: ThreatClass) -> NDArray[np.bool_]:
        """(n,) passages with a threat."""
        return np.asarray(self.outcome == OUTCOMES.index(threat))

    def score_of(self, threat: ThreatClass | None) -> NDArray[np.float64]:
        """(n,) score for one threat, or for any of them where None: all three equally likely."""
        if threat is None:
            with np.errstate(divide="ignore"):
                return np.asarray(logsumexp(self.scores, axis=1) - np.log(len(THREATS)))
        return self.scores[:, THREATS.index(threat)]

    def chosen(self, which: NDArray[np.bool_]) -> ScoredPassages:
        """Some of the passages."""
        parts = {
            entry.name: getattr(self, entry.name)[which]
            for entry in fields(self)
            if entry.name not in {"strata", "carried"}
        }
        strata = {name: labels[which] for name, labels in self.strata.items()}
        carried = None if self.carried is None else self.carried[which]
        return ScoredPassages(**parts, strata=strata, carried=carried)
