"""Which cells of stored looks teach the baseline, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.baseline import Baseline
from clearway.recognition.classes import CLASSES
from clearway.recognition.features import FEATURES, features_of, shows
from clearway.recognition.stored.frames import Frames, class_of

__all__ = ["CellSamples", "cell_samples", "guessed", "most_suspect"]

_KEPT = 0.2
"""Share of the cells of bare bodies that are kept: neighbours, and the same body with each load,
tell much the same."""
_SUSPECTS = 4
"""Cells of a look that are taken for those that show a threat: as many as a handgun covers."""


class CellSamples(NamedTuple):
    """Cells along the first axis of both."""

    features: NDArray[np.float32]
    """(n, n_features)."""
    classes: NDArray[np.int64]
    """(n,) numbers of `CLASSES`."""


def cell_samples(frames: Frames, rng: np.random.Generator) -> CellSamples:
    """Cells with echoes: all in which something carried shows, and some of the others.

    A harmless thing is one of none, and taken in full: telling it from a threat is what is hard.

    Parameters
    ----------
    frames : Frames
    rng : numpy.random.Generator

    Returns
    -------
    CellSamples

    Raises
    ------
    ArgumentError
        If a class shows nowhere.
    """
    parts = list(_of_looks(frames, class_of(frames.outcome), rng))
    features = np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *(x for x, _ in parts)])
    classes = np.concatenate([np.zeros(0, np.int64), *(y for _, y in parts)])
    missing = [name for number, name in enumerate(CLASSES) if not (classes == number).any()]
    if missing:
        raise ArgumentError(
            "frames",
            f"show no {' and no '.join(missing)} in any look that is good enough",
            "give passages with each threat and without, or add a simulated set",
        )
    return CellSamples(features, classes)


def _of_looks(
    frames: Frames, carried: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    for row in range(len(frames)):
        features = features_of(frames.cells_of(row), float(frames.person_height_m[row]))
        there = shows(features)
        changed = frames.changed[row] & there
        kept = changed | (there & (rng.random(there.shape) < _KEPT))
        yield features[kept], np.where(changed, carried[row], 0)[kept]


def guessed(frames: Frames) -> Frames:
    """Take every cell of `unlocated` looks for one that shows the threat: a first guess."""
    return replace(frames, changed=frames.changed | frames.unlocated[:, None, None])


def most_suspect(frames: Frames, scorer: Baseline) -> Frames:
    """Take the likeliest cells of `unlocated` looks for those that show the threat.

    One step of the alternation of S. Andrews, I. Tsochantaridis and T. Hofmann, NIPS 2002, for
    examples that are labelled as a whole.

    Parameters
    ----------
    frames : Frames
    scorer : Baseline
        Trained on `guessed` ones.
    """
    changed = frames.changed.copy()
    carried = class_of(frames.outcome)
    for row in np.flatnonzero(frames.unlocated).tolist():
        evidence = scorer.evidence(frames.cells_of(row), float(frames.person_height_m[row]))
        ratios = evidence[carried[row]] - evidence[0]
        changed[row] = ratios >= np.sort(ratios, axis=None)[-_SUSPECTS]
    return replace(frames, changed=changed)
