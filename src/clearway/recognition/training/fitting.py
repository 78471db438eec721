"""What follows the training of scores: calibration, passages, thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS
from clearway.recognition.correlation import PassageFrames
from clearway.recognition.model_schema import SupportTable
from clearway.recognition.passage import PassageModel, fit_passage_model
from clearway.recognition.probabilities import Calibration, fit_calibration
from clearway.recognition.scoring.exact import upper_bound
from clearway.recognition.scoring.roc import threshold_at
from clearway.recognition.stored.frames import Frames
from clearway.recognition.training.split import split_by_body

__all__ = ["Fitted", "fit_rest", "passages_of"]

_FOLDS = 2
"""Parts of the bodies: with more, small sets would have parts that lack an outcome."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """Everything of a model but its scores."""

    calibration: Calibration
    passage: PassageModel
    thresholds: dict[ThreatClass, float]
    support: dict[ThreatClass, SupportTable]
    """Of each threshold."""


def fit_rest(
    frames: Frames, logits: NDArray[np.float64], pfa: float, rng: np.random.Generator
) -> Fitted:
    """Fit on scores of bodies that the scores were not trained on.

    All looks calibrate the looks, and all passages the passages: next to the scores these are few
    numbers.  Each passage is then scored by a passage model of other bodies, which gives the
    thresholds.

    Parameters
    ----------
    frames : Frames
    logits : (n, 4) float64
        The trained model's scores of them.
    pfa : float
        Share of the passages without a threat that may pass each threshold.
    rng : numpy.random.Generator

    Returns
    -------
    Fitted

    Raises
    ------
    ArgumentError
        If there are too few bodies, or half of them lack an outcome.
    """
    calibration = fit_calibration(logits, frames.classes)
    passages, outcomes, bodies = passages_of(frames, calibration.ratios(logits))
    model = fit_passage_model(passages, outcomes)
    scores = _scores_by_others(passages, outcomes, np.array(bodies), rng)
    innocent = np.isin(outcomes, [OUTCOMES.index(NONE), OUTCOMES.index(HARMLESS)])
    thresholds = {
        threat: threshold_at(scores[innocent, row], pfa) for row, threat in enumerate(THREATS)
    }
    n_bodies = len({bodies[number] for number in np.flatnonzero(innocent)})
    support = {
        threat: _support(scores[innocent, row], thresholds[threat], pfa, n_bodies)
        for row, threat in enumerate(THREATS)
    }
    return Fitted(calibration, model, thresholds, support)


def _scores_by_others(
    passages: Sequence[PassageFrames],
    outcomes: NDArray[np.int64],
    bodies: NDArray[np.str_],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """(n_passages, 3) scores, each by a model that was fitted on other bodies."""
    scores = np.zeros((len(passages), len(THREATS)))
    for part in split_by_body(bodies, (1 / _FOLDS,) * _FOLDS, rng):
        others = np.flatnonzero(~part).tolist()
        model = fit_passage_model([passages[number] for number in others], outcomes[others])
        for number in np.flatnonzero(part).tolist():
            scores[number] = model.scores(model.raw_ratios(passages[number]))
    return scores


def _support(
    scores: NDArray[np.float64], threshold: float, pfa: float, n_bodies: int
) -> SupportTable:
    alarms, n = int((scores >= threshold).sum()), len(scores)
    return SupportTable(
        asked_pfa=pfa,
        alarms=alarms,
        n_passages=n,
        n_bodies=n_bodies,
        highest_pfa=upper_bound(alarms, n),
    )


def passages_of(
    frames: Frames, ratios: NDArray[np.float64]
) -> tuple[list[PassageFrames], NDArray[np.int64], list[str]]:
    """Group frames by passage, each with its outcome and its body; frames in the order of time.

    A passage without frames is none of them: there is nothing to fit on.
    """
    numbers = np.unique(frames.passage)
    order = np.lexsort((frames.time_s, frames.passage))
    groups = np.split(order, np.searchsorted(frames.passage[order], numbers[1:]))
    panel = np.unique(frames.panel, return_inverse=True)[1]
    passages = [
        PassageFrames(ratios[group], frames.time_s[group].astype(np.float64), panel[group])
        for group in groups
        if len(group)
    ]
    truths = [frames.passages[number] for number in numbers]
    outcomes = np.array([OUTCOMES.index(truth.outcome) for truth in truths], dtype=np.int64)
    return passages, outcomes, [truth.body for truth in truths]
