"""A socket that says back what it hears, as the simplest of live views."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, WebSocket, websocket
from litestar.di import NamedDependency

from clearway.accounts import Session
from clearway.alarms.roles import Permission
from clearway.console.context import ConsoleContext
from clearway.console.conversation import converse
from clearway.console.security.access import needs

PATH: Final = "/echo"


@websocket(PATH, access=needs(Permission.SEE_PLAN))
async def echo(
    socket: WebSocket[Session, str, Any], context: NamedDependency[ConsoleContext]
) -> None:
    await socket.accept()

    async def answer() -> None:
        while True:
            heard = await socket.receive_text()
            if heard == "fail":
                raise ValueError("a defect")
            if heard == "end":
                return
            await socket.send_text(f"{socket.user.user_name}: {heard}")

    await converse(socket, context, answer())


def router(_: ConsoleContext) -> Router:
    return Router("/", route_handlers=[echo])
