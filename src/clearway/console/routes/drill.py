"""Drills, during which every alarm that opens is marked."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from clearway.accounts import Session
from clearway.alarms import Permission, SetDrill
from clearway.console.acts import actor_of, do
from clearway.console.context import ConsoleContext
from clearway.console.security.access import needs

__all__ = ["router"]


class DrillSwitch(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a drill is to be on."""

    on: bool


class DrillView(Struct, frozen=True):
    """Whether a drill is on."""

    on: bool


@post("/drill", access=needs(Permission.DRILL), operation_id="set_drill", status_code=200)
async def set_drill(
    request: Request[Session, str, Any],
    data: JSONBody[DrillSwitch],
    context: NamedDependency[ConsoleContext],
) -> DrillView:
    """Begin or end a drill; none begins while a real alarm is in the queue."""
    act = SetDrill(actor=actor_of(request), time_ns=context.clock_ns(), on=data.on)
    await do(context, act)
    return DrillView(context.is_drill)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[set_drill], tags=["drill"])
