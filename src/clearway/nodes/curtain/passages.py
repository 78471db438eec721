"""From looks at people to messages: a place for each look, and one reading per passage.

The last look of a passage carries its reading, as with the twin's curtain.  Which look is the last
is known when the person is about to leave the space that the curtain examines; until then each
look waits for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from clearway.domain import HYPOTHESES, Detection, Evidence, Modality, nanoseconds, seconds
from clearway.domain.detection import Covariance
from clearway.nodes.curtain.evidence_store import AlarmImage, alarm_image
from clearway.nodes.curtain.pipeline import CurtainPipeline, Looked
from clearway.recognition import PassageReading
from clearway.site.schema import Curtain

__all__ = ["Passages", "Told"]

_POSITION_ONLY = Evidence(
    Modality.CURTAIN, (0.0,) * len(HYPOTHESES), examined=0.0, position_only=True
)


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """Something to tell the fusion node."""

    detection: Detection
    """Its arrival is not known yet, and given as the time of the look."""
    last_sample_ns: int
    """When its look ended."""
    passage: PassageReading | None = None
    """The reading that it carries; None for a place alone."""
    image: AlarmImage | None = None
    """Of an alarm."""


@dataclass(slots=True)
class _Passage:
    source: int
    looks: list[Looked] = field(default_factory=list)
    image: AlarmImage | None = None
    """Of the frame that speaks most for a threat."""
    highest_ratio: float = 0.0

    @property
    def last(self) -> Looked:
        return self.looks[-1]

    def longest_wait_s(self) -> float:
        """Between the last looks: longer than the radar's own where frames are dropped."""
        times_ns = [look.time_ns for look in self.looks[-3:]]
        return seconds(max((b - a for a, b in pairwise(times_ns)), default=0))

    def add(self, look: Looked) -> None:
        # Only the last look's volume is needed, and only the clearest one's image.
        self.looks[-1:] = [replace(last, volume=None) for last in self.looks[-1:]]
        self.looks.append(look)
        if look.volume is not None and look.reading.examined:
            ratio = float(look.reading.ratios.max())
            if self.image is None or ratio > self.highest_ratio:
                self.image, self.highest_ratio = alarm_image(look.volume), ratio


class Passages:
    """Keeps the passages that are under way.

    Parameters
    ----------
    sensor : Curtain
        Its error model says how far a place lies from the truth.
    pipeline : CurtainPipeline
        Whose looks are gathered.
    look_time_s : float
        From one look at a person to the next, where no frame is dropped.
    """

    def __init__(self, sensor: Curtain, pipeline: CurtainPipeline, look_time_s: float) -> None:
        self._sensor = sensor
        self._pipeline = pipeline
        self._look_time_s = look_time_s
        self._gone_ns = nanoseconds(pipeline.settings.gone_s)
        self._forget_ns = nanoseconds(pipeline.settings.forget_s)
        error = sensor.error_model
        variance = error.sigma_m**2 + error.bias_sigma_m**2
        self._covariance = Covariance(variance, 0.0, variance)
        self._open: dict[int, _Passage] = {}
        self._examined_ns: dict[int, int] = {}
        """When somebody whose passage has ended was seen last."""
        self._sequence = 0
        self._source = 0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, looks: Sequence[Looked], time_ns: int) -> list[Told]:
        """Take the looks of one frame.

        Parameters
        ----------
        looks : sequence of Looked
        time_ns : int
            Of the frame, also if nobody was there.

        Returns
        -------
        list of Told
            What is certain now, in the order of time.
        """
        told = self._ended(time_ns)
        for look in (look for look in looks if look.confirmed):
            person = look.person.id
            if person in self._examined_ns:
                self._examined_ns[person] = look.time_ns
                continue
            passage = self._open.get(person)
            if passage is None:
                passage = self._open[person] = _Passage(self._next_source(look.time_ns))
            else:
                told.append(self._place(passage))
            passage.add(look)
            if self._leaves(passage):
                told.append(self._close(person))
        return told

    def close_all(self) -> list[Told]:
        """End all passages: no more frames come."""
        return [self._close(person) for person in list(self._open)]

    def _ended(self, time_ns: int) -> list[Told]:
        """Passages without a look for too long."""
        old = [
            person
            for person, seen_ns in self._examined_ns.items()
            if time_ns - seen_ns > self._forget_ns
        ]
        for person in old:
            del self._examined_ns[person]
        return [
            self._close(person)
            for person, passage in list(self._open.items())
            if time_ns - passage.last.time_ns > self._gone_ns
        ]

    def _leaves(self, passage: _Passage) -> bool:
        """Whether the next look would find the person outside of the examined space."""
        place, velocity = passage.last.place_m, passage.last.person.velocity_m_s
        wait_s = max(self._look_time_s, passage.longest_wait_s())
        ahead = (place[0] + wait_s * velocity[0], place[1] + wait_s * velocity[1])
        return not self._pipeline.in_space(ahead)

    def _close(self, person: int) -> Told:
        passage = self._open.pop(person)
        self._examined_ns[person] = passage.last.time_ns
        reading = self._pipeline.recogniser.passage([look.reading for look in passage.looks])
        evidence = reading.evidence()
        return Told(
            self._detection(passage, evidence),
            passage.last.last_sample_ns,
            reading,
            passage.image if evidence.raises_alarm else None,
        )

    def _place(self, passage: _Passage) -> Told:
        return Told(self._detection(passage, _POSITION_ONLY), passage.last.last_sample_ns)

    def _detection(self, passage: _Passage, evidence: Evidence) -> Detection:
        self._sequence += 1
        look = passage.last
        return Detection(
            self._sensor.id,
            self._sequence,
            look.time_ns,
            look.time_ns,
            *look.place_m,
            self._covariance,
            evidence,
            source=passage.source,
        )

    def _next_source(self, time_ns: int) -> int:
        """A number that no earlier run of this node has given to anybody."""
        self._source = max(self._source + 1, time_ns)
        return self._source
