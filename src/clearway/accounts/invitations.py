"""One-time links with which people make their own accounts: nobody else ever knows a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from clearway.accounts.recording import Recorder, unrecorded
from clearway.accounts.tables import ACCOUNT_TABLES, INVITATIONS
from clearway.accounts.tokens import RandomBytes, new_token, token_hash
from clearway.alarms.roles import Role
from clearway.domain import nanoseconds
from clearway.store.database import Database

__all__ = ["Invitation", "Invitations"]

_GOOD_FOR_NS: Final = nanoseconds(24 * 3600.0)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Leave to make one account."""

    role: Role
    user_name: str | None
    """The only name that it is for; None leaves the choice to the person."""
    expires_ns: int


class Invitations:
    """The open invitations of a site; each is good for one day and one account.

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

    def invite(
        self,
        role: Role,
        user_name: str | None = None,
        *,
        now_ns: int,
        record: Recorder = unrecorded,
    ) -> str:
        """Invite somebody; an earlier invitation to the same name, or to be the first
        administrator, is withdrawn.

        Parameters
        ----------
        role : Role
        user_name : str, optional
        now_ns : int
            UTC.
        record : Recorder
            Writes what belongs to it in the same transaction.

        Returns
        -------
        str
            The token of the link; only its hash is kept.
        """
        token = new_token(self._random_bytes)
        with self._database.begin() as connection:
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.expires_ns <= now_ns))
            earlier = (
                INVITATIONS.c.user_name.is_(None) & (INVITATIONS.c.role == role.value)
                if user_name is None
                else INVITATIONS.c.user_name == user_name
            )
            connection.execute(delete(INVITATIONS).where(earlier))
            connection.execute(
                insert(INVITATIONS).values(
                    token_hash=token_hash(token),
                    role=role.value,
                    user_name=user_name,
                    expires_ns=now_ns + _GOOD_FOR_NS,
                )
            )
            record(connection)
        return token

    def look_up(self, token: str, *, now_ns: int) -> Invitation | None:
        """The invitation of a token, unless it is used, withdrawn or expired."""
        query = select(INVITATIONS).where(INVITATIONS.c.token_hash == token_hash(token))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or now_ns >= row.expires_ns:
            return None
        return Invitation(Role(row.role), row.user_name, row.expires_ns)

    def take(self, connection: Connection, token: str, *, now_ns: int) -> Invitation | None:
        """Use an invitation up, as a part of the transaction that makes the account.

        Of two at once only one gets it; and if the account cannot be made it stays good.
        """
        row = connection.execute(
            delete(INVITATIONS)
            .where(INVITATIONS.c.token_hash == token_hash(token))
            .returning(INVITATIONS)
        ).one_or_none()
        if row is None or now_ns >= row.expires_ns:
            return None
        return Invitation(Role(row.role), row.user_name, row.expires_ns)
