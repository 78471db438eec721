"""The plan of the site at one instant: everybody who is followed, and whom alarms are about."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from clearway.alarms import AlarmDesk
from clearway.control_room.numbers import PersonNumbers
from clearway.domain import Mark, Modality, TrackPicture
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
    tracks, beliefs = report.tracks, report.beliefs
    states = tracks.states
    track_id = numbers.all_of(tracks.track_ids)
    return TrackPicture(
        time_ns=tracks.time_ns,
        track_id=track_id,
        x_m=states[:, 0],
        y_m=states[:, 1],
        velocity_x_m_s=states[:, 2],
        velocity_y_m_s=states[:, 3],
        sigma_m=tracks.sigma_m,
        threat=np.array([belief.threat for belief in beliefs], dtype=float),
        examined_curtain=_shares(Modality.CURTAIN, report),
        examined_trace=_shares(Modality.TRACE, report),
        mark=np.array([marks.get(one, Mark.NONE) for one in track_id.tolist()], np.uint8),
    )


def _shares(modality: Modality, report: PeopleReported) -> NDArray[np.float64]:
    return np.array([belief.examined.get(modality, 0.0) for belief in report.beliefs], dtype=float)
