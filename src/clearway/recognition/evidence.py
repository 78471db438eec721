"""From a map of local evidence over the body to one score and a place.

What is carried is in the image when it is somewhere in the image (multiple-instance learning, T. G.
Dietterich et al., Artificial Intelligence 89, 1997): a soft maximum over the map is the score, so
that class and place come from one map and cannot contradict each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from clearway.recognition.cells import Cells
from clearway.recognition.scorer import Score

__all__ = ["peaks", "score_of"]


_SHARPNESS = 2.0
"""1 would be the log of the mean ratio, right if every cell were as likely to hold the thing and
cells were independent; far more, the maximum, which is often noise."""


def peaks(evidence: NDArray[np.floating]) -> NDArray[np.float64]:
    """Soft maximum over the map of each class's log-ratio against none.

    Parameters
    ----------
    evidence : (..., n_classes, n_forward, n_height) float
        Log-probabilities of `CLASSES` up to a constant per cell.

    Returns
    -------
    (..., n_classes) float64
        That of none is 0.
    """
    values = np.asarray(evidence, dtype=np.float64)
    ratios = (values - values[..., :1, :, :]).reshape(*values.shape[:-2], -1)
    total = logsumexp(_SHARPNESS * ratios, axis=-1) - np.log(ratios.shape[-1])
    return np.asarray(total / _SHARPNESS)


def score_of(evidence: NDArray[np.floating], cells: Cells) -> Score:
    """Score of one image.

    Parameters
    ----------
    evidence : (n_classes, n_forward, n_height) float
        As of `peaks`.
    cells : Cells
        Of the image; their depth completes the place.
    """
    ratios = np.asarray(evidence[1:] - evidence[0], dtype=np.float64).max(axis=0)
    weight = np.exp(ratios - ratios.max())
    weight /= weight.sum()
    forward_m = float(weight.sum(axis=1) @ cells.forward_m)
    height_m = float(weight.sum(axis=0) @ cells.height_m)
    x = int(np.abs(cells.forward_m - forward_m).argmin())
    z = int(np.abs(cells.height_m - height_m).argmin())
    depth_m = float(cells.depth_m[int(cells.levels_db[x, :, z].argmax())])
    return Score(peaks(evidence), (forward_m, depth_m, height_m))
