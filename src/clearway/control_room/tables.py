"""Where alarms are kept; times in UTC nanoseconds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text

from clearway.store.database import INT64, METADATA

ALARMS = Table(
    "alarms",
    METADATA,
    Column("alarm_id", Text, primary_key=True),
    Column("listed_ns", INT64, nullable=False, index=True),
    Column("resolved_ns", INT64),
    Column("filed_ns", INT64),
    Column("state", Text, nullable=False),
    sqlite_strict=True,
)
"""Each alarm as it is now: `clearway.alarms.Alarm` as JSON.

When it came to the desk first, when it was resolved, and when it left the desk, if it has."""

CHANGES = Table(
    "alarm_changes",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("alarm_id", Text, nullable=False),
    Column("time_ns", INT64, nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("by", Text),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("alarm_changes_by_alarm", "alarm_id", "number"),
    sqlite_strict=True,
)
"""Each alarm as it was after each change."""

DESK = Table(
    "alarm_desk",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    sqlite_strict=True,
)
"""One row: what the desk knows besides alarms and who is present."""

ALARM_TABLES: Final = (ALARMS, CHANGES, DESK)
