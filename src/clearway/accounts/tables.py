"""Where accounts are kept.  Of passwords and tokens only hashes; times in UTC nanoseconds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from clearway.store.database import INT64, METADATA

__all__ = ["ACCOUNT_TABLES", "INVITATIONS", "SESSIONS", "USERS"]

USERS = Table(
    "users",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("disabled", Integer, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("code_secret", Text, nullable=False),
    Column("last_code_step", INT64, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until_ns", INT64, nullable=False),
    Column("created_ns", INT64, nullable=False),
    sqlite_strict=True,
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", Text, primary_key=True),
    Column("user_name", Text, ForeignKey("users.name"), nullable=False, index=True),
    Column("opened_ns", INT64, nullable=False),
    Column("used_ns", INT64, nullable=False),
    sqlite_strict=True,
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("token_hash", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("user_name", Text),
    Column("expires_ns", INT64, nullable=False),
    sqlite_strict=True,
)

ACCOUNT_TABLES: Final = (USERS, SESSIONS, INVITATIONS)
