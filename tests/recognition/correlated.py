"""Passages whose frames are Gaussian and correlated as told, so that the truth is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.correlation import Correlation, PassageFrames

APART = 1.5
"""Distance of a threat's mean from that of none, in standard deviations of one frame."""


def correlated_passages(
    n: int, truth: Correlation, rng: np.random.Generator, *, n_panels: int = 2
) -> tuple[list[PassageFrames], NDArray[np.int64]]:
    """Passages of all outcomes in turn, with the exact ratios of every single frame.

    A frame is a point of three coordinates, one per threat, of unit variance; a harmless object
    looks like nothing at all.
    """
    outcomes = np.arange(n) % len(OUTCOMES)
    passages = []
    for outcome in outcomes:
        n_frames = int(rng.integers(5, 16))
        time_s = np.sort(rng.uniform(0.0, 1.5, n_frames))
        panel = rng.integers(0, n_panels, n_frames)
        root = np.linalg.cholesky(truth.matrix(time_s, panel) + 1e-9 * np.eye(n_frames))
        point = root @ rng.standard_normal((n_frames, len(THREATS)))
        if OUTCOMES[outcome] in THREATS:
            point[:, THREATS.index(OUTCOMES[outcome])] += APART
        passages.append(PassageFrames(APART * point - APART**2 / 2, time_s, panel))
    return passages, outcomes
