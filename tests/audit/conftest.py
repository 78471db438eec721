"""An audit log on each kind of database."""

from __future__ import annotations

import pytest

from clearway.audit import AuditLog
from clearway.store.database import Database
from tests.audit.logs import SITE
from tests.support.databases import database, place

__all__ = ["database", "log", "place"]


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A new log."""
    return AuditLog(database, SITE, "0.1.0")
