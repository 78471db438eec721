"""What was kept about people goes when its time is over, and the audit log says so.

The message log has a retention of its own, see `clearway.recording`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from msgspec import Struct
from sqlalchemy import Column, Table, and_, delete, insert, not_, select

from clearway.accounts.tables import ACCOUNT_TABLES, INVITATIONS, SESSIONS
from clearway.audit import AuditLog
from clearway.audit.record import ERASED
from clearway.audit.tables import KEYS, RECORDS
from clearway.control_room.record import MACHINE
from clearway.control_room.tables import ALARM_TABLES, ALARMS, CHANGES
from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError, ClearwayError
from clearway.history import forget
from clearway.service.alert_store import AlertStore
from clearway.site.schema import Keep
from clearway.store.database import INT64, METADATA, Database

__all__ = ["ENFORCED", "DataClass", "Deleted", "Retention"]

ENFORCED: Final = "retention-enforced"
"""Kind of the audit record; its payload counts what went, by class."""

_HOUR_NS: Final = 3600 * NANOSECONDS
_DAY_NS: Final = 24 * _HOUR_NS
_LEAP_NS: Final = _DAY_NS
_HOLD_NS: Final = 12 * _HOUR_NS
_SURELY_OVER_NS: Final = _DAY_NS
"""A session of that age: none lasts so long."""
_PAYLOADS_AT_ONCE: Final = 1_000
"""Each is a transaction of its own, and others write to the log too; the next run goes on."""
_REASON: Final = "kept for as long as the site's settings say"

_RUNS: Final = Table(
    "retention_runs",
    METADATA,
    Column("ran_ns", INT64, nullable=False),
    Column("trusted_from_ns", INT64, nullable=False),
    sqlite_strict=True,
)
"""One row: the last run, and from when on the clock is believed."""


class DataClass(StrEnum):
    """What is kept about people."""

    TRACKS = "tracks"
    """Files of the track history."""
    ALERTS = "alerts"
    """Of the service, with all that was told of them."""
    ALARMS = "alarms"
    """That people attended to, with all that became of them."""
    SESSIONS = "sessions"
    """That are over."""
    INVITATIONS = "invitations"
    """That nobody has used in time."""
    AUDIT_PAYLOADS = "audit_payloads"
    """What records of the audit log say besides who did what."""


class Deleted(Struct, frozen=True):
    """So much of a class went."""

    what: DataClass
    count: int


class Retention:
    """Deletes what is older than the site's settings allow.

    A clock that is wrong must not delete everything.  Where it has leapt ahead by more than a day
    since the last run, which is also what a service sees that was switched off, nothing is deleted
    for twelve hours and the operator is told with every run; if the clock still stands by it then,
    it is believed.  Set back before that, nothing was lost and nothing has to be waited for.

    Parameters
    ----------
    keep : Keep
        For how long.
    tracks : Path
        Folder of the track history.
    alerts : AlertStore
    database : Database
        Of accounts, alarms and the audit log.
    audit : AuditLog
        Of the same database.
    tell : callable
        Is given a sentence about whatever could not be deleted, in the thread of `enforce`.

    Raises
    ------
    OutputError
        The database cannot be written.
    """

    def __init__(
        self,
        keep: Keep,
        *,
        tracks: Path,
        alerts: AlertStore,
        database: Database,
        audit: AuditLog,
        tell: Callable[[str], None],
    ) -> None:
        database.create(*ACCOUNT_TABLES, *ALARM_TABLES, _RUNS)
        self._keep = keep
        self._tracks = tracks
        self._alerts = alerts
        self._database = database
        self._audit = audit
        self._tell = tell
        self._unrecorded: Counter[DataClass] = Counter()
        with database.read() as connection:
            row = connection.execute(select(_RUNS)).one_or_none()
        self._ran_ns: int | None = None if row is None else row.ran_ns
        self._trusted_from_ns: int = 0 if row is None else row.trusted_from_ns

    def due(self, now_ns: int) -> bool:
        """Whether it is time for a run: once an hour, and after the clock was set back."""
        return self._ran_ns is None or not self._ran_ns <= now_ns < self._ran_ns + _HOUR_NS

    def enforce(self, now_ns: int) -> tuple[Deleted, ...]:
        """Delete what is due, and add one audit record that counts it.

        It waits for disks: call it in a thread, one call at a time.  What cannot be deleted now is
        told and due again with the next run.  Erased audit payloads have each a record of their
        own besides.

        Parameters
        ----------
        now_ns : int
            UTC.

        Returns
        -------
        tuple of Deleted
            Without classes of which nothing went; where it is empty, nothing is recorded.

        Raises
        ------
        OutputError
            The run cannot be written down.  What was deleted is in the next record.
        """
        if not self._believes(now_ns):
            until = datetime.fromtimestamp(self._trusted_from_ns // NANOSECONDS, UTC)
            self._tell(
                "retention: the clock has gone ahead by more than a day since the last run, so that"
                f" nothing is deleted before {until:%Y-%m-%d %H:%M} UTC: check date and time of"
                " this machine"
            )
            return ()
        deleted = tuple(Deleted(what, count) for what, count in self._all(now_ns) if count)
        self._unrecorded.update({one.what: one.count for one in deleted})
        if self._unrecorded:
            counts = {what.value: count for what, count in self._unrecorded.items()}
            self._audit.append(ENFORCED, MACHINE, "kept data", counts, time_ns=now_ns)
            self._unrecorded.clear()
        return deleted

    def _believes(self, now_ns: int) -> bool:
        ran_ns, from_ns = self._ran_ns, self._trusted_from_ns
        if ran_ns is not None and now_ns - ran_ns > _LEAP_NS:
            from_ns = now_ns + _HOLD_NS
        elif ran_ns is not None and now_ns < ran_ns:
            from_ns = min(from_ns, now_ns)
        run = {"ran_ns": now_ns, "trusted_from_ns": from_ns}
        with self._database.begin() as connection:
            connection.execute(delete(_RUNS))
            connection.execute(insert(_RUNS).values(run))
        self._ran_ns, self._trusted_from_ns = now_ns, from_ns
        return now_ns >= from_ns

    def _all(self, now_ns: int) -> Iterator[tuple[DataClass, int]]:
        jobs: dict[DataClass, Callable[[int], int]] = {
            DataClass.TRACKS: self._forget_tracks,
            DataClass.ALERTS: self._forget_alerts,
            DataClass.ALARMS: self._forget_alarms,
            DataClass.SESSIONS: self._forget_sessions,
            DataClass.INVITATIONS: self._forget_invitations,
            DataClass.AUDIT_PAYLOADS: self._erase_payloads,
        }
        for what, job in jobs.items():
            try:
                yield what, job(now_ns)
            except ClearwayError as error:
                self._tell(f"retention: {what.value} whose time is over stay for now: {error}")

    def _forget_tracks(self, now_ns: int) -> int:
        forgotten = forget(self._tracks, _before(now_ns, self._keep.tracks_days))
        for failure in forgotten.failures:
            self._tell(f"retention: {failure}")
        return forgotten.files

    def _forget_alerts(self, now_ns: int) -> int:
        return self._alerts.shorten(_before(now_ns, self._keep.alerts_days))

    def _forget_alarms(self, now_ns: int) -> int:
        over = ALARMS.c.resolved_ns < _before(now_ns, self._keep.alerts_days)
        with self._database.begin() as connection:
            ids = select(ALARMS.c.alarm_id).where(over)
            connection.execute(delete(CHANGES).where(CHANGES.c.alarm_id.in_(ids)))
            count = connection.execute(delete(ALARMS).where(over)).rowcount
        if count:
            self._database.clear_journal()
        return count

    def _forget_sessions(self, now_ns: int) -> int:
        over = SESSIONS.c.opened_ns < now_ns - _SURELY_OVER_NS
        with self._database.begin() as connection:
            return connection.execute(delete(SESSIONS).where(over)).rowcount

    def _forget_invitations(self, now_ns: int) -> int:
        over = INVITATIONS.c.expires_ns <= now_ns
        with self._database.begin() as connection:
            return connection.execute(delete(INVITATIONS).where(over)).rowcount

    def _erase_payloads(self, now_ns: int) -> int:
        # Its own words hold nothing personal.  Erased they would each make another record with
        # words, for ever.
        is_ours = and_(RECORDS.c.kind == ERASED, RECORDS.c.actor == MACHINE)
        query = (
            select(RECORDS.c.payload_id)
            .join(KEYS, KEYS.c.payload_id == RECORDS.c.payload_id)
            .where(
                RECORDS.c.time_ns < _before(now_ns, self._keep.audit_payloads_days),
                RECORDS.c.kind != ENFORCED,
                not_(is_ours),
            )
            .order_by(RECORDS.c.number)
            .limit(_PAYLOADS_AT_ONCE)
        )
        with self._database.read() as connection:
            due = connection.execute(query).scalars().all()
        count = 0
        for payload_id in due:
            with suppress(ArgumentError):  # somebody else has just erased it
                self._audit.erase(payload_id, MACHINE, _REASON, time_ns=now_ns)
                count += 1
        return count


def _before(now_ns: int, days: float) -> int:
    return now_ns - round(days * _DAY_NS)
