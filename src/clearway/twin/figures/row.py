"""One simulated passage: who walked, with what, and what the recogniser said of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan

from clearway.domain import HYPOTHESES, Evidence, Modality, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES
from clearway.twin.figures.conditions import Conditions

__all__ = ["PassageRow"]

_REMEDY = "characterise the curtain again"


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One passage of a person through a curtain.

    Raises
    ------
    ArgumentError
        Values that no passage can have.
    """

    walk: int
    """Number of the walk: what one person was simulated with shares it."""
    outcome: str
    """What was carried, one of `OUTCOMES`."""
    object_kind: str
    """Empty where nothing was carried."""
    object_family: str
    object_size_m: float
    """Longest side; NaN where nothing was carried."""
    true_place: BodyPlace | None
    """Where on the body it was."""
    body: str
    clothing: str
    """Family of the outfit."""
    wet: bool
    speed_m_s: float
    distance_m: float
    """Of the middle of the body from the first panel."""
    direction: int
    """+1 for a person who shows the first panel the right side, -1 for the left one."""
    occlusion: float
    """Share of the panels that others hid at the crossing, 0 to 1."""
    n_frames: int
    n_examined: int
    """Frames that were good enough."""
    examined: float
    """Examined share of the body, 0 to 1."""
    log_likelihood_ratio: tuple[float, ...]
    """Against none, natural log, in the order of `HYPOTHESES`."""
    declared: tuple[ThreatClass, ...]
    """Highest score first."""
    said_place: BodyPlace | None
    """Where on the body a threat would be."""
    error_x_m: float
    """Measured minus true position at the crossing, along the first panel; NaN where the image
    showed no position."""
    error_y_m: float
    """Away from the first panel."""

    def __post_init__(self) -> None:
        ratios = self.log_likelihood_ratio
        silent = not self.declared and not any(ratios)
        carries = self.outcome != OUTCOMES[0]
        errors = (self.error_x_m, self.error_y_m)
        for name, sound in (
            ("outcome", self.outcome in OUTCOMES),
            ("object_kind", bool(self.object_kind) == carries),
            ("object_family", bool(self.object_family) == carries),
            ("object_size_m", self.object_size_m > 0 if carries else isnan(self.object_size_m)),
            ("speed_m_s", isfinite(self.speed_m_s) and self.speed_m_s > 0),
            ("distance_m", isfinite(self.distance_m)),
            ("direction", self.direction in (-1, 1)),
            ("occlusion", 0.0 <= self.occlusion <= 1.0),
            ("n_examined", 0 <= self.n_examined <= self.n_frames),
            ("examined", 0.0 <= self.examined <= 1.0 and (self.examined > 0.0 or silent)),
            ("log_likelihood_ratio", len(ratios) == len(HYPOTHESES) and all(map(isfinite, ratios))),
            ("log_likelihood_ratio", not ratios or ratios[0] == 0.0),
            ("declared", len(set(self.declared)) == len(self.declared)),
            ("error_x_m", all(map(isnan, errors)) or all(map(isfinite, errors))),
        ):
            if not sound:
                raise ArgumentError(name, f"is {getattr(self, name)!r:.80}, of no passage", _REMEDY)

    @property
    def conditions(self) -> Conditions:
        """What a crowd simulation knows of it, too."""
        return Conditions(self.speed_m_s, self.distance_m, float(self.direction), self.occlusion)

    @property
    def evidence(self) -> Evidence:
        """What the curtain sent."""
        return Evidence(
            Modality.CURTAIN,
            self.log_likelihood_ratio,
            examined=self.examined,
            declared=self.declared,
            body_place=self.said_place if self.declared else None,
        )
