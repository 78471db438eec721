"""A database and the accounts in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from clearway.accounts import Invitations, Sessions, Users
from clearway.accounts import passwords as passwords_module
from clearway.store.database import Database, open_database
from tests.accounts.clock import chance


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strength of a hash is tested where it matters; 0.1 s each would add up elsewhere."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords_module, "_HASHER", cheap)
    passwords_module._nobodys.cache_clear()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "site.sqlite")) as opened:
        yield opened


@pytest.fixture
def users(database: Database) -> Users:
    return Users(database, random_bytes=chance())


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, random_bytes=chance(2))


@pytest.fixture
def invitations(database: Database) -> Invitations:
    return Invitations(database, random_bytes=chance(3))
