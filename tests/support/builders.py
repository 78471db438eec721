"""Small worlds by hand: walkers, detections, evidence and tracks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from clearway.domain import (
    HYPOTHESES,
    Detection,
    Evidence,
    Modality,
    ThreatClass,
    TrackStates,
    nanoseconds,
)
from clearway.domain.detection import Covariance
from clearway.twin.crowd.people import Crowd, Origin

RATE_HZ = 10.0


def crowd_of(*walks: tuple[int, NDArray[np.float64]]) -> Crowd:
    """A crowd at 10 frames per second from (first frame, positions) of each person."""
    return Crowd(
        person_id=np.arange(100, 100 + len(walks)),
        first_frame=np.array([first for first, _ in walks], dtype=np.int64),
        length=np.array([len(xy) for _, xy in walks], dtype=np.int64),
        position_m=np.concatenate([np.empty((0, 2)), *(xy for _, xy in walks)]),
        height_m=np.full(len(walks), 1.7),
        rate_hz=RATE_HZ,
        origin=Origin.SIMULATED,
        description="drawn by hand",
    )


def straight(
    start_m: tuple[float, float], velocity_m_s: tuple[float, float], frames: int
) -> NDArray[np.float64]:
    """Positions of somebody who walks at constant velocity, shape (frames, 2)."""
    time_s = np.arange(frames)[:, np.newaxis] / RATE_HZ
    walked: NDArray[np.float64] = np.array(start_m) + time_s * np.array(velocity_m_s)
    return walked


def evidence(
    ratios: Mapping[str, float] | None = None,
    *,
    modality: Modality = Modality.CURTAIN,
    examined: float = 1.0,
    declared: Iterable[ThreatClass] = (),
) -> Evidence:
    """Evidence with these log likelihood ratios; 0 for every other hypothesis."""
    known = ratios or {}
    return Evidence(
        modality,
        tuple(known.get(name, 0.0) for name in HYPOTHESES),
        examined=examined,
        declared=tuple(declared),
    )


HANDGUN_ALARM = evidence(
    {"handgun": 6.0, "handgun_explosive": 6.0, "harmless_object": 3.0},
    declared=[ThreatClass.HANDGUN],
)
CLEAR = evidence(dict.fromkeys(HYPOTHESES[1:6], -3.0))
NOT_EXAMINED = evidence(examined=0.0)


def detection(
    time_s: float,
    position_m: tuple[float, float],
    *,
    sensor_id: str = "camera-1",
    sequence: int = 1,
    delay_s: float = 0.0,
    sigma_m: float = 0.1,
    evidence: Evidence | None = None,
) -> Detection:
    """A detection with round errors that arrives ``delay_s`` after its source time."""
    return Detection(
        sensor_id,
        sequence,
        nanoseconds(time_s),
        nanoseconds(time_s + delay_s),
        *position_m,
        Covariance(sigma_m**2, 0.0, sigma_m**2),
        evidence,
    )


def tracks_at(
    time_s: float, positions_m: Mapping[int, tuple[float, float]], sigma_m: float = 0.1
) -> TrackStates:
    """Standing tracks by id."""
    states = np.zeros((len(positions_m), 4))
    states[:, :2] = np.array(list(positions_m.values())).reshape(-1, 2)
    return TrackStates(
        nanoseconds(time_s),
        np.array(list(positions_m), dtype=np.int64),
        states,
        np.tile(np.eye(4) * sigma_m**2, (len(positions_m), 1, 1)),
    )
