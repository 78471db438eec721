"""Daily checks: a test object is carried past a sensor, and somebody writes down what it saw."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column, Connection, Integer, Row, Table, Text, func, insert, select

from clearway.errors import ArgumentError
from clearway.store.database import INT64, METADATA, Database

__all__ = ["DailyCheck", "DailyChecks", "SeenOf"]

_CHECKS = Table(
    "daily_checks",
    METADATA,
    Column("number", INT64, primary_key=True),
    Column("sensor", Text, nullable=False, index=True),
    Column("object", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("time_ns", INT64, nullable=False, index=True),
    sqlite_strict=True,
)

_LONGEST: Final = {"sensor": 200, "object": 200, "text": 500, "by": 200}
"""Characters."""


class DailyCheck(Struct, frozen=True, kw_only=True):
    """A test object was carried past a sensor.

    Raises
    ------
    ArgumentError
        A text is missing, too long, or holds what cannot be printed.
    """

    sensor: str
    object: str
    """What was carried."""
    seen: bool
    """Whether the sensor has found it."""
    text: str = ""
    """May be empty."""
    by: str
    time_ns: int

    def __post_init__(self) -> None:
        for name, longest in _LONGEST.items():
            value = getattr(self, name)
            if not value.strip() and name != "text":
                raise ArgumentError(name, "is empty", "write something a colleague understands")
            if len(value) > longest:
                problem = f"has {len(value)} characters"
                raise ArgumentError(name, problem, f"give at most {longest}")
            if not value.isprintable():
                problem = f"{value!r} holds what cannot be printed"
                raise ArgumentError(name, problem, "write it on one line, in letters and signs")


class SeenOf(Struct, frozen=True):
    """How many of the checks were passed."""

    seen: int
    checks: int


class DailyChecks:
    """All daily checks of a site.

    Parameters
    ----------
    database : Database
        The table is made where it is not there yet.
    """

    def __init__(self, database: Database) -> None:
        database.create(_CHECKS)
        self._database = database

    def add(self, connection: Connection, check: DailyCheck) -> None:
        """Keep a check within the transaction of the connection, as its audit record is."""
        connection.execute(
            insert(_CHECKS).values(
                sensor=check.sensor,
                object=check.object,
                seen=int(check.seen),
                text=check.text,
                by=check.by,
                time_ns=check.time_ns,
            )
        )

    def between(self, start_ns: int, end_ns: int) -> tuple[DailyCheck, ...]:
        """The checks of a period, its end excluded, in the order of their times.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        query = (
            select(_CHECKS)
            .where(_CHECKS.c.time_ns >= start_ns, _CHECKS.c.time_ns < end_ns)
            .order_by(_CHECKS.c.time_ns, _CHECKS.c.number)
        )
        with self._database.read() as connection:
            return tuple(map(_check, connection.execute(query)))

    def latest_per_sensor(self) -> dict[str, DailyCheck]:
        """The check of each sensor that was added last; sensors never checked are left out.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        latest = select(func.max(_CHECKS.c.number)).group_by(_CHECKS.c.sensor)
        query = select(_CHECKS).where(_CHECKS.c.number.in_(latest)).order_by(_CHECKS.c.sensor)
        with self._database.read() as connection:
            return {check.sensor: check for check in map(_check, connection.execute(query))}

    def seen(self, start_ns: int, end_ns: int) -> SeenOf:
        """How many checks of a period, its end excluded, have found the object.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        query = select(func.count(), func.coalesce(func.sum(_CHECKS.c.seen), 0)).where(
            _CHECKS.c.time_ns >= start_ns, _CHECKS.c.time_ns < end_ns
        )
        with self._database.read() as connection:
            checks, seen = connection.execute(query).one()
        return SeenOf(int(seen), checks)


def _check(row: Row[Any]) -> DailyCheck:
    return DailyCheck(
        sensor=row.sensor,
        object=row.object,
        seen=bool(row.seen),
        text=row.text,
        by=row.by,
        time_ns=row.time_ns,
    )
