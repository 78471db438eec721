"""What follows the training of scores: calibration, passages, thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS
from clearway.recognition.correlation import PassageFrames
from clearway.recognition.passage import PassageModel, fit_passage_model
from clearway.recognition.probabilities import Calibration, fit_calibration
from clearway.recognition.scoring.exact import upper_bound
from clearway.recognition.scoring.roc import threshold_at
from clearway.recognition.training.frames import Frames
from clearway.recognition.training.split import split_by_body

__all__ = ["Fitted", "fit_rest", "passages_of"]


@dataclass(frozen=True, eq=False)
class Fitted:
    """Everything of a model but its scores."""

    calibration: Calibration
    passage: PassageModel
    thresholds: dict[ThreatClass, float]
    highest_pfa: float
    """Of each threshold, with a confidence of 95 %, were the passages independent."""


def fit_rest(
    frames: Frames, logits: NDArray[np.float64], pfa: float, rng: np.random.Generator
) -> Fitted:
    """Fit on frames of bodies that the scores were not trained on.

    Half of the bodies calibrate the frames, the other half the passages: fitted on one set, the
    second would take the first's overconfidence for truth.

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
        If there are too few bodies, or a half lacks an outcome.
    """
    for_frames, for_passages = split_by_body(frames.body, (0.5, 0.5), rng)
    calibration = fit_calibration(logits[for_frames], frames.classes[for_frames])
    ratios = calibration.ratios(logits[for_passages])
    passages, outcomes = passages_of(frames.chosen(for_passages), ratios)
    model = fit_passage_model(passages, outcomes)
    scores = np.array([model.scores(model.raw_ratios(passage)) for passage in passages])
    innocent = scores[np.isin(outcomes, [OUTCOMES.index(NONE), OUTCOMES.index(HARMLESS)])]
    thresholds = {threat: threshold_at(innocent[:, row], pfa) for row, threat in enumerate(THREATS)}
    highest_pfa = upper_bound(int(pfa * len(innocent)), len(innocent))
    return Fitted(calibration, model, thresholds, highest_pfa)


def passages_of(
    frames: Frames, ratios: NDArray[np.float64]
) -> tuple[list[PassageFrames], NDArray[np.int64]]:
    """Group frames by passage, each with its outcome; frames in the order of time.

    Raises
    ------
    ArgumentError
        If a passage has two outcomes.
    """
    names, number = np.unique(frames.passage, return_inverse=True)
    order = np.lexsort((frames.time_s, number))
    groups = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    outcomes = np.array([frames.outcome[group[0]] for group in groups], dtype=np.int64)
    for name, group, outcome in zip(names, groups, outcomes, strict=True):
        if (frames.outcome[group] != outcome).any():
            raise ArgumentError(
                "passage", f"{name!r} has frames of two outcomes", "give every passage its own name"
            )
    passages = [
        PassageFrames(ratios[group], frames.time_s[group].astype(np.float64), frames.panel[group])
        for group in groups
    ]
    return passages, outcomes
