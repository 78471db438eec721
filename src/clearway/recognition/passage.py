"""One likelihood ratio from all frames of one walk through the curtain.

Two summaries of the frames enter: the sum weighted for correlation (`Correlation`), which is right
when every frame shows the object, and the log of the mean ratio, which is right when one frame
shows it and nobody knows which.  A logistic model weighs them, fitted on whole passages: what the
passages say about the frames' independence decides, not an assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS
from clearway.recognition.correlation import Correlation, PassageFrames, fit_correlation
from clearway.recognition.logistic import Logistic, fit_logistic

__all__ = ["PassageModel", "fit_passage_model", "naive_sum"]

_N_THREATS = len(THREATS)
_THREAT_ROWS = [OUTCOMES.index(threat) - 1 for threat in THREATS]
_HARMLESS_ROW = OUTCOMES.index(HARMLESS) - 1


@dataclass(frozen=True, eq=False)
class PassageModel:
    """Combines frames; `fit_passage_model` makes one."""

    correlation: Correlation
    logistic: Logistic
    """From the 3 weighted sums and 3 logs of the mean ratio to the outcomes against none; 4 by 6,
    in the order of `OUTCOMES` without its first."""
    support: ArrayLike
    """(5,) passages of each outcome that the model was fitted on."""
    harmless_share: float
    """Share of people with a harmless object among all without a threat; for the scores."""

    def __post_init__(self) -> None:
        expected = (len(OUTCOMES) - 1, 2 * _N_THREATS)
        if np.shape(self.logistic.weights) != expected:
            raise ArgumentError(
                "passage.weights",
                f"have shape {np.shape(self.logistic.weights)}, expected {expected}",
                "fit the passage model anew",
            )
        counts = finite_real_array("passage.support", self.support, (len(OUTCOMES),))
        object.__setattr__(self, "support", counts)
        if not 0.0 <= self.harmless_share < 1.0:
            raise ArgumentError(
                "passage.harmless_share", f"is {self.harmless_share}", "give a share below 1"
            )

    def raw_ratios(self, frames: PassageFrames) -> NDArray[np.float64]:
        """(4,) log-likelihood ratios of `OUTCOMES` without its first, against none; unbounded.

        All are 0 for a passage without frames: it says nothing.
        """
        if not len(frames):
            return np.zeros(len(OUTCOMES) - 1)
        return self.logistic.ratios(summaries(frames, self.correlation))

    def bounded(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Keep ratios within what so many passages can support.

        After n passages with an outcome of which none looked like this, the chance that the next
        one does is still about 1 / (n + 1): no outcome may lie farther behind the likeliest than
        that (bounds in the spirit of P. Vergeer et al., Science and Justice 56, 2016).

        Parameters
        ----------
        raw : (4,) float64
            Of `raw_ratios`.

        Returns
        -------
        (4,) float64
        """
        with_none = np.concatenate(([0.0], raw))
        behind = np.maximum(with_none - with_none.max(), -np.log1p(np.asarray(self.support)))
        return np.asarray(behind[1:] - behind[0])

    def scores(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3,) unbounded log-ratio of each threat against anybody without one.

        That is a person with nothing, or, with the probability `harmless_share`, with a harmless
        object.  For thresholds and rankings.
        """
        share = self.harmless_share
        with np.errstate(divide="ignore"):
            none, harmless = np.log1p(-share), np.log(share)
        anybody = np.logaddexp(none, harmless + raw[..., _HARMLESS_ROW])
        return np.asarray(raw[..., _THREAT_ROWS] - anybody[..., None])


def summaries(frames: PassageFrames, correlation: Correlation) -> NDArray[np.float64]:
    """(6,) weighted sums and logs of the mean ratio; the latter also over weighted frames."""
    weights = correlation.weights(frames.time_s, frames.panel)
    shares = np.clip(weights, 1e-9, None)[:, None]
    peaks = logsumexp(frames.ratios, axis=0, b=shares / shares.sum())
    return np.concatenate((weights @ frames.ratios, np.asarray(peaks)))


def fit_passage_model(
    passages: Sequence[PassageFrames],
    outcomes: ArrayLike,
    *,
    harmless_share: float | None = None,
    penalty: float | None = None,
) -> PassageModel:
    """Fit on passages of bodies that neither the scores nor their calibration were trained on.

    Parameters
    ----------
    passages : sequence of PassageFrames
        Those without a good frame are left out.
    outcomes : (n,) array_like of int
        Numbers of `OUTCOMES`, in any proportion.
    harmless_share : float, optional
        Share of people with a harmless object among all without a threat; by default that of the
        passages.
    penalty : float, optional
        As of `fit_logistic`.

    Returns
    -------
    PassageModel

    Raises
    ------
    ArgumentError
        If an outcome has no passage with a good frame, or no passage has two.
    """
    labels = np.asarray(outcomes, dtype=np.int64)
    if labels.shape != (len(passages),):
        raise ArgumentError(
            "outcomes",
            f"has shape {labels.shape}, {len(passages)} passages",
            "give one per passage",
        )
    used = np.array([len(frames) > 0 for frames in passages], dtype=bool)
    labels = labels[used]
    frames_of = [frames for frames in passages if len(frames)]
    counts = np.bincount(labels, minlength=len(OUTCOMES))
    if not counts.all():
        missing = [name for name, count in zip(OUTCOMES, counts, strict=True) if not count]
        raise ArgumentError(
            "outcomes",
            f"have no passage with {', '.join(missing)}",
            "give passages of every outcome, harmless objects included",
        )
    correlation = fit_correlation(frames_of, labels)
    inputs = np.array([summaries(frames, correlation) for frames in frames_of])
    towards = np.zeros((len(OUTCOMES) - 1, 2 * _N_THREATS))
    towards[_THREAT_ROWS, range(_N_THREATS)] = 1.0
    logistic = fit_logistic(inputs, labels, towards, penalty=penalty)
    if harmless_share is None:
        innocent = counts[OUTCOMES.index(NONE)] + counts[OUTCOMES.index(HARMLESS)]
        harmless_share = float(counts[OUTCOMES.index(HARMLESS)] / innocent)
    return PassageModel(correlation, logistic, counts.astype(np.float64), harmless_share)


def naive_sum(frames: PassageFrames) -> NDArray[np.float64]:
    """(3,) plain sum of the frames' ratios, as if they were independent: for comparison only."""
    return np.asarray(frames.ratios.sum(axis=0))
