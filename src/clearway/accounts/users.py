"""Accounts, and whether somebody is who they say."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from clearway.accounts.names import check_name, displayed
from clearway.accounts.one_time_codes import accepted_step, new_secret
from clearway.accounts.passwords import (
    hash_password,
    is_outdated,
    password_faults,
    password_matches,
)
from clearway.accounts.recording import Recorder, unrecorded
from clearway.accounts.sessions import end_sessions
from clearway.accounts.tables import ACCOUNT_TABLES, USERS
from clearway.accounts.tokens import RandomBytes
from clearway.alarms.roles import Role
from clearway.domain import nanoseconds
from clearway.errors import ArgumentError
from clearway.store.database import Database

__all__ = ["SignIn", "User", "Users"]

_FREE_FAILURES: Final = 5
_FIRST_LOCK_S: Final = 30.0
_LONGEST_LOCK_S: Final = 900.0
"""A lock for hours would let anybody keep the operators out, in the very hour that matters."""


class SignIn(StrEnum):
    """How an attempt to sign in ended; for the audit log, never for whoever tried."""

    OK = "ok"
    UNKNOWN = "unknown name"
    DISABLED = "disabled account"
    LOCKED = "locked account"
    PASSWORD = "wrong password"  # noqa: S105 - not one
    CODE = "wrong or used code"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account."""

    name: str
    display: str
    """As others are shown it."""
    role: Role
    language: str
    """Of the console's texts, a BCP 47 tag."""
    disabled: bool
    created_ns: int


