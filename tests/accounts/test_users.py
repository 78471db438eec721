"""Accounts: who is let in, who is kept out, and for how long."""

from __future__ import annotations

from threading import Thread

import pytest
from argon2 import PasswordHasher

from clearway.accounts import Sessions, SignIn, Users
from clearway.accounts import passwords as passwords_module
from clearway.alarms.roles import Role
from clearway.errors import ArgumentError
from clearway.store.database import Database
from tests.accounts.clock import PASSWORD, SECOND, START_NS, chance, code_at

STEP = 30 * SECOND


def _add(users: Users, name: str = "ana", role: Role = Role.OPERATOR) -> str:
    _, secret = users.add(name, "Ana P.", role, PASSWORD, now_ns=START_NS)
    return secret


def test_the_right_password_and_code_let_in(users: Users) -> None:
    secret = _add(users)
    code = code_at(secret, START_NS)
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS) is SignIn.OK


def test_a_code_is_good_for_one_use(users: Users) -> None:
    secret = _add(users)
    code = code_at(secret, START_NS)
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS) is SignIn.OK
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS + SECOND) is SignIn.CODE


def test_the_code_before_the_last_accepted_one_is_refused(users: Users) -> None:
    secret = _add(users)
    earlier, later = code_at(secret, START_NS), code_at(secret, START_NS + STEP)
    assert users.sign_in("ana", PASSWORD, later, now_ns=START_NS) is SignIn.OK
    assert users.sign_in("ana", PASSWORD, earlier, now_ns=START_NS) is SignIn.CODE


@pytest.mark.parametrize(("late_s", "end"), [(30, SignIn.OK), (-30, SignIn.OK), (90, SignIn.CODE)])
def test_a_phone_may_be_half_a_minute_off(users: Users, late_s: int, end: SignIn) -> None:
    code = code_at(_add(users), START_NS - late_s * SECOND)
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS) is end


def test_each_way_of_being_wrong_is_told_apart_for_the_log(users: Users) -> None:
    secret = _add(users)
    code = code_at(secret, START_NS)
    assert users.sign_in("bea", PASSWORD, code, now_ns=START_NS) is SignIn.UNKNOWN
    assert users.sign_in("ana", "something else", code, now_ns=START_NS) is SignIn.PASSWORD
    assert users.sign_in("ana", PASSWORD, "000000", now_ns=START_NS) is SignIn.CODE
    _add(users, "root", Role.ADMIN)
    users.set_disabled("ana", disabled=True)
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS) is SignIn.DISABLED


def test_an_unknown_name_costs_a_hash_like_a_known_one(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(users)
    users.sign_in("nobody", PASSWORD, "0", now_ns=START_NS)  # makes the hash of nobody's password
    verified = []
    hasher = passwords_module._HASHER

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords_module, "_HASHER", Counting())
    users.sign_in("nobody", PASSWORD, "0", now_ns=START_NS)
    users.sign_in("ana", "wrong", "0", now_ns=START_NS)
    assert len(verified) == 2


def test_five_failures_lock_for_a_while_and_longer_each_time(users: Users) -> None:
    secret = _add(users)
    now = START_NS
    for _ in range(5):
        assert users.sign_in("ana", "wrong", "0", now_ns=now) is SignIn.PASSWORD
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.LOCKED
    now += 30 * SECOND
    assert users.sign_in("ana", "wrong", "0", now_ns=now) is SignIn.PASSWORD
    now += 59 * SECOND
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.LOCKED
    now += SECOND
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.OK
    now += STEP
    assert users.sign_in("ana", "wrong", "0", now_ns=now) is SignIn.PASSWORD
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.OK


def test_nobody_can_lock_an_operator_out_for_longer_than_a_quarter_of_an_hour(users: Users) -> None:
    secret = _add(users)
    now = START_NS
    for _ in range(40):
        users.sign_in("ana", "wrong", "0", now_ns=now)
        now += 901 * SECOND
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.OK


