"""The plan as binary frames: one for all who may see everybody, and a guard's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from msgspec import structs

from clearway.alarms import Actor, AlarmDesk
from clearway.console.alarm_view import may_follow
from clearway.console.frames import FrameFlag, TracksFrame, encode
from clearway.control_room.picture import marks_of
from clearway.domain import Mark, TrackPicture

__all__ = ["Plan", "guard_marks"]


class Plan:
    """One picture, written once for all who are shown the same.

    Parameters
    ----------
    picture : TrackPicture
    sequence : int
    flags : FrameFlag
    """

    def __init__(self, picture: TrackPicture, sequence: int, flags: FrameFlag) -> None:
        self._picture = picture
        self._sequence = sequence
        self._flags = flags
        self._whole: bytes | None = None

    def whole(self) -> bytes:
        """Everybody."""
        if self._whole is None:
            self._whole = self._written(self._picture)
        return self._whole

    def of_nobody_but(self, marks: Mapping[int, Mark]) -> bytes:
        """Nobody but these people."""
        return self._written(_only(self._picture, marks))

    def _written(self, picture: TrackPicture) -> bytes:
        return encode(TracksFrame(picture, self._sequence, self._flags))


def _only(picture: TrackPicture, marks: Mapping[int, Mark]) -> TrackPicture:
    """A picture of nobody but these people, with these marks and no others."""
    kept = np.isin(picture.track_id, list(marks))
    columns = {
        one.name: getattr(picture, one.name)[kept]
        for one in fields(picture)
        if one.name != "time_ns"
    }
    columns["mark"] = np.array([marks[one] for one in columns["track_id"].tolist()], np.uint8)
    return TrackPicture(time_ns=picture.time_ns, **columns)


def guard_marks(desk: AlarmDesk, guard: Actor) -> dict[int, Mark]:
    """Whom the alarms are about that a guard is dealing with."""
    mine = {alarm_id: alarm for alarm_id, alarm in desk.alarms.items() if may_follow(alarm, guard)}
    return marks_of(structs.replace(desk, alarms=mine))
