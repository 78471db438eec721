"""The audit log, for auditors: its records, and whether they are what was written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from clearway.accounts import Session
from clearway.alarms.roles import Permission
from clearway.audit import AuditLog, AuditRecord, SignedCheckpoint, read_checkpoints, verify
from clearway.audit.export import CHECKPOINTS
from clearway.console.context import ConsoleContext
from clearway.console.routes.values import MOST, PRINTABLE, given
from clearway.console.security.access import needs
from clearway.console.security.rates import RateLimit
from clearway.console.times import microseconds

__all__ = ["router"]

_AUDITOR = needs(Permission.READ_AUDIT)

Number = Annotated[int | None, QueryParameter(ge=0, le=MOST)]
Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Kind = Annotated[str | None, QueryParameter(max_length=100, pattern=PRINTABLE)]


class RecordView(Struct, frozen=True):
    """Who did what to what, and when."""

    number: int
    time_us: int
    kind: str
    actor: str
    subject: str


class RecordsPage(Struct, frozen=True):
    """Some records, the newest first."""

    records: tuple[RecordView, ...]


class Verification(Struct, frozen=True):
    """Whether the log says what was written."""

    sound: bool
    records: int
    """That were read."""
    covered: int
    """The last record that a signed checkpoint covers; nothing testifies to those after it."""
    faults: tuple[str, ...]
    """What is wrong, and with which records."""


class Checks:
    """Verifies the log, one check at a time.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._rate = RateLimit(context.rates.checks_per_min, context.rates.check_burst)
        self._turn = asyncio.Lock()

    async def check(self, user_name: str) -> Verification:
        """Verify the whole log.

        Raises
        ------
        Refusal
            It was asked for too often.
        """
        self._rate.take(user_name, self._context.clock_ns())
        async with self._turn:
            return await asyncio.to_thread(_verified, self._context)


@get("/", access=_AUDITOR, operation_id="read_audit_log")
async def read(
    context: NamedDependency[ConsoleContext],
    first: FromQuery[Number] = None,
    before: FromQuery[Number] = None,
    limit: FromQuery[Limit] = 100,
    kind: FromQuery[Kind] = None,
) -> RecordsPage:
    """Records from a number on, or else the newest before a number or of all; also of one kind."""
    records = await asyncio.to_thread(_records, context.audit, first, before, limit, kind)
    return RecordsPage(tuple(_view(record) for record in reversed(records)))


@get("/verification", access=_AUDITOR, operation_id="verify_audit_log")
async def verification(
    request: Request[Session, str, Any], checks: NamedDependency[Checks]
) -> Verification:
    """Check the whole log against itself and against what was signed and exported."""
    return await checks.check(request.user.user_name)


def router(context: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router(
        "/audit",
        route_handlers=[read, verification],
        dependencies={"checks": given(Checks(context))},
        tags=["audit"],
    )


def _records(
    log: AuditLog, first: int | None, before: int | None, limit: int, kind: str | None
) -> list[AuditRecord]:
    """Records in the order of their numbers."""
    head = log.head()
    end = 1 if head is None else head.number + 1
    end = end if before is None else min(before, end)

    def read_from(number: int) -> Iterable[AuditRecord]:
        return takewhile(lambda record: record.number < end, log.records(number, kind=kind))

    if first is not None:
        return list(islice(read_from(first), limit))
    start, step = end, limit
    found: deque[AuditRecord] = deque(maxlen=limit)
    # Each step goes twice as far back, for records of the kind may be few.
    while start > 1 and len(found) < limit:
        start, step = max(1, start - step), 2 * step
        found = deque(read_from(start), limit)
    return [*found]


def _verified(context: ConsoleContext) -> Verification:
    checkpoints: Iterable[SignedCheckpoint | None] = ()
    key = None
    if context.checkpoints is not None:
        folder, key = context.checkpoints
        if (folder / CHECKPOINTS).exists():  # otherwise nothing was exported yet
            checkpoints = read_checkpoints(folder)
    verdict = verify(context.audit.stored(), checkpoints, key)
    faults = tuple(map(str, verdict.faults))
    return Verification(verdict.intact, verdict.records, verdict.covered, faults)


def _view(record: AuditRecord) -> RecordView:
    return RecordView(
        record.number, microseconds(record.time_ns), record.kind, record.actor, record.subject
    )