def test_of_two_attempts_at_once_with_one_code_one_gets_in(users: Users) -> None:
    code = code_at(_add(users), START_NS)
    ends: list[SignIn] = []

    def attempt() -> None:
        ends.append(users.sign_in("ana", PASSWORD, code, now_ns=START_NS))

    threads = [Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == sorted([SignIn.OK, *3 * [SignIn.CODE]])


def test_a_hash_with_old_parameters_is_renewed_at_sign_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = Users(database, random_bytes=chance())
    secret = _add(users)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords_module, "_HASHER", stronger)
    assert users.sign_in("ana", PASSWORD, code_at(secret, START_NS), now_ns=START_NS) is SignIn.OK
    with database.read() as connection:
        kept = connection.exec_driver_sql("SELECT password_hash FROM users").scalar_one()
    assert not passwords_module.is_outdated(kept)
    now = START_NS + STEP
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.OK


def test_no_password_is_in_the_database(database: Database) -> None:
    _add(Users(database, random_bytes=chance()))
    with database.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM users").all()
    assert not any(PASSWORD in str(value) for value in row)
    assert any(str(value).startswith("$argon2id$") for value in row)


@pytest.mark.parametrize(
    "name", ["", "a", "Ana", "ana ", "a'--", "../ana", "a" * 33, "1ana", "ána"]
)
def test_names_are_plain(users: Users, name: str) -> None:
    with pytest.raises(ArgumentError, match="small letters"):
        _add(users, name)


@pytest.mark.parametrize(
    "name", ["clearway", "console", "control-room", "nobody", "terminal", "unknown"]
)
def test_nobody_is_called_as_the_audit_log_calls_the_station(users: Users, name: str) -> None:
    with pytest.raises(ArgumentError, match="not for people"):
        _add(users, name)
    assert users.all() == []
    _add(users, f"{name}2")


def test_a_name_is_taken_once(users: Users) -> None:
    _add(users)
    with pytest.raises(ArgumentError, match="taken"):
        _add(users)


def test_a_displayed_name_cannot_hide_or_reorder_text(users: Users) -> None:
    user, _ = users.add("ana", " Ana\u202e\n P. ", Role.GUARD, PASSWORD, now_ns=START_NS)
    assert user.display == "Ana P."
    with pytest.raises(ArgumentError, match="printable"):
        users.add("bea", "\u200b", Role.GUARD, PASSWORD, now_ns=START_NS)


def test_the_last_administrator_stays(users: Users) -> None:
    assert not users.has_admin()
    _add(users, "root", Role.ADMIN)
    assert users.has_admin()
    with pytest.raises(ArgumentError, match="last administrator"):
        users.set_disabled("root", disabled=True)
    with pytest.raises(ArgumentError, match="last administrator"):
        users.set_role("root", Role.VIEWER)
    _add(users, "root2", Role.ADMIN)
    users.set_role("root", Role.VIEWER)
    assert [user.role for user in users.all()] == [Role.VIEWER, Role.ADMIN]


@pytest.mark.parametrize("change", ["role", "disabled", "password"])
def test_a_change_of_an_account_ends_its_sessions(
    users: Users, sessions: Sessions, change: str
) -> None:
    _add(users)
    token = sessions.open("ana", now_ns=START_NS)
    assert sessions.of(token, now_ns=START_NS) is not None
    match change:
        case "role":
            users.set_role("ana", Role.GUARD)
        case "disabled":
            users.set_disabled("ana", disabled=True)
            users.set_disabled("ana", disabled=False)
        case _:
            users.set_password("ana", "nine quiet lamps under rain")
    assert sessions.of(token, now_ns=START_NS) is None


def test_a_code_may_be_asked_for_again(users: Users) -> None:
    secret = _add(users)
    code = code_at(secret, START_NS)
    assert users.confirms("ana", code, now_ns=START_NS)
    assert not users.confirms("ana", code, now_ns=START_NS)
    for _ in range(4):
        assert not users.confirms("ana", "1", now_ns=START_NS)
    later = code_at(secret, START_NS + STEP)
    assert not users.confirms("ana", later, now_ns=START_NS + SECOND)


def test_what_is_not_there_cannot_be_changed(users: Users) -> None:
    with pytest.raises(ArgumentError, match="no account"):
        users.set_role("bea", Role.GUARD)
    with pytest.raises(ArgumentError, match="no account"):
        users.set_disabled("bea", disabled=True)
    with pytest.raises(ArgumentError, match="no account"):
        users.set_password("bea", PASSWORD)
    assert users.get("bea") is None


def test_a_language_is_kept(users: Users) -> None:
    _add(users)
    users.set_language("ana", "sr-Latn")
    user = users.get("ana")
    assert user is not None
    assert user.language == "sr-Latn"
