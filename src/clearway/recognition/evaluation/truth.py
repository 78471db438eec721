"""What is known of a passage that a recogniser is scored on, wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError
from clearway.imaging import Array
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["Passage", "PassageTruth", "aspect_words", "radar_words"]


@dataclass(frozen=True, slots=True)
class PassageTruth:
    """One walk past a curtain as it truly was; what is not known stays empty.

    Raises
    ------
    ArgumentError
        An outcome that `OUTCOMES` does not hold.
    """

    passage: str
    """Unique in its set."""
    body: str
    """A pseudonym: passages of one body are not independent."""
    outcome: str
    """One of `OUTCOMES`."""
    object_family: str = ""
    object_name: str = ""
    object_size_m: float | None = None
    """Longest side."""
    place: BodyPlace | None = None
    clothing: str = ""
    wet: bool = False
    speed_m_s: float | None = None
    aspect: str = ""
    """Which side of the body faced a panel, in words."""
    radar: str = ""
    """Array and band, in words."""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ArgumentError(
                "outcome", f"is {self.outcome!r}", f"give one of {', '.join(OUTCOMES)}"
            )


def aspect_words(right: Sequence[bool]) -> str:
    """Which sides of the body the panels saw.

    Parameters
    ----------
    right : sequence of bool
        For each panel, whether that was the person's right side.

    Examples
    --------
    >>> aspect_words([True, False]), aspect_words([False])
    ('both sides', 'left side')
    """
    if all(right):
        return "right side"
    return "both sides" if any(right) else "left side"


def radar_words(array: Array, frequencies_hz: NDArray[np.float64]) -> str:
    """Array and band."""
    low, high = frequencies_hz.min() / 1e9, frequencies_hz.max() / 1e9
    return (
        f"{array.n_tx} x {array.n_rx} elements, {len(frequencies_hz)} frequencies, "
        f"{low:.3g} to {high:.3g} GHz"
    )


class Passage(Protocol):
    """A passage that can be scored: recorded, or simulated for a test."""

    @property
    def truth(self) -> PassageTruth:
        """As it was."""
        ...

    @property
    def fingerprint(self) -> str:
        """Another one wherever `frames` would give anything else."""
        ...

    def frames(self, interest: RegionOfInterest) -> Iterator[tuple[Volume, View]]:
        """Images of the person and what is known of each look, in any order."""
        ...
