"""A control room on each kind of database, and numbers for its people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clearway.control_room.numbers import PersonNumbers
from clearway.store.database import open_database
from tests.support.databases import database, place

__all__ = ["database", "numbers", "place"]


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[PersonNumbers]:
    with closing(open_database(tmp_path / "numbers.sqlite")) as opened:
        yield PersonNumbers(opened)
