"""Who is signed in: sessions on the server, known by a token that only the browser has."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from clearway.accounts.recording import Recorder, unrecorded
from clearway.accounts.tables import ACCOUNT_TABLES, SESSIONS, USERS
from clearway.accounts.tokens import RandomBytes, new_token, token_hash
from clearway.alarms.roles import Role
from clearway.domain import nanoseconds
from clearway.errors import OutputError
from clearway.store.database import Database

__all__ = ["Session", "Sessions", "end_sessions"]

_IDLE_NS: Final = nanoseconds(30 * 60.0)
_LONGEST_NS: Final = nanoseconds(12 * 3600.0)
_NOTED_NS: Final = nanoseconds(60.0)
"""Use is written down once a minute: each write waits for the disk."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    user_name: str
    display: str
    role: Role
    language: str
    opened_ns: int


class Sessions:
    """The sessions of a site.

    A session ends half an hour after its last use and twelve hours after it began, whatever
    happens; and at once when somebody signs out, is disabled, or gets another role or password.

    Parameters
    ----------
    database : Database
        The tables are made where they are not there yet.
    random_bytes : callable
        For the tokens.
    """

    def __init__(
        self, database: Database, *, random_bytes: RandomBytes = secrets.token_bytes
    ) -> None:
        database.create(*ACCOUNT_TABLES)
        self._database = database
        self._random_bytes = random_bytes
        self._over: set[str] = set()
        """Hashes of tokens that were given back while the disk refused to forget them."""

    def open(self, user_name: str, *, now_ns: int, record: Recorder = unrecorded) -> str:
        """Begin a session of somebody who has signed in.

        Parameters
        ----------
        user_name : str
        now_ns : int
            UTC.
        record : Recorder
            Writes what belongs to it in the same transaction.

        Returns
        -------
        str
            Its token, never one that came from outside; only its hash is kept.
        """
        token = new_token(self._random_bytes)
        with self._database.begin() as connection:
            connection.execute(
                delete(SESSIONS).where(
                    or_(
                        SESSIONS.c.used_ns <= now_ns - _IDLE_NS,
                        SESSIONS.c.opened_ns <= now_ns - _LONGEST_NS,
                    )
                )
            )
            connection.execute(
                insert(SESSIONS).values(
                    token_hash=token_hash(token),
                    user_name=user_name,
                    opened_ns=now_ns,
                    used_ns=now_ns,
                )
            )
            record(connection)
        return token

    def of(self, token: str, *, now_ns: int) -> Session | None:
        """The session of a token, with what is known of its user by now; None if it has ended."""
        hashed = token_hash(token)
        if hashed in self._over:
            return None
        query = (
            select(SESSIONS, USERS.c.display, USERS.c.role, USERS.c.language)
            .join(USERS, USERS.c.name == SESSIONS.c.user_name)
            .where(SESSIONS.c.token_hash == hashed, USERS.c.disabled == 0)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or now_ns >= min(row.used_ns + _IDLE_NS, row.opened_ns + _LONGEST_NS):
            return None
        if now_ns >= row.used_ns + _NOTED_NS:
            # On a full disk people still see who carries what; the session ends early at worst.
            with suppress(OutputError), self._database.begin() as connection:
                connection.execute(
                    update(SESSIONS).where(SESSIONS.c.token_hash == hashed).values(used_ns=now_ns)
                )
        return Session(row.user_name, row.display, Role(row.role), row.language, row.opened_ns)

    def close(self, token: str, *, record: Recorder = unrecorded) -> None:
        """End a session: the token is worth nothing from here on.

        Parameters
        ----------
        token : str
        record : Recorder
            Writes what belongs to it in the same transaction; not called where the session has
            ended already.

        Raises
        ------
        OutputError
            The database cannot be written.  The session is over all the same for as long as this
            process lives; see `delete_ended`.
        """
        hashed = token_hash(token)
        try:
            with self._database.begin() as connection:
                ended = delete(SESSIONS).where(SESSIONS.c.token_hash == hashed)
                if connection.execute(ended).rowcount:
                    record(connection)
        except BaseException:
            self._over.add(hashed)
            raise

    def delete_ended(self) -> None:
        """Delete sessions that were closed while the disk refused, lest a restart revive them.

        Raises
        ------
        OutputError
            The database cannot be written; they stay over.
        """
        over = tuple(self._over)
        if over:
            with self._database.begin() as connection:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash.in_(over)))
            self._over.difference_update(over)

    def close_all(self, user_name: str) -> None:
        """End every session of somebody."""
        with self._database.begin() as connection:
            end_sessions(connection, user_name)


def end_sessions(connection: Connection, user_name: str) -> None:
    """End every session of somebody, as part of a transaction."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_name == user_name))
