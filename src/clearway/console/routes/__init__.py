"""What can be asked for, one module for each kind of thing.

A module gives ``router(context)``, the handlers of its addresses.  Each handler says with
``access=`` who may use it; that is checked, documented and tested from there.  To add a kind of
thing, write its module and name it in `ROUTERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from litestar import Router

from clearway.console.context import ConsoleContext
from clearway.console.routes import (
    account,
    alarms,
    audit,
    daily_checks,
    demonstration,
    drill,
    invitations,
    live,
    operators,
    replay,
    sensors,
    site,
    statistics,
    users,
)

__all__ = ["API", "ROUTERS", "api_router"]

API: Final = "/api/v1"

ROUTERS: Final[tuple[Callable[[ConsoleContext], Router], ...]] = (
    account.router,
    alarms.router,
    audit.router,
    daily_checks.router,
    drill.router,
    invitations.router,
    live.router,
    operators.router,
    replay.router,
    sensors.router,
    site.router,
    statistics.router,
    users.router,
)


def api_router(context: ConsoleContext) -> Router:
    """All operations of the API."""
    routers = (*ROUTERS, demonstration.router) if context.is_demonstration else ROUTERS
    return Router(API, route_handlers=[router(context) for router in routers])
