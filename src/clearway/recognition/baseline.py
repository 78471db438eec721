"""The interpretable baseline: boosted trees over named features of each cell, plain numbers all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.cells import Cells
from clearway.recognition.classes import CLASSES
from clearway.recognition.evidence import score_of
from clearway.recognition.features import FEATURES, features_of, shows
from clearway.recognition.scorer import Score
from clearway.recognition.volume import Volume

__all__ = ["LEAF", "Baseline", "Trees"]

LEAF = -1
"""Stands for a node without children."""
_NOT_THERE = -9.0
"""Log-ratio of a threat against none where there is no echo."""


@dataclass(frozen=True, eq=False)
class Trees:
    """An additive ensemble of decision trees.

    Arrays of shape (n_trees, n_nodes) describe nodes, the root first, unused ones zero; a node
    sends a sample to its left where the feature is at most the threshold.

    Raises
    ------
    ArgumentError
        Arrays that do not describe trees of these features and classes.

    Examples
    --------
    One tree that adds 1 to class 2 where feature 0 exceeds 0.5:

    >>> trees = Trees(
    ...     feature=np.array([[0, 0, 0]]),
    ...     threshold=np.array([[0.5, 0, 0]]),
    ...     left=np.array([[1, -1, -1]]),
    ...     right=np.array([[2, -1, -1]]),
    ...     value=np.array([[0, 0, 1.0]]),
    ...     of_class=np.array([2]),
    ...     n_features=1,
    ... )
    >>> trees.logits(np.array([[0.2], [0.9]])).tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    """Node of the left child; `LEAF` for none."""
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    """What a leaf adds to the logit of its tree's class."""
    of_class: NDArray[np.int64]
    """(n_trees,) numbers of `CLASSES`."""
    n_features: int = len(FEATURES)

    def __post_init__(self) -> None:
        nodes = (self.feature, self.threshold, self.left, self.right, self.value)
        shape = self.feature.shape
        if len(shape) != 2 or 0 in shape or any(array.shape != shape for array in nodes):
            raise ArgumentError(
                "trees",
                f"have nodes of shapes {[array.shape for array in nodes]}",
                "give all of them as (trees, nodes)",
            )
        inner = self.left != LEAF
        # A child always comes after its parent: every walk down a tree ends.
        parents = np.broadcast_to(np.arange(shape[1]), shape)
        sound = (
            self.of_class.shape == shape[:1]
            and ((self.of_class >= 0) & (self.of_class < len(CLASSES))).all()
            and ((self.feature >= 0) & (self.feature < self.n_features))[inner].all()
            and all(
                ((child > parents) & (child < shape[1]))[inner].all()
                for child in (self.left, self.right)
            )
            and np.isfinite(self.value).all()
            and not np.isnan(self.threshold).any()
        )
        if not sound:
            raise ArgumentError(
                "trees",
                f"name features, classes or nodes that do not exist ({self.n_features} features)",
                "train the baseline anew with this version of Clearway",
            )

    def logits(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sum of the trees.

        Parameters
        ----------
        features : (n, n_features) float
            Single precision is enough.

        Returns
        -------
        (n, 4) float64
            Log-probabilities of `CLASSES` up to a constant.
        """
        # Thresholds were found on single precision; a rounding must not change the side.
        rounded = features.astype(np.float32).astype(np.float64)
        sample = np.arange(len(features))[:, None]
        tree = np.arange(len(self.feature))
        node = np.zeros((len(features), len(tree)), dtype=np.int64)
        while True:
            left = self.left[tree, node]
            inner = left != LEAF
            if not inner.any():
                break
            goes_left = rounded[sample, self.feature[tree, node]] <= self.threshold[tree, node]
            child = np.where(goes_left, left, self.right[tree, node])
            node = np.where(inner, child, node)
        member = self.of_class[:, None] == np.arange(len(CLASSES))
        return np.asarray(self.value[tree, node] @ member, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Baseline:
    """Scores images by what their cells show."""

    trees: Trees

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:
        """Score one image; see `Scorer`."""
        return self.score_cells(Cells.of(volume), person_height_m)

    def score_cells(self, cells: Cells, person_height_m: float | None = None) -> Score:
        """Score one image by its cells, which are all that the baseline looks at."""
        return score_of(self.evidence(cells, person_height_m), cells)

    def evidence(self, cells: Cells, person_height_m: float | None = None) -> NDArray[np.float64]:
        """Map of local evidence.

        Parameters
        ----------
        cells : Cells
        person_height_m : float, optional

        Returns
        -------
        (4, n_forward, n_height) float64
            Log-probabilities of `CLASSES` up to a constant; a cell that shows no echo is one of
            none.
        """
        features = features_of(cells, person_height_m)
        there = shows(features)
        logits = np.full((*there.shape, len(CLASSES)), _NOT_THERE)
        logits[..., 0] = 0.0
        logits[there] = self.trees.logits(features[there])
        return np.moveaxis(logits, -1, 0)
