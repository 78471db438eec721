"""Alerts that survive whatever happens to the process.

One row per change of an alert, in SQLite: written and synchronised to the disk before anybody is
told.  What was told can therefore be told again after a crash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clearway.errors import OutputError
from clearway.sapient.bindings import Alert, DecodeError, SapientMessage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS alert_changes (
    number   INTEGER PRIMARY KEY,
    alert_id TEXT NOT NULL,
    time_ns  INTEGER NOT NULL,
    status   INTEGER NOT NULL,
    message  BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS alert_changes_by_alert ON alert_changes (alert_id, number);
"""
_LAST_OF_EACH = """
SELECT alert_id, time_ns, message FROM alert_changes
WHERE number IN (SELECT max(number) FROM alert_changes GROUP BY alert_id) AND status != ?
ORDER BY number
"""
_ENDED_SINCE = """
SELECT alert_id, time_ns, message FROM alert_changes
WHERE status = ? AND time_ns >= ?
ORDER BY number
"""
_OVER = """
DELETE FROM alert_changes WHERE alert_id IN (
    SELECT alert_id FROM alert_changes
    WHERE number IN (SELECT max(number) FROM alert_changes GROUP BY alert_id)
    AND status = ? AND time_ns < ? LIMIT ?
) RETURNING alert_id
"""
_AT_A_TIME = 200
"""Alerts that are deleted in one transaction, for which no change of another need wait long."""
_BUSY_S = 2.0
"""When the database is opened; later nobody waits, and what is refused is tried again."""
_LATER_BUSY_MS = 50
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert as last told."""

    alert_id: str
    time_ns: int
    message: SapientMessage


class AlertStore:
    """The alerts of one service.

    Parameters
    ----------
    path : Path
        The database; it is made if it is not there.

    Raises
    ------
    OutputError
        The place cannot be written, or the file is no such database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(_PRIVATE)  # it says where people were
            self._database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            # The one thing that a power cut must not take: a second of waiting is nothing to it.
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
            self.open_alerts()
            self._database.execute(f"PRAGMA busy_timeout = {_LATER_BUSY_MS}")
        except (sqlite3.Error, OutputError) as error:
            self._database.close()
            raise self._unusable(error) from error

    def keep(self, alert_id: str, message: SapientMessage) -> None:
        """Write one change of an alert; it is on the disk when this returns.

        Raises
        ------
        OutputError
            The disk is full or gone, or another program holds the file.  The alert must be told
            all the same, and kept later.
        """
        told = message.alert
        try:
            self._database.execute(
                "INSERT INTO alert_changes (alert_id, time_ns, status, message)"
                " VALUES (?, ?, ?, ?)",
                (
                    alert_id,
                    message.timestamp.ToNanoseconds(),
                    told.status,
                    message.SerializeToString(),
                ),
            )
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            raise OutputError(
                self._path,
                f"an alert could not be kept by now: {error}",
                "end the program that holds the file" if busy else "make room on the disk",
            ) from error

    def open_alerts(self) -> list[StoredAlert]:
        """Alerts whose last kept change is not their end, oldest first.

        Raises
        ------
        OutputError
            The database is damaged.
        """
        return [*self._read(_LAST_OF_EACH, Alert.ALERT_STATUS_CLEAR)]

    def ended_since(self, time_ns: int) -> list[StoredAlert]:
        """Alerts whose last kept change is their end, and not older than that, oldest first.

        Raises
        ------
        OutputError
            The database is damaged.
        """
        return [*self._read(_ENDED_SINCE, Alert.ALERT_STATUS_CLEAR, time_ns)]

    def changes(self) -> Iterator[StoredAlert]:
        """Every change, in the order in which they were told.

        Raises
        ------
        OutputError
            The database is damaged.
        """
        return self._read("SELECT alert_id, time_ns, message FROM alert_changes ORDER BY number")

    def shorten(self, before_ns: int) -> int:
        """Delete the alerts that ended before a time, with all their changes.

        May be called in any thread, and leaves nothing of them in the file.

        Parameters
        ----------
        before_ns : int
            UTC.

        Returns
        -------
        int
            Number of alerts.

        Raises
        ------
        OutputError
            The database cannot be written; what was deleted by then is.
        """
        alerts = 0
        try:
            with closing(sqlite3.connect(self._path, _BUSY_S, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = FULL")
                database.execute("PRAGMA secure_delete = ON")
                values = (Alert.ALERT_STATUS_CLEAR, before_ns, _AT_A_TIME)
                while deleted := {row[0] for row in database.execute(_OVER, values)}:
                    alerts += len(deleted)
                if alerts:
                    # What is deleted from the database is still in its journal.
                    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            problem = f"alerts whose time is over cannot be deleted: {error}"
            raise OutputError(self._path, problem, "make room on the disk") from error
        return alerts

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _read(self, query: str, *values: int) -> Iterator[StoredAlert]:
        try:
            with closing(self._database.execute(query, values)) as rows:
                for alert_id, time_ns, message in rows:
                    yield StoredAlert(alert_id, time_ns, SapientMessage.FromString(message))
        except (sqlite3.Error, DecodeError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> OutputError:
        return OutputError(
            self._path,
            f"cannot be used for alerts: {error}",
            "name another folder, or move the damaged file away",
        )
