"""Training the baseline's trees."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import MissingExtraError
from clearway.recognition.baseline import LEAF, Trees
from clearway.recognition.classes import CLASSES
from clearway.recognition.logistic import balanced_weights

__all__ = ["BoostingSettings", "train_trees"]


@dataclass(frozen=True, slots=True)
class BoostingSettings:
    """How to train; the defaults are those of the shipped model."""

    rounds: int = 300
    learning_rate: float = 0.04
    depth: int = 5
    subsample: float = 0.3
    """Share of the cells that each tree sees."""
    least_in_leaf: int = 40
    folds: int = 5
    """Parts of the bodies, each of which is scored by trees of the others: what is fitted on scores
    needs such of bodies that the trees do not know."""
    seed: int = 1


def train_trees(
    features: NDArray[np.floating], classes: NDArray[np.integer], settings: BoostingSettings
) -> Trees:
    """Gradient boosting (J. H. Friedman, Annals of Statistics 29, 2001).

    Rare classes weigh more, by the square root of their rarity: with weights that made all alike,
    the few cells of handguns would be learnt by heart.

    Parameters
    ----------
    features : (n, n_features) float
    classes : (n,) int
        Numbers of `CLASSES`; each must occur.
    settings : BoostingSettings

    Returns
    -------
    Trees

    Raises
    ------
    ArgumentError
        If a class has no cell.
    MissingExtraError
        Without scikit-learn.
    """
    weights = np.sqrt(len(classes) * balanced_weights(classes, len(CLASSES)))
    try:
        ensemble = importlib.import_module("sklearn.ensemble")
    except ImportError as error:
        raise MissingExtraError(
            "training the baseline (scikit-learn)", 'pip install "clearway[train]"'
        ) from error
    model = ensemble.GradientBoostingClassifier(
        init="zero",
        learning_rate=settings.learning_rate,
        n_estimators=settings.rounds,
        max_depth=settings.depth,
        min_samples_leaf=settings.least_in_leaf,
        subsample=settings.subsample,
        max_features="sqrt",
        random_state=settings.seed,
    )
    model.fit(features, classes, sample_weight=weights)
    grown = [(tree.tree_, k) for row in model.estimators_ for k, tree in enumerate(row)]
    return _plain(grown, settings.learning_rate, features.shape[1])


def _plain(grown: list[tuple[Any, int]], learning_rate: float, n_features: int) -> Trees:
    """Copy scikit-learn's trees into arrays of one width."""
    shape = (len(grown), max(tree.node_count for tree, _ in grown))
    feature, left, right = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    left[...] = right[...] = LEAF
    threshold, value = np.zeros(shape), np.zeros(shape)
    for row, (tree, _) in enumerate(grown):
        n = tree.node_count
        inner = tree.children_left != LEAF
        feature[row, :n] = np.where(inner, tree.feature, 0)
        threshold[row, :n] = np.where(inner, tree.threshold, 0.0)
        left[row, :n], right[row, :n] = tree.children_left, tree.children_right
        value[row, :n] = learning_rate * tree.value[:, 0, 0]
    of_class = np.array([k for _, k in grown])
    return Trees(feature, threshold, left, right, value, of_class, n_features)
