"""A control room on each kind of database."""

from __future__ import annotations

from tests.support.databases import database, place

__all__ = ["database", "place"]
