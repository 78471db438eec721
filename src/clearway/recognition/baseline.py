"""The interpretable baseline: boosted trees over named features, kept as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.classes import CLASSES
from clearway.recognition.features import FEATURES, SurfaceView, features_of, surface_view
from clearway.recognition.features.table import BRIGHT_DB, DELAYED_M, PROUD_M, blobs_of
from clearway.recognition.proportions import TYPICAL_HEIGHT_M
from clearway.recognition.scorer import Score
from clearway.recognition.volume import Volume

__all__ = ["Baseline", "Trees", "features_and_place"]

LEAF = -1
"""Stands for a node without children."""


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
    """Scores images by features."""

    trees: Trees

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:
        """Score one image; see `Scorer`."""
        features, suspect_m = features_and_place(volume, person_height_m)
        return self.score_features(features[None], np.array([suspect_m]))[0]

    def score_features(
        self, features: NDArray[np.floating], suspect_m: NDArray[np.float64]
    ) -> list[Score]:
        """Score several images by what `features_and_place` gave of each.

        Parameters
        ----------
        features : (n, n_features) float
        suspect_m : (n, 3) float64
        """
        places = [(forward, depth, height) for forward, depth, height in suspect_m.tolist()]
        return [
            Score(logits, place)
            for logits, place in zip(self.trees.logits(features), places, strict=True)
        ]


def features_and_place(
    volume: Volume, person_height_m: float | None = None
) -> tuple[NDArray[np.float32], tuple[float, float, float]]:
    """All that the baseline takes from an image.

    Parameters
    ----------
    volume : Volume
    person_height_m : float, optional

    Returns
    -------
    (n_features,) float32
        In the order of `FEATURES`, rounded as the trees round them.
    (float, float, float)
        Forward, depth and height of what is most suspicious, whatever the trees say.
    """
    seen = surface_view(volume)
    values = features_of(seen, person_height_m or TYPICAL_HEIGHT_M)
    return values.astype(np.float32), _most_suspicious_m(seen, volume)


def _most_suspicious_m(seen: SurfaceView, volume: Volume) -> tuple[float, float, float]:
    """Where the patch is that exceeds its threshold by the largest area-weighted factor."""
    limits = (PROUD_M, BRIGHT_DB, DELAYED_M)
    blobs = blobs_of(seen)
    chosen = max(zip(blobs, limits, strict=True), key=lambda pair: pair[0].mass / pair[1])[0]
    if chosen.area_m2 == 0.0:
        peak = np.unravel_index(int(seen.surface.level_db.argmax()), seen.surface.level_db.shape)
        place = (float(volume.forward_m[peak[0]]), float(volume.height_m[peak[1]]))
    else:
        place = (chosen.forward_m, chosen.height_m)
    x = int(np.abs(volume.forward_m - place[0]).argmin())
    z = int(np.abs(volume.height_m - place[1]).argmin())
    return place[0], float(seen.surface.depth_m[x, z]), place[1]
