"""A password is taken as it was typed, an authenticator's address as it was meant."""

from __future__ import annotations

from base64 import b32decode, urlsafe_b64decode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from clearway.accounts import Invitations, Sessions, SignIn, Users, check_name
from clearway.accounts.one_time_codes import enrolment_uri
from clearway.accounts.passwords import password_faults
from clearway.alarms.roles import Role
from clearway.errors import ArgumentError
from tests.accounts.clock import PASSWORD, SECOND, START_NS, code_at

YEAR = 365 * 24 * 3600 * SECOND


def _add(users: Users, password: str = PASSWORD) -> str:
    _, secret = users.add("ana", "Ana P.", Role.OPERATOR, password, now_ns=START_NS)
    return secret


@pytest.mark.parametrize(
    "typed",
    [
        PASSWORD.upper(),
        PASSWORD.title(),
        f"{PASSWORD} ",
        f" {PASSWORD}",
        PASSWORD.replace(" ", "\u00a0"),
        PASSWORD[:-1],
        f"{PASSWORD}\0",
        "",
    ],
)
def test_nothing_but_the_password_itself_does(users: Users, typed: str) -> None:
    secret = _add(users)
    code = code_at(secret, START_NS)
    assert users.sign_in("ana", typed, code, now_ns=START_NS) is SignIn.PASSWORD


def test_spaces_and_letters_of_any_script_are_kept(users: Users) -> None:
    password = "  čudan žut šator\tu podne \N{OWL} "  # noqa: S105 - nobody's
    code = code_at(_add(users, password), START_NS)
    assert users.sign_in("ana", password.strip(), code, now_ns=START_NS) is SignIn.PASSWORD
    assert users.sign_in("ana", password, code, now_ns=START_NS) is SignIn.OK


@pytest.mark.parametrize("length", [12, 64, 128])
def test_lengths_that_may_be_used(length: int) -> None:
    words = "nine quiet lamps rain over seven mauve tapirs waltz beneath an odd green tower "
    assert password_faults((words * 2)[:length]) == ()


@pytest.mark.parametrize("length", [11, 129])
def test_lengths_that_may_not(length: int) -> None:
    (fault,) = password_faults(("kX9#pQ2!vL7mZ0" * 10)[:length])
    assert "characters" in fault


def test_a_password_stays_good_for_years(users: Users) -> None:
    secret = _add(users)
    now = START_NS + 5 * YEAR
    assert users.sign_in("ana", PASSWORD, code_at(secret, now), now_ns=now) is SignIn.OK


def test_an_address_for_the_authenticator_keeps_its_parts_apart() -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - nobody's
    uri = enrolment_uri(secret, "ana", "Hall 1 & 2?secret=AAAA#x:/")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    query = parse_qs(parts.query)
    assert query["secret"] == [secret]
    assert query["issuer"] == ["Hall 1 & 2?secret=AAAA#x:/"]
    assert unquote(parts.path).endswith(":ana")


def test_tokens_and_secrets_cannot_be_guessed(
    users: Users, sessions: Sessions, invitations: Invitations
) -> None:
    secret = _add(users)
    tokens = [
        sessions.open("ana", now_ns=START_NS),
        invitations.invite(Role.GUARD, "ivo", now_ns=START_NS),
    ]
    for token in tokens:
        assert len(urlsafe_b64decode(f"{token}=")) == 32
    assert len(b32decode(secret)) == 20
    assert users.new_authenticator("ana") != secret
    assert len({*tokens, sessions.open("ana", now_ns=START_NS)}) == 3


def test_a_new_authenticator_takes_the_place_of_the_lost_one(
    users: Users, sessions: Sessions
) -> None:
    lost = _add(users)
    token = sessions.open("ana", now_ns=START_NS)
    new = users.new_authenticator("ana")
    assert new != lost
    assert sessions.of(token, now_ns=START_NS) is None
    lost_code, code = code_at(lost, START_NS), code_at(new, START_NS)
    assert users.sign_in("ana", PASSWORD, lost_code, now_ns=START_NS) is SignIn.CODE
    assert users.sign_in("ana", "another one", code, now_ns=START_NS) is SignIn.PASSWORD
    assert users.sign_in("ana", PASSWORD, code, now_ns=START_NS) is SignIn.OK
    with pytest.raises(ArgumentError, match="no account"):
        users.new_authenticator("bea")


def test_a_name_that_is_taken_can_still_be_one(users: Users) -> None:
    _add(users)
    check_name("ana")
    with pytest.raises(ArgumentError, match="small letters"):
        check_name("Ana")
