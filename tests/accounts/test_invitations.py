"""One-time links: good once, for a day, for one role."""

from __future__ import annotations

from threading import Thread

from clearway.accounts import Invitation, Invitations
from clearway.alarms.roles import Role
from clearway.store.database import Database
from tests.accounts.clock import SECOND, START_NS

DAY = 24 * 3600 * SECOND


def _take(
    invitations: Invitations, database: Database, token: str, now_ns: int = START_NS
) -> Invitation | None:
    with database.begin() as connection:
        return invitations.take(connection, token, now_ns=now_ns)


def test_an_invitation_is_good_once(invitations: Invitations, database: Database) -> None:
    token = invitations.invite(Role.GUARD, "ivo", now_ns=START_NS)
    looked_up = invitations.look_up(token, now_ns=START_NS)
    assert looked_up == Invitation(Role.GUARD, "ivo", START_NS + DAY)
    assert _take(invitations, database, token) == looked_up
    assert _take(invitations, database, token) is None
    assert invitations.look_up(token, now_ns=START_NS) is None


def test_it_expires_after_a_day(invitations: Invitations, database: Database) -> None:
    token = invitations.invite(Role.GUARD, now_ns=START_NS)
    assert invitations.look_up(token, now_ns=START_NS + DAY - 1) is not None
    assert invitations.look_up(token, now_ns=START_NS + DAY) is None
    assert _take(invitations, database, token, START_NS + DAY) is None


def test_another_one_withdraws_the_first(invitations: Invitations) -> None:
    first = invitations.invite(Role.ADMIN, now_ns=START_NS)
    second = invitations.invite(Role.ADMIN, now_ns=START_NS)
    assert invitations.look_up(first, now_ns=START_NS) is None
    assert invitations.look_up(second, now_ns=START_NS) is not None
    for_ivo = invitations.invite(Role.GUARD, "ivo", now_ns=START_NS)
    invitations.invite(Role.VIEWER, "eva", now_ns=START_NS)
    assert invitations.look_up(for_ivo, now_ns=START_NS) is not None


def test_of_two_at_once_one_gets_it(invitations: Invitations, database: Database) -> None:
    token = invitations.invite(Role.ADMIN, now_ns=START_NS)
    taken: list[Invitation | None] = []
    threads = [
        Thread(target=lambda: taken.append(_take(invitations, database, token))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one is not None]) == 1


def test_the_database_holds_no_token(invitations: Invitations, database: Database) -> None:
    token = invitations.invite(Role.ADMIN, now_ns=START_NS)
    with database.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM invitations").all()
    assert token not in map(str, row)
