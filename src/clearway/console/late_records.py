"""Audit records of what has happened whether or not the disk takes them.

Who is present and what they were shown cannot be undone, and nobody may wait for the disk to be
shown an alarm.  So these records wait here, are written once a second in one transaction, and wait
on while the disk refuses.  Whatever somebody asks for is recorded with it instead; see
`ConsoleContext.recording`.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final, NamedTuple

from clearway.audit import AuditLog
from clearway.control_room.record import MACHINE
from clearway.store.database import Database

__all__ = ["LateRecords"]

_MOST_RECORDS: Final = 2_000
_MOST_SHOWN: Final = 50_000
"""Alarms times people: fifty people, each shown all of a thousand alarms."""
_MOST_KNOWN: Final = 2 * _MOST_SHOWN


class _Record(NamedTuple):
    kind: str
    actor: str
    subject: str
    payload: object
    time_ns: int


class LateRecords:
    """Records that wait to be written; to be added to in one thread and written in another.

    What waits is bounded.  Beyond that it is counted, and the log is told how many records it
    lacks.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        """Of who writes."""
        self._lock = Lock()
        """Of what waits."""
        self._records: list[_Record] = []
        self._shown: dict[str, dict[str, int]] = {}
        """When which alarms were shown to whom, as far as it waits."""
        self._known: dict[tuple[str, str], None] = {}
        """Who was shown which alarm, the longest ago first."""
        self._lost = 0
        self._lost_ns = 0
        """When the last of them was."""

    def add(
        self, kind: str, actor: str, subject: str, payload: object = None, *, time_ns: int
    ) -> None:
        """Let a record be written; the arguments are those of `AuditLog.append`."""
        with self._lock:
            if len(self._records) < _MOST_RECORDS:
                self._records.append(_Record(kind, actor, subject, payload, time_ns))
            else:
                self._lose(time_ns)

    def shown(self, person: str, alarm_ids: Iterable[str], *, time_ns: int) -> None:
        """Note that alarms were sent to somebody's page; of each only the first time counts.

        After a hundred thousand others, and after a restart, an alarm counts anew.
        """
        with self._lock:
            waiting = sum(map(len, self._shown.values()))
            for alarm_id in alarm_ids:
                pair = (person, alarm_id)
                if pair in self._known:
                    continue
                self._known[pair] = None
                if len(self._known) > _MOST_KNOWN:
                    del self._known[next(iter(self._known))]
                if waiting < _MOST_SHOWN:
                    waiting += 1
                    self._shown.setdefault(person, {})[alarm_id] = time_ns
                else:
                    self._lose(time_ns)

    def keep(self, database: Database, audit: AuditLog) -> None:
        """Write all that waits; it waits for the disk.

        One record ``alarms-shown`` for each person lists the alarms, and when each was sent.

        Parameters
        ----------
        database : Database
        audit : AuditLog
            Of that database.

        Raises
        ------
        OutputError
            The disk is full or gone; what waits goes on waiting.
        """
        with self._turn:
            with self._lock:
                records, self._records = self._records, []
                shown, self._shown = self._shown, {}
                lost, self._lost = self._lost, 0
                lost_ns = self._lost_ns
            batch = [*records, *map(_of_shown, shown, shown.values())]
            if lost:
                count = {"count": lost}
                batch.append(_Record("records-lost", MACHINE, "audit log", count, lost_ns))
            if not batch:
                return
            batch.sort(key=lambda record: record.time_ns)
            try:
                with database.begin() as connection:
                    for record in batch:
                        audit.add(connection, *record[:4], time_ns=record.time_ns)
            except BaseException:
                with self._lock:
                    self._records[:0] = records
                    self._lost += lost
                    for person, alarms in shown.items():
                        self._shown[person] = alarms | self._shown.get(person, {})
                raise

    def _lose(self, time_ns: int) -> None:
        self._lost += 1
        self._lost_ns = time_ns


def _of_shown(person: str, alarms: dict[str, int]) -> _Record:
    payload = {"alarms": [{"id": alarm_id, "sent_ns": ns} for alarm_id, ns in alarms.items()]}
    return _Record("alarms-shown", MACHINE, person, payload, min(alarms.values()))
