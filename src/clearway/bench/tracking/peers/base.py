"""What every tracker in a comparison offers, and how its time is taken."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.bench.tracking.scenario import Frame, Scenario
from clearway.bench.tracking.scoring import MATCH_M, TrackedFrame

__all__ = ["Followed", "Peer", "Session", "follow"]


class Session(Protocol):
    """One tracker at work on one scenario."""

    def take(self, frame: Frame) -> Any:
        """Turn the detections of an instant into what `step` takes; not timed.

        Nothing of the truth in the frame may be used.
        """

    def step(self, detections: Any) -> Any:
        """Do the tracker's own work for one instant; timed."""

    def report(self, stepped: Any) -> TrackedFrame:
        """Read the confirmed tracks out of what `step` gave; not timed.

        Causal: ids and positions as they are known now, never mended later.
        """


class Peer(Protocol):
    """A tracker."""

    @property
    def name(self) -> str:
        """As it stands in tables."""

    def version(self) -> str:
        """Version of the library that tracks.

        Raises
        ------
        MissingExtraError
            If it is not installed, with the way to get it.
        """

    def start(self, scenario: Scenario) -> Session:
        """Begin with no track.

        Parameters
        ----------
        scenario : Scenario
            Of which only the sensors may be looked at.

        Raises
        ------
        MissingExtraError
            As `version`.
        """


@dataclass(frozen=True, slots=True)
class Followed:
    """What a tracker said, and what it cost."""

    answers: list[TrackedFrame]
    """One per frame."""
    cpu_s: NDArray[np.float64]
    """Processor seconds of each frame, all threads together."""


def follow(peer: Peer, scenario: Scenario) -> Followed:
    """Let a tracker follow the people of a scenario.

    A track farther than half a metre, the reach of a match, outside every sensor's coverage is
    left out, whatever the tracker: that the recording ends there is nobody's merit to know.

    Raises
    ------
    MissingExtraError
        If the tracker is not installed.
    """
    session = peer.start(scenario)
    answers, cpu_s = [], []
    for frame in scenario.frames:
        detections = session.take(frame)
        started = process_time()
        stepped = session.step(detections)
        cpu_s.append(process_time() - started)
        answers.append(_covered(session.report(stepped), scenario))
    return Followed(answers, np.array(cpu_s))


def _covered(answer: TrackedFrame, scenario: Scenario) -> TrackedFrame:
    inside = np.zeros(len(answer.track_id), dtype=bool)
    for sensor in scenario.sensors:
        inside |= sensor.covers(answer.position_m, MATCH_M)
    return TrackedFrame(answer.track_id[inside], answer.position_m[inside])
