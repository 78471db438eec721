"""Colleagues: to whom an alarm can be handed over, and which guards can be sent."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import Router, get
from litestar.di import NamedDependency
from msgspec import Struct

from clearway.alarms import Permission, Role
from clearway.console.context import ConsoleContext
from clearway.console.security.access import needs

__all__ = ["router"]

_ROLES: Final = (Role.OPERATOR, Role.SUPERVISOR, Role.GUARD)


class Colleague(Struct, frozen=True):
    """Somebody who can deal with an alarm."""

    name: str
    display: str
    role: Role
    present: bool
    """Whether they have a page open."""


@get("/operators", access=needs(Permission.DECIDE), operation_id="list_colleagues")
async def list_colleagues(context: NamedDependency[ConsoleContext]) -> list[Colleague]:
    """Operators, supervisors and guards; those who are present first."""
    users = await asyncio.to_thread(context.users.all)
    desk = context.room.desk
    colleagues = [
        Colleague(user.name, user.display, user.role, desk.present(user.name) is not None)
        for user in users
        if user.role in _ROLES and not user.disabled
    ]
    return sorted(colleagues, key=lambda one: not one.present)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[list_colleagues], tags=["alarms"])