class Users:
    """The accounts of a site.

    Whatever changes an account takes a `Recorder` and calls it in the same transaction, once the
    change is made.  Passwords are hashed before it begins, for it keeps all other writers waiting.

    Parameters
    ----------
    database : Database
        The tables are made where they are not there yet.
    random_bytes : callable
        For the secrets of authenticators.
    """

    def __init__(
        self, database: Database, *, random_bytes: RandomBytes = secrets.token_bytes
    ) -> None:
        database.create(*ACCOUNT_TABLES)
        self._database = database
        self._random_bytes = random_bytes

    def add(
        self,
        name: str,
        display: str,
        role: Role,
        password: str,
        *,
        now_ns: int,
        record: Recorder = unrecorded,
    ) -> tuple[User, str]:
        """Make an account.

        Returns
        -------
        user : User
        secret : str
            For the person's authenticator; it is not shown again.

        Raises
        ------
        ArgumentError
            The name cannot be used or is taken, or the password is too weak.
        OutputError
            The database cannot be written.
        """
        check_name(name)
        shown = displayed(display)
        _check_password(password, name, shown)
        secret = new_secret(self._random_bytes)
        kept = hash_password(password)
        user = User(name, shown, role, "en", disabled=False, created_ns=now_ns)
        with self._database.begin() as connection:
            if _row(connection, name) is not None:
                raise ArgumentError("name", f"{name} is taken", "choose another")
            connection.execute(
                insert(USERS).values(
                    name=name,
                    display=shown,
                    role=role.value,
                    language=user.language,
                    disabled=0,
                    password_hash=kept,
                    code_secret=secret,
                    last_code_step=-1,
                    failures=0,
                    locked_until_ns=0,
                    created_ns=now_ns,
                )
            )
            record(connection)
        return user, secret

    def sign_in(self, name: str, password: str, code: str, *, now_ns: int) -> SignIn:
        """Whether somebody is who they say.

        After five failures in a row an account is locked, for half a minute at first and twice as
        long with each further one, up to a quarter of an hour.  A code is accepted once.  An
        unknown name takes as long as a known one.

        Returns
        -------
        SignIn
            Anything but ``OK`` is told to the person as the same refusal.

        Raises
        ------
        OutputError
            The database cannot be written: then nobody signs in, for a code must not be used twice.
        """
        with self._database.read() as connection:
            row = _row(connection, name)
        matches = password_matches(password, None if row is None else row.password_hash)
        if row is None:
            return SignIn.UNKNOWN
        renewed = hash_password(password) if matches and is_outdated(row.password_hash) else None
        with self._database.begin() as connection:
            # Read again: attempts at once must not share one count or one code.
            row = _row(connection, name)
            if row is None:
                return SignIn.UNKNOWN
            if row.disabled:
                return SignIn.DISABLED
            if now_ns < row.locked_until_ns:
                return SignIn.LOCKED
            step = accepted_step(row.code_secret, code, now_ns, row.last_code_step)
            if not matches or step is None:
                _count_failure(connection, row, now_ns)
                return SignIn.CODE if matches else SignIn.PASSWORD
            changes: dict[str, Any] = {"last_code_step": step, "failures": 0, "locked_until_ns": 0}
            if renewed is not None:
                changes["password_hash"] = renewed
            _change(connection, name, changes)
        return SignIn.OK

    def confirms(self, name: str, code: str, *, now_ns: int, record: Recorder = unrecorded) -> bool:
        """Whether a code is right; for the end of an enrolment and before what needs it twice.

        Counts as an attempt to sign in.  Nothing is recorded of a code that is wrong.
        """
        with self._database.begin() as connection:
            row = _row(connection, name)
            if row is None or row.disabled or now_ns < row.locked_until_ns:
                return False
            step = accepted_step(row.code_secret, code, now_ns, row.last_code_step)
            if step is None:
                _count_failure(connection, row, now_ns)
                return False
            _change(connection, name, {"last_code_step": step, "failures": 0})
            record(connection)
        return True

    def get(self, name: str) -> User | None:
        """The account of this name."""
        with self._database.read() as connection:
            row = _row(connection, name)
        return None if row is None else _user(row)

    def all(self) -> list[User]:
        """Every account, by name."""
        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.name))]

    def has_admin(self) -> bool:
        """Whether anybody can make accounts; if not, the terminal shows a one-time link."""
        query = select(func.count()).where(USERS.c.role == Role.ADMIN.value, USERS.c.disabled == 0)
        with self._database.read() as connection:
            return bool(connection.execute(query).scalar_one())

    def set_role(self, name: str, role: Role, *, record: Recorder = unrecorded) -> None:
        """Give somebody another role; who is signed in has to sign in again.

        Raises
        ------
        ArgumentError
            There is no such account, or it is the last administrator's.
        """
        self._alter(name, {"role": role.value}, record, leaves_admin=role is Role.ADMIN)

    def set_disabled(self, name: str, *, disabled: bool, record: Recorder = unrecorded) -> None:
        """Let somebody in no more, or again; sessions end at once.

        Raises
        ------
        ArgumentError
            There is no such account, or it is the last administrator's.
        """
        self._alter(name, {"disabled": int(disabled)}, record, leaves_admin=not disabled)

    def set_language(self, name: str, language: str, *, record: Recorder = unrecorded) -> None:
        """Keep somebody's language."""
        with self._database.begin() as connection:
            _change(connection, name, {"language": language})
            record(connection)

    def set_password(self, name: str, password: str, *, record: Recorder = unrecorded) -> None:
        """Give somebody another password; all sessions end.

        Raises
        ------
        ArgumentError
            There is no such account, or the password is too weak.
        """
        user = self.get(name)
        if user is None:
            raise _no_account(name)
        _check_password(password, name, user.display)
        changes = {"password_hash": hash_password(password), "failures": 0, "locked_until_ns": 0}
        self._alter(name, changes, record, leaves_admin=True)

    def new_authenticator(self, name: str, *, record: Recorder = unrecorded) -> str:
        """Give somebody another authenticator in place of a lost one, which is worth nothing then.

        All sessions end, and so does a lock: whoever tried codes of the lost one knows none of the
        new one.  The password stays, so that this alone lets nobody in.

        Returns
        -------
        str
            The secret for the new authenticator; it is not shown again.

        Raises
        ------
        ArgumentError
            There is no such account.
        """
        secret = new_secret(self._random_bytes)
        changes = {"code_secret": secret, "last_code_step": -1, "failures": 0, "locked_until_ns": 0}
        self._alter(name, changes, record, leaves_admin=True)
        return secret

    def _alter(
        self, name: str, changes: dict[str, Any], record: Recorder, *, leaves_admin: bool
    ) -> None:
        with self._database.begin() as connection:
            row = _row(connection, name)
            if row is None:
                raise _no_account(name)
            if not leaves_admin and row.role == Role.ADMIN.value and not row.disabled:
                others = select(func.count()).where(
                    USERS.c.role == Role.ADMIN.value, USERS.c.disabled == 0, USERS.c.name != name
                )
                if not connection.execute(others).scalar_one():
                    raise ArgumentError(
                        "name", f"{name} is the last administrator", "make another one first"
                    )
            _change(connection, name, changes)
            end_sessions(connection, name)
            record(connection)


def _row(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()


def _change(connection: Connection, name: str, changes: dict[str, Any]) -> None:
    connection.execute(update(USERS).where(USERS.c.name == name).values(**changes))


def _count_failure(connection: Connection, row: Row[Any], now_ns: int) -> None:
    failures = row.failures + 1
    changes = {"failures": failures}
    if failures >= _FREE_FAILURES:
        doublings = min(failures - _FREE_FAILURES, 16)
        lock_s = min(_FIRST_LOCK_S * 2**doublings, _LONGEST_LOCK_S)
        changes["locked_until_ns"] = now_ns + nanoseconds(lock_s)
    _change(connection, row.name, changes)


def _user(row: Row[Any]) -> User:
    return User(
        row.name,
        row.display,
        Role(row.role),
        row.language,
        disabled=bool(row.disabled),
        created_ns=row.created_ns,
    )


def _no_account(name: str) -> ArgumentError:
    return ArgumentError("name", f"there is no account {name!r}", "name one that exists")


def _check_password(password: str, *own_words: str) -> None:
    faults = password_faults(password, *own_words)
    if faults:
        raise ArgumentError("password", "is too weak", "; ".join(faults))
