"""Sessions: how long somebody stays signed in."""

from __future__ import annotations

from typing import NoReturn

import pytest
from sqlalchemy import Connection

from clearway.accounts import Sessions, Users
from clearway.alarms.roles import Role
from clearway.errors import OutputError
from clearway.store.database import Database
from tests.accounts.clock import PASSWORD, SECOND, START_NS

MINUTE = 60 * SECOND


@pytest.fixture(autouse=True)
def _ana(users: Users) -> None:
    users.add("ana", "Ana P.", Role.OPERATOR, PASSWORD, now_ns=START_NS)


def test_a_session_says_who_and_what_role(sessions: Sessions) -> None:
    session = sessions.of(sessions.open("ana", now_ns=START_NS), now_ns=START_NS)
    assert session is not None
    assert (session.user_name, session.role) == ("ana", Role.OPERATOR)


def test_it_ends_half_an_hour_after_its_last_use(sessions: Sessions) -> None:
    token = sessions.open("ana", now_ns=START_NS)
    assert sessions.of(token, now_ns=START_NS + 29 * MINUTE) is not None
    assert sessions.of(token, now_ns=START_NS + 58 * MINUTE) is not None
    assert sessions.of(token, now_ns=START_NS + 88 * MINUTE) is None


def test_it_ends_twelve_hours_after_it_began_however_busy(sessions: Sessions) -> None:
    token = sessions.open("ana", now_ns=START_NS)
    for minutes in range(20, 12 * 60, 20):
        assert sessions.of(token, now_ns=START_NS + minutes * MINUTE) is not None
    assert sessions.of(token, now_ns=START_NS + 12 * 60 * MINUTE) is None


def test_a_stolen_token_is_worth_nothing_after_signing_out(sessions: Sessions) -> None:
    token, other = (sessions.open("ana", now_ns=START_NS) for _ in range(2))
    sessions.close(token)
    assert sessions.of(token, now_ns=START_NS) is None
    assert sessions.of(other, now_ns=START_NS) is not None
    sessions.close_all("ana")
    assert sessions.of(other, now_ns=START_NS) is None


def test_it_is_over_also_where_that_cannot_be_kept(
    sessions: Sessions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, other = (sessions.open("ana", now_ns=START_NS) for _ in range(2))
    with monkeypatch.context() as full:
        full.setattr(database, "begin", _refusing)
        with pytest.raises(OutputError):
            sessions.close(token)
        assert sessions.of(token, now_ns=START_NS) is None
        assert sessions.of(other, now_ns=START_NS) is not None
        with pytest.raises(OutputError):
            sessions.delete_ended()
    assert sessions.of(token, now_ns=START_NS) is None
    sessions.delete_ended()
    # Another process knows by then.
    assert Sessions(database).of(token, now_ns=START_NS) is None
    assert sessions.of(other, now_ns=START_NS) is not None


def test_an_ending_is_recorded_once(sessions: Sessions) -> None:
    token = sessions.open("ana", now_ns=START_NS)
    recorded: list[Connection] = []
    for _ in range(2):
        sessions.close(token, record=recorded.append)
    assert len(recorded) == 1


def _refusing() -> NoReturn:
    raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")


def test_the_database_holds_no_token(sessions: Sessions, database: Database) -> None:
    token = sessions.open("ana", now_ns=START_NS)
    with database.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM sessions").all()
    assert token not in map(str, row)


def test_ended_sessions_are_deleted_when_others_begin(
    sessions: Sessions, database: Database
) -> None:
    for hours in range(5):
        sessions.open("ana", now_ns=START_NS + hours * 60 * MINUTE)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one() == 1


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "\udcff"])
def test_made_up_tokens_are_nobody(sessions: Sessions, token: str) -> None:
    assert sessions.of(token, now_ns=START_NS) is None
