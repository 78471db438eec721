"""The plan of the site at one instant: everybody who is followed, and whom alarms are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.alarms import AlarmDesk
from clearway.control_room.numbers import PersonNumbers
from clearway.domain import HYPOTHESES, Belief, Mark, Modality, TrackPicture
from clearway.domain.threat import HARMLESS_OBJECT
from clearway.service.outputs import PeopleReported


def marks_of(desk: AlarmDesk) -> dict[int, Mark]:
    """Whom the alarms in the queue are about, by track.

    An alarm that the machine no longer holds to points at nobody: its candidates have left, or are
    no longer suspected.
    """
    marks: dict[int, Mark] = {}
    for alarm in desk.queue:
        if alarm.live:
            for place, candidate in enumerate(alarm.report.candidates):
                mark = Mark.CANDIDATE if place else Mark.LEADING
                known = marks.get(candidate.track_id, Mark.NONE)
                marks[candidate.track_id] = max(known, mark)
    return marks


def picture_of(
    report: PeopleReported, numbers: PersonNumbers, marks: Mapping[int, Mark]
) -> TrackPicture:
    """What the plan shows at a report time.

    Parameters
    ----------
    report : PeopleReported
    numbers : PersonNumbers
        By which people are shown.
    marks : mapping
        Of `marks_of`.

    Returns
    -------
    TrackPicture
    """
    tracks = report.tracks
    states = tracks.states
    track_id = numbers.all_of(tracks.track_ids)
    mark = np.zeros(len(track_id), np.uint8)
    for number, kind in marks.items():
        mark[track_id == number] = kind
    return TrackPicture(
        time_ns=tracks.time_ns,
        track_id=track_id,
        x_m=states[:, 0],
        y_m=states[:, 1],
        velocity_x_m_s=states[:, 2],
        velocity_y_m_s=states[:, 3],
        sigma_m=tracks.sigma_m,
        threat=_threats(report.beliefs),
        examined_curtain=_shares(Modality.CURTAIN, report.beliefs),
        examined_trace=_shares(Modality.TRACE, report.beliefs),
        mark=mark,
    )


def _threats(beliefs: Sequence[Belief]) -> NDArray[np.float64]:
    """`Belief.threat` of all at once, several times a second."""
    known = np.reshape([belief.probabilities for belief in beliefs], (-1, len(HYPOTHESES)))
    threats: NDArray[np.float64] = known[:, 1:HARMLESS_OBJECT].sum(axis=1)
    return threats


def _shares(modality: Modality, beliefs: Sequence[Belief]) -> NDArray[np.float64]:
    return np.array([belief.examined.get(modality, 0.0) for belief in beliefs], dtype=float)
