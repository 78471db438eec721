"""Daily checks with a test object, as they are written down."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from clearway.accounts import Session
from clearway.alarms import Permission
from clearway.console.acts import refusing_what_is_not_kept
from clearway.console.context import ConsoleContext
from clearway.console.days import bounds_of, day_of
from clearway.console.routes.values import PRINTABLE, Day, ShortText
from clearway.console.security.access import needs
from clearway.console.times import microseconds
from clearway.control_room.checks import DailyCheck
from clearway.errors import ArgumentError
from clearway.site.schema import SensorKind

__all__ = ["router"]

CheckText = Annotated[str, Meta(max_length=500, pattern=PRINTABLE)]
Context = NamedDependency[ConsoleContext]


class NewCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """What was carried past which sensor, and whether it was seen."""

    sensor: ShortText
    object: ShortText
    seen: bool
    text: CheckText = ""
    """May be empty."""


class DailyCheckView(Struct, frozen=True, kw_only=True):
    """A check."""

    sensor: str
    object: str
    seen: bool
    """Whether the sensor has found it."""
    text: str
    by: str
    time_us: int


@get(
    "/", access=needs(Permission.DAILY_CHECK, Permission.SEE_STATISTICS), operation_id="list_checks"
)
async def list_checks(context: Context, day: FromQuery[Day] = None) -> list[DailyCheckView]:
    """The checks of a day of the station's own time zone; without a date, of today."""
    now_ns = context.clock_ns()
    start_ns, end_ns = bounds_of(day or day_of(now_ns), now_ns)
    found = await asyncio.to_thread(context.checks.between, start_ns, end_ns)
    return [_view(check) for check in found]


@post("/", access=needs(Permission.DAILY_CHECK), operation_id="record_check", status_code=200)
async def record_check(
    request: Request[Session, str, Any], data: JSONBody[NewCheck], context: Context
) -> DailyCheckView:
    """Write down a check."""
    check = DailyCheck(
        sensor=_examining(context, data.sensor),
        object=data.object,
        seen=data.seen,
        text=data.text,
        by=request.user.user_name,
        time_ns=context.clock_ns(),
    )
    with refusing_what_is_not_kept(check.by):
        await asyncio.to_thread(_keep, context, check)
    return _view(check)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/daily-checks", route_handlers=[list_checks, record_check], tags=["checks"])


def _keep(context: ConsoleContext, check: DailyCheck) -> None:
    with context.database.begin() as connection:
        context.checks.add(connection, check)
        context.audit.add(
            connection, "daily-check", check.by, check.sensor, check, time_ns=check.time_ns
        )


def _examining(context: ConsoleContext, sensor_id: str) -> str:
    """The id of a sensor past which something can be carried."""
    known = [one.id for one in context.site.sensors if one.kind is not SensorKind.CAMERA]
    if sensor_id not in known:
        problem = f"{sensor_id!r} is no sensor that examines people"
        raise ArgumentError("sensor", problem, f"name one of {', '.join(known)}")
    return sensor_id


def _view(check: DailyCheck) -> DailyCheckView:
    return DailyCheckView(
        sensor=check.sensor,
        object=check.object,
        seen=check.seen,
        text=check.text,
        by=check.by,
        time_us=microseconds(check.time_ns),
    )
