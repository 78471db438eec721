"""By what number the people of the control room know somebody who is followed.

A tracker that begins afresh, after a restart or a defect, counts from one again.  An alarm that is
about its old number 7 must never point at its new one: here no number is given twice, whatever
happens to the tracker, the service or the machine.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Integer, Table, insert, select, update

from clearway.store.database import INT64, METADATA, Database

_BLOCK: Final = 1000
"""Numbers that are set aside at once; a restart leaves out what is left of them."""
_SOON: Final = 500
_REMEMBERED: Final = 20_000
"""Tracks whose numbers are known; older ones have ended long ago."""
_WIRE: Final = 1 << 32
"""Numbers of a browser's frames have 32 bits, and begin again after them."""

_RESERVED: Final = Table(
    "person_numbers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("reserved", INT64, nullable=False),
    sqlite_strict=True,
)

_NOBODY: Final = (np.zeros(0, np.int64), np.zeros(0, np.int64))


class PersonNumbers:
    """Numbers for tracks.

    Parameters
    ----------
    database : Database
        Remembers which numbers may have been given.

    Raises
    ------
    OutputError
        The database cannot be written.
    """

    def __init__(self, database: Database) -> None:
        database.create(_RESERVED)
        self._database = database
        self._numbers: dict[int, int] = {}
        self._last = _NOBODY
        """Tracks asked for last, and their numbers: most often nobody has come or gone since."""
        self._next = 1
        self._next = self._reserve()

    def of(self, track_id: int) -> int:
        """The number of a track, which keeps it."""
        number = self._numbers.get(track_id)
        if number is None:
            number = self._numbers[track_id] = self._next % _WIRE
            self._next += 1
            if len(self._numbers) > _REMEMBERED:
                del self._numbers[next(iter(self._numbers))]
        return number

    def all_of(self, track_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of several tracks, shape (n,)."""
        asked, known = self._last
        if not np.array_equal(asked, track_ids):
            known = np.array([self.of(one) for one in track_ids.tolist()], dtype=np.int64)
            self._last = track_ids, known
        return known

    def begin_afresh(self) -> None:
        """The tracker counts from the beginning: its tracks are others from here on."""
        self._numbers.clear()
        self._last = _NOBODY

    @property
    def run_short(self) -> bool:
        """Whether more should be set aside."""
        return self._next + _SOON > self._reserved

    def set_aside(self) -> None:
        """Set more numbers aside; it waits for the disk.

        Raises
        ------
        OutputError
            The disk refuses.  Numbers are given all the same; after a restart some might be given
            twice.
        """
        self._reserve()

    def _reserve(self) -> int:
        """Set a block aside; the first number that nobody before can have given."""
        with self._database.begin() as connection:
            kept = connection.execute(select(_RESERVED.c.reserved)).scalar_one_or_none()
            first = self._next if kept is None else max(kept, self._next)
            row = {"reserved": first + _BLOCK}
            if kept is None:
                connection.execute(insert(_RESERVED), row | {"id": 1})
            else:
                connection.execute(update(_RESERVED).values(row))
        self._reserved = first + _BLOCK
        return first
