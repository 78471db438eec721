"""What happens now, told to open pages without their asking."""

from __future__ import annotations

from typing import Any

from litestar import Router, WebSocket, websocket
from litestar.di import NamedDependency

from clearway.accounts import Session
from clearway.alarms import Actor, Permission
from clearway.console.context import ConsoleContext
from clearway.console.conversation import converse
from clearway.console.live.broadcast import Broadcast
from clearway.console.routes.values import given
from clearway.console.security.access import needs

__all__ = ["router"]

_ANYBODY_WHO_SEES = needs(
    Permission.SEE_PLAN,
    Permission.SEE_ALARMS,
    Permission.SEE_SENSORS,
    Permission.SEE_STATISTICS,
    Permission.SEE_TASK,
)


@websocket("/live", access=_ANYBODY_WHO_SEES)
async def live(
    socket: WebSocket[Session, str, Any],
    context: NamedDependency[ConsoleContext],
    broadcast: NamedDependency[Broadcast],
) -> None:
    """Send everything that this person may see, from now on."""
    await socket.accept()
    actor = Actor(socket.user.user_name, socket.user.role)
    async with broadcast.listening(actor) as listener:
        parts = (listener.send(socket), broadcast.tick(listener), _listen(socket))
        await converse(socket, context, *parts)


def router(context: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[live], dependencies={"broadcast": given(Broadcast(context))})


async def _listen(socket: WebSocket[Session, str, Any]) -> None:
    """Notice that the client leaves; it has nothing to say."""
    while True:
        await socket.receive_data("text")
