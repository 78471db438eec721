"""Evidence: what a threat sensor says of a person, and to whom it belongs."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.domain.body import BodyPlace
from clearway.domain.threat import Modality, ThreatClass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a threat sensor says of one person, without any prior.

    Three states stay distinct everywhere: *not examined* (``examined`` is 0 and the ratios are
    all zero: it says nothing), *examined, nothing found* (``examined`` near 1, ratios of the
    threats well below 0) and *examined, inconclusive* (ratios near 0).
    """

    modality: Modality
    log_likelihood_ratio: tuple[float, ...]
    """Natural log of P(reading | hypothesis) / P(reading | none), one per `HYPOTHESES`."""
    examined: float
    """Share of the person that was examined with adequate quality, 0 to 1."""
    declared: tuple[ThreatClass, ...] = ()
    """The classes that the sensor itself calls present; any makes this a sensor alarm."""
    substance: str | None = None
    """The best matching trace substance, if the sensor names one."""
    body_place: BodyPlace | None = None
    """Where on the person the declared object is, if the sensor tells."""
    position_only: bool = False
    """Whether this is one of several looks at one person of which another carries the reading.

    Such a look tells where the person was and nothing else: its ratios are all zero and its
    examined share is 0, yet it does not mean *not examined*, which the last look alone can say."""

    def __post_init__(self) -> None:
        if self.position_only and (
            self.examined > 0.0
            or self.declared
            or self.substance
            or self.body_place
            or any(self.log_likelihood_ratio)
        ):
            raise ValueError("a look that tells the position only must say nothing else")

    def not_examined(self) -> Evidence:
        """The same look without what it says, of a sensor that is known not to work."""
        nothing = (0.0,) * len(self.log_likelihood_ratio)
        return Evidence(self.modality, nothing, examined=0.0, position_only=self.position_only)

    @property
    def raises_alarm(self) -> bool:
        """Whether the sensor itself declares a threat."""
        return bool(self.declared)


@dataclass(frozen=True, slots=True)
class Attribution:
    """To whom a threat sensor's detection belongs.

    The probabilities of all tracks and of "none of them" sum to one.
    """

    track_ids: tuple[int, ...]
    probabilities: tuple[float, ...]
    none: float
    """Probability that the detection belongs to nobody who is tracked."""

    def __post_init__(self) -> None:
        if len(self.track_ids) != len(self.probabilities):
            raise ValueError("one probability per track is needed")
