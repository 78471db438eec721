"""What a service shows: alerts and people, as short words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clearway.domain import (
    Alert,
    AlertState,
    Belief,
    Candidate,
    Closing,
    Detection,
    Evidence,
    Modality,
    ThreatClass,
    Track,
    TrackStates,
    nanoseconds,
)
from clearway.domain.detection import Covariance
from clearway.sapient.bindings import SapientMessage
from clearway.service.outputs import AlertTold, PeopleReported, Reading
from tests.control_room.station import START_NS

PRIOR = np.array([0.9579, 5e-6, 3e-5, 1e-6, 3e-5, 1e-6, 0.042033])
PRIOR /= PRIOR.sum()
LONG_GUN = Evidence(
    Modality.CURTAIN,
    (0.0, 0.0, 3.0, 3.0, 9.0, 9.0, 1.0),
    examined=0.9,
    declared=(ThreatClass.LONG_GUN,),
)
TNT = Evidence(Modality.TRACE, (0.0, 4.0, 0.0, 4.0, 0.0, 4.0, 0.0), examined=1.0, substance="TNT")
SUSPECTED = Belief(np.array([0.02, 0.0, 0.03, 0.0, 0.9, 0.0, 0.05]), PRIOR, {Modality.CURTAIN: 0.9})
UNKNOWN = Belief(PRIOR, PRIOR, {})


def reading(
    sensor_id: str = "curtain-west",
    sequence: int = 1,
    evidence: Evidence = LONG_GUN,
    *,
    looks: int = 1,
    time_s: float = 0.0,
) -> Reading:
    time_ns = START_NS + nanoseconds(time_s)
    covariance = Covariance(0.01, 0.0, 0.01)
    detection = Detection(
        sensor_id, sequence, time_ns, time_ns, 3.0, 4.0, covariance, evidence=evidence
    )
    return Reading(detection, looks)


def alert_told(
    alert_id: str = "A",
    *,
    state: AlertState = AlertState.OPEN,
    because: Closing | None = None,
    candidates: Sequence[tuple[int, float]] = (),
    leading: tuple[int, float, float] | None = None,
    readings: Sequence[Reading] = (reading(),),
    merged_into: str | None = None,
    later_s: float = 0.0,
) -> AlertTold:
    ending_s = 1.0 if state is AlertState.CLOSED else 0.0
    time_ns = START_NS + nanoseconds(later_s + ending_s)
    alert = Alert(
        alert_id=1,
        state=state,
        time_ns=time_ns,
        opened_ns=START_NS,
        candidates=tuple(Candidate(*one) for one in candidates),
        probability=0.93,
        belief=SUSPECTED,
        evidence=tuple((one.detection.sensor_id, one.detection.sequence) for one in readings),
        closed_because=because,
    )
    message = SapientMessage()
    message.alert.description = "Long gun suspected."
    lead = None
    if leading is not None:
        track_id, x_m, y_m = leading
        lead = Track(track_id, START_NS, x_m, y_m, 1.0, 0.0, 0.1)
    return AlertTold(alert_id, alert, message, tuple(readings), lead, merged_into)


def people_reported(
    people: Sequence[tuple[int, float, float]], *, later_s: float = 1.0
) -> PeopleReported:
    """People by track id and place, walking east; all of them suspected."""
    count = len(people)
    tracks = TrackStates(
        START_NS + nanoseconds(later_s),
        np.array([one for one, _, _ in people], dtype=np.int64),
        np.array([(x_m, y_m, 1.0, 0.0) for _, x_m, y_m in people]).reshape(count, 4),
        np.tile(0.01 * np.eye(4), (count, 1, 1)),
    )
    return PeopleReported(tracks, (SUSPECTED,) * count)
