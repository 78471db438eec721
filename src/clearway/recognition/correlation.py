"""How much the frames of one passage repeat each other.

Two frames of one person share the body, the clothes and the way an object lies, for as long as the
passage lasts; two frames soon after each other also share the pose.  The correlation of their
scores, given what the person carries, is modelled as::

    c(i, j) = shared + (1 - shared) exp(-|t_i - t_j| / decay)    frames of one panel
    c(i, j) = shared                                             frames of two panels

Were the scores Gaussian, the ratio of the passage would be the sum of the frames' ratios weighted
by w = C^-1 1 (generalised least squares), and ``sum(w)`` the number of independent frames that tell
as much: 1 for one frame, never above 1 / shared, and n for frames without correlation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError

__all__ = ["Correlation", "PassageFrames", "fit_correlation"]

_MOST = 0.98
_DECAYS_S = np.concatenate(([0.0], np.geomspace(0.02, 2.0, 40)))


@dataclass(frozen=True, eq=False)
class PassageFrames:
    """The frames of one passage that were good enough."""

    ratios: NDArray[np.float64]
    """(n, 3) calibrated log-likelihood ratios of the threats against none."""
    time_s: NDArray[np.float64]
    """(n,)."""
    panel: NDArray[np.integer]
    """(n,) number of the panel."""

    def __post_init__(self) -> None:
        n = len(self.ratios)
        if self.ratios.shape != (n, 3) or self.time_s.shape != (n,) or self.panel.shape != (n,):
            raise ArgumentError(
                "frames",
                f"have shapes {self.ratios.shape}, {self.time_s.shape} and {self.panel.shape}",
                "give (n, 3) ratios, (n,) times and (n,) panels",
            )

    def __len__(self) -> int:
        return len(self.ratios)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of the scores of one passage, given what the person carries.

    Raises
    ------
    ArgumentError
        A share outside 0 to 0.98, or a negative decay.

    Examples
    --------
    Ten frames that share half of their variance tell as much as not quite two:

    >>> times, panels = np.arange(10) / 10, np.zeros(10, dtype=int)
    >>> round(float(Correlation(0.5, 0.0).weights(times, panels).sum()), 2)
    1.82
    """

    shared: float
    decay_s: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.shared <= _MOST and 0.0 <= self.decay_s < np.inf):
            raise ArgumentError(
                "correlation",
                f"has shared {self.shared} and decay_s {self.decay_s}",
                f"give a share from 0 to {_MOST} and a time of 0 or more",
            )

    def matrix(
        self, time_s: NDArray[np.float64], panel: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """(n, n) correlation of frames."""
        apart_s = np.abs(time_s[:, None] - time_s)
        own = _decayed(apart_s, self.decay_s) * (panel[:, None] == panel)
        np.fill_diagonal(own, 1.0)
        return np.asarray(self.shared + (1.0 - self.shared) * own)

    def weights(
        self, time_s: NDArray[np.float64], panel: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """(n,) weights of the frames; their sum is the number of independent frames."""
        # The least norm: two frames at one instant share their weight.
        solution = np.linalg.lstsq(self.matrix(time_s, panel), np.ones(len(time_s)), rcond=None)
        return np.asarray(solution[0], dtype=np.float64)


def fit_correlation(
    passages: Sequence[PassageFrames], outcomes: NDArray[np.integer]
) -> Correlation:
    """Fit to the products of standardised scores of pairs of frames, by least squares.

    Parameters
    ----------
    passages : sequence of PassageFrames
    outcomes : (n_passages,) int
        What was carried; means and variances are taken out per outcome.

    Returns
    -------
    Correlation

    Raises
    ------
    ArgumentError
        If no passage has two frames.
    """
    apart_s, same, product = _pairs(passages, outcomes)
    best = min(
        (_best_shared(apart_s, same, product, decay_s) for decay_s in _DECAYS_S),
        key=lambda found: found[0],
    )
    return best[1]


def _best_shared(
    apart_s: NDArray[np.float64],
    same: NDArray[np.bool_],
    product: NDArray[np.float64],
    decay_s: float,
) -> tuple[float, Correlation]:
    """The least sum of squares for one decay: linear in the shared part."""
    fading = np.where(same, _decayed(apart_s, decay_s), 0.0)
    rest = 1.0 - fading
    scale = float(rest @ rest)
    shared = float(rest @ (product - fading)) / scale if scale else 0.0
    shared = min(max(shared, 0.0), _MOST)
    misfit = float(np.square(product - fading - shared * rest).sum())
    return misfit, Correlation(shared, float(decay_s))


def _decayed(apart_s: NDArray[np.float64], decay_s: float) -> NDArray[np.float64]:
    """The part of the correlation that fades; nothing of it where the decay takes no time."""
    if decay_s == 0.0:
        return np.zeros_like(apart_s)
    return np.asarray(np.exp(-apart_s / decay_s))


def _pairs(
    passages: Sequence[PassageFrames], outcomes: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Time between the frames of each pair, whether of one panel, and the product of scores."""
    labels = np.repeat(outcomes, [len(frames) for frames in passages])
    scores = np.concatenate([frames.ratios for frames in passages])
    for outcome in np.unique(labels):
        own = scores[labels == outcome]
        spread = np.maximum(own.std(axis=0), np.finfo(np.float64).tiny)
        scores[labels == outcome] = (own - own.mean(axis=0)) / spread
    ends = np.cumsum([len(frames) for frames in passages])
    apart, same, product = [], [], []
    for frames, own in zip(passages, np.split(scores, ends[:-1]), strict=True):
        first, second = np.triu_indices(len(frames), 1)
        apart.append(np.abs(frames.time_s[first] - frames.time_s[second]))
        same.append(frames.panel[first] == frames.panel[second])
        product.append((own[first] * own[second]).mean(axis=1))
    if not sum(map(len, apart)):
        raise ArgumentError(
            "passages", "have one frame each at most", "give passages of several frames"
        )
    return np.concatenate(apart), np.concatenate(same), np.concatenate(product)
