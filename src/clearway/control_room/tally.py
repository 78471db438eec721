"""How many people passed and how long operators were there, minute by minute, over restarts."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from sqlalchemy import Column, Connection, Table, func, insert, select, update

from clearway.domain import NANOSECONDS, TrackStates, nanoseconds
from clearway.store.database import INT64, METADATA, Database

__all__ = ["Counts", "Tally"]

_MINUTE_NS = 60 * NANOSECONDS
_LASTED_NS = nanoseconds(2.0)
"""What is followed for less is as likely clutter as somebody."""
_LONGEST_STEP_NS = nanoseconds(5.0)
"""Of a longer time without a tick nobody can say who was there."""
_STALE_NS = nanoseconds(5.0)

_MINUTES = Table(
    "minutes",
    METADATA,
    Column("minute_ns", INT64, primary_key=True, autoincrement=False),
    Column("people", INT64, nullable=False),
    Column("watched_ns", INT64, nullable=False),
    Column("operator_ns", INT64, nullable=False),
    sqlite_strict=True,
)


class Counts(Struct, frozen=True):
    """What happened in a period."""

    people: int = 0
    """Who passed."""
    watched_ns: int = 0
    """For how long the control room was running."""
    operator_ns: int = 0
    """For how long operators were present, added up over all of them."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.people + other.people,
            self.watched_ns + other.watched_ns,
            self.operator_ns + other.operator_ns,
        )

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.people - other.people,
            self.watched_ns - other.watched_ns,
            self.operator_ns - other.operator_ns,
        )


class Tally:
    """Counts people and the presence of operators.

    A person is counted once, when the track has lasted for two seconds.  A track that breaks and
    begins anew is two people, and so are those who are in the hall when the service restarts.

    Nothing is written until `keep_due` or `keep_all`; a crash costs what has not been kept, at
    most the minute that is under way.  To be used in one event loop; what waits for the disk runs
    in a thread.

    Parameters
    ----------
    database : Database
        The table is made where it is not there yet.
    """

    def __init__(self, database: Database) -> None:
        database.create(_MINUTES)
        self._database = database
        self._waiting: dict[int, int] = {}
        """When each track began that has not lasted long enough."""
        self._present: frozenset[int] = frozenset()
        self._reported_ns: int | None = None
        self._ticked_ns: int | None = None
        self._minutes: dict[int, Counts] = {}
        """What has not been kept."""
        self._turn = asyncio.Lock()
        self._keeping: set[asyncio.Task[None]] = set()

    def people(self, tracks: TrackStates) -> None:
        """Take in all people as they are reported."""
        now_ns = self._reported_ns = tracks.time_ns
        present = frozenset(tracks.track_ids.tolist())
        for gone in self._waiting.keys() - present:
            del self._waiting[gone]
        for new in present - self._present:
            self._waiting[new] = now_ns
        self._present = present
        lasted = [one for one, began in self._waiting.items() if now_ns - began >= _LASTED_NS]
        for one in lasted:
            del self._waiting[one]
        if lasted:
            self._add(now_ns, Counts(people=len(lasted)))

    def people_now(self, now_ns: int) -> int | None:
        """How many are followed now; None if nobody has been reported of for five seconds."""
        if self._reported_ns is None or now_ns - self._reported_ns > _STALE_NS:
            return None
        return len(self._present)

    def tick(self, now_ns: int, operators: int) -> None:
        """Let time pass; about once a second.

        Parameters
        ----------
        now_ns : int
            UTC.
        operators : int
            Who have been present since the last tick.
        """
        if self._ticked_ns is not None:
            step_ns = now_ns - self._ticked_ns
            if 0 < step_ns <= _LONGEST_STEP_NS:
                self._add(self._ticked_ns, Counts(0, step_ns, operators * step_ns))
        self._ticked_ns = now_ns

    async def keep_due(self, now_ns: int) -> None:
        """Write down the minutes that are over.

        Raises
        ------
        OutputError
            The database refuses; what was to be kept is kept with the next call that succeeds.
        """
        if any(_is_over(minute_ns, now_ns) for minute_ns in self._minutes):
            await self._keep(now_ns)

    async def keep_all(self) -> None:
        """Write down everything, as before the end.

        Raises
        ------
        OutputError
            The database refuses.
        """
        await self._keep(None)

    def between(self, start_ns: int, end_ns: int) -> Counts:
        """What happened in the minutes that began within a period, its end excluded.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        columns = (_MINUTES.c.people, _MINUTES.c.watched_ns, _MINUTES.c.operator_ns)
        query = select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(
            _MINUTES.c.minute_ns >= start_ns, _MINUTES.c.minute_ns < end_ns
        )
        with self._database.read() as connection:
            # PostgreSQL's sums of such integers are decimal numbers.
            kept = Counts(*map(int, connection.execute(query).one()))
        # A copy: whoever asks may do so from a thread.
        minutes = list(self._minutes.items())
        unkept = (counts for minute_ns, counts in minutes if start_ns <= minute_ns < end_ns)
        return sum(unkept, start=kept)

    def _add(self, time_ns: int, counts: Counts) -> None:
        minute_ns = time_ns // _MINUTE_NS * _MINUTE_NS
        self._minutes[minute_ns] = self._minutes.get(minute_ns, Counts()) + counts

    async def _keep(self, now_ns: int | None) -> None:
        # Finished even if nobody waits for it any more, or the same might be kept twice.
        task = asyncio.ensure_future(self._kept(now_ns))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        await asyncio.shield(task)

    async def _kept(self, now_ns: int | None) -> None:
        async with self._turn:
            due = {
                minute_ns: counts
                for minute_ns, counts in self._minutes.items()
                if now_ns is None or _is_over(minute_ns, now_ns)
            }
            await asyncio.to_thread(self._write, due)
            for minute_ns, counts in due.items():
                left = self._minutes.pop(minute_ns) - counts
                if left != Counts():
                    self._minutes[minute_ns] = left

    def _write(self, due: dict[int, Counts]) -> None:
        with self._database.begin() as connection:
            for minute_ns, counts in due.items():
                _add_to(connection, minute_ns, counts)


def _is_over(minute_ns: int, now_ns: int) -> bool:
    return minute_ns + _MINUTE_NS <= now_ns


def _add_to(connection: Connection, minute_ns: int, counts: Counts) -> None:
    """Add to a minute; an earlier run may have kept a part of it."""
    found = connection.execute(
        update(_MINUTES)
        .where(_MINUTES.c.minute_ns == minute_ns)
        .values(
            people=_MINUTES.c.people + counts.people,
            watched_ns=_MINUTES.c.watched_ns + counts.watched_ns,
            operator_ns=_MINUTES.c.operator_ns + counts.operator_ns,
        )
    )
    if found.rowcount == 0:
        connection.execute(
            insert(_MINUTES).values(
                minute_ns=minute_ns,
                people=counts.people,
                watched_ns=counts.watched_ns,
                operator_ns=counts.operator_ns,
            )
        )
