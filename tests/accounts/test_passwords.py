"""What makes a password good enough, and what is kept of it."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from clearway.accounts.passwords import hash_password, password_faults, password_matches


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "operator12345",
        "qwertyuiopasdfgh",
        "stationstation",
        "aaaaaaaaaaaaaaaa",
        "x" * 129,
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert password_faults(password)


def test_own_names_do_not_help() -> None:
    own = "Bogoljubka Kostadinka"
    assert password_faults(own, own, "bogoljubka")


@pytest.mark.parametrize(
    "password", ["seven mauve tapirs waltz", "čudan žut šator u podne", "kX9#pQ2!vL7m"]
)
def test_any_characters_do(password: str) -> None:
    assert password_faults(password) == ()
    assert password_matches(password, hash_password(password))


def test_a_longer_password_with_the_same_beginning_is_another() -> None:
    start = "seven mauve tapirs waltz " * 4
    assert not password_matches(start + "a", hash_password(start + "b"))


def test_damaged_hashes_let_nobody_in() -> None:
    assert not password_matches("x", "")
    assert not password_matches("x", "$argon2id$v=19$damaged")
    assert not password_matches("nobody's", None)


def test_the_product_hashes_as_rfc_9106_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    parameters = extract_parameters(hash_password("x"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 64 * 1024
    assert parameters.time_cost >= 3
    assert parameters.salt_len >= 16
