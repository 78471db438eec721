"""What is known of a passage that a recogniser is scored on, wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["Passage", "PassageTruth"]


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
