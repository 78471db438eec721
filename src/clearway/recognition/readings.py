"""What the recogniser says of one frame and of one passage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.domain import HYPOTHESES, Evidence, Modality, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.recognition.aspects import N_SECTORS
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.probabilities import posterior
from clearway.recognition.quality import Examination, Reason

__all__ = ["FrameReading", "PassageReading", "examined_share", "most_likely_place", "why_not"]


@dataclass(frozen=True, eq=False)
class FrameReading:
    """One look at one person."""

    time_s: float
    panel: str
    examination: Examination
    ratios: NDArray[np.float64]
    """(3,) natural log of p(image | threat) / p(image | none) in the order of `THREATS`; zeros
    where the view was not good enough."""
    place: BodyPlace | None = None
    """Where on the body a threat would be; None where the view was not good enough."""

    @property
    def examined(self) -> bool:
        """Whether the view was good enough to say anything."""
        return self.examination.adequate

    def probabilities(self, prior: ArrayLike) -> NDArray[np.float64]:
        """(4,) probabilities of `CLASSES` under a prior over them."""
        return posterior(self.ratios, prior)


@dataclass(frozen=True, eq=False)
class PassageReading:
    """All looks at one person who walked through."""

    ratios: NDArray[np.float64]
    """(5,) natural log of p(frames | outcome) / p(frames | none) in the order of `OUTCOMES`."""
    scores: NDArray[np.float64]
    """(3,) unbounded log-ratio of each threat against anybody without one, for thresholds."""
    examined: float
    """Share of the body's sides that at least one good frame showed, times its quality."""
    reasons: tuple[Reason, ...]
    """Why no frame was good enough, most frequent first; empty where one was."""
    declared: tuple[ThreatClass, ...] = ()
    """Threats whose score passes the model's threshold, highest first."""
    place: BodyPlace | None = None
    """Where on the body a threat would be."""
    place_share: float = 0.0
    """How much of the evidence agrees on the place, 0 to 1."""
    n_frames: int = 0
    n_examined: int = 0
    """Frames that were good enough."""

    def evidence(self) -> Evidence:
        """For the fusion, over its seven hypotheses.

        Of a person with a firearm and explosives the frames show either: the ratio is the mean of
        both.
        """
        of = dict(zip(OUTCOMES, self.ratios.tolist(), strict=True))
        explosive = of[ThreatClass.EXPLOSIVE.value]
        for firearm in (ThreatClass.HANDGUN.value, ThreatClass.LONG_GUN.value):
            either = np.logaddexp(of[firearm], explosive) - np.log(2.0)
            of[f"{firearm}_{ThreatClass.EXPLOSIVE.value}"] = float(either)
        return Evidence(
            Modality.CURTAIN,
            tuple(of[hypothesis] for hypothesis in HYPOTHESES),
            examined=self.examined,
            declared=self.declared,
            body_place=self.place if self.declared else None,
        )

    def probabilities(self, prior: ArrayLike) -> NDArray[np.float64]:
        """(5,) probabilities of `OUTCOMES` under a prior over them."""
        return posterior(self.ratios[1:], prior)


def examined_share(frames: Sequence[FrameReading]) -> float:
    """Mean over the sides of the body of the best quality with which a good frame showed each."""
    best = np.zeros(N_SECTORS)
    for frame in frames:
        if frame.examined:
            shown = np.array(frame.examination.sectors, dtype=bool)
            best = np.maximum(best, np.where(shown, frame.examination.share, 0.0))
    return float(best.mean())


def why_not(frames: Sequence[FrameReading]) -> tuple[Reason, ...]:
    """Reasons of all frames, most frequent first; none where one frame was good enough."""
    if any(frame.examined for frame in frames):
        return ()
    counts = Counter(reason for frame in frames for reason in frame.examination.reasons)
    return tuple(reason for reason, _ in counts.most_common()) or (Reason.NO_FRAME,)


def most_likely_place(
    frames: Sequence[FrameReading], threat: ThreatClass
) -> tuple[BodyPlace | None, float]:
    """Place that the frames agree on, and the share of the evidence for it.

    Each frame counts by its likelihood ratio for the threat: those that saw nothing have no say.

    Parameters
    ----------
    frames : sequence of FrameReading
    threat : ThreatClass

    Returns
    -------
    BodyPlace or None, float
    """
    row = THREATS.index(threat)
    named = [(frame.place, frame.ratios[row]) for frame in frames if frame.place is not None]
    if not named:
        return None, 0.0
    highest = max(ratio for _, ratio in named)
    votes: dict[BodyPlace, float] = {}
    for place, ratio in named:
        votes[place] = votes.get(place, 0.0) + float(np.exp(ratio - highest))
    place = max(votes, key=lambda name: votes[name])
    return place, votes[place] / sum(votes.values())
