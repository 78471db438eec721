"""What every scorer gives of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.volume import Volume

__all__ = ["Score", "Scorer"]


@dataclass(frozen=True, eq=False)
class Score:
    """One image's raw scores."""

    logits: NDArray[np.float64]
    """(4,) in the order of `CLASSES`: log-probabilities up to a constant, not yet calibrated."""
    place_m: tuple[float, float, float]
    """Where the most suspicious thing is, in the person's own coordinates (forward, depth,
    height), whatever its class."""


class Scorer(Protocol):
    """From an image to scores."""

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:
        """Score one image."""
        ...
