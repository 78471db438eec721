"""How a WebSocket is served: several things at once, and no longer than its session lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from clearway.accounts import Session
from clearway.console.context import ConsoleContext

__all__ = ["SESSION_OVER", "converse"]

SESSION_OVER: Final = 4401
"""Code with which a socket is closed whose session has ended."""

_LOOK_S: Final = 30.0
_CLOSE_S: Final = 5.0
"""A client that takes nothing any more does not take a farewell either."""
# The second is how a server says that nobody takes what is sent (ASGI, WebSocket 2.4).
_LEFT: Final = (WebSocketDisconnect, OSError)


async def converse(
    socket: WebSocket[Session, str, Any],
    context: ConsoleContext,
    *parts: Coroutine[Any, Any, None],
) -> None:
    """Run the parts of a conversation until the first ends, the client leaves, or the session ends.

    An open page counts as use of the session: nobody's plan must go dark in a quiet shift.  After
    the session's longest time it ends all the same.

    Parameters
    ----------
    socket : WebSocket
        Accepted already.
    context : ConsoleContext
    *parts : coroutine
        Such as one that sends and one that receives.
    """
    with context.sockets.entered(socket.auth, socket.user.user_name) as over:
        watching = _watch(socket.auth, context, over)
        tasks = [asyncio.create_task(part) for part in (*parts, watching, over.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    errors = [error for error in ended if isinstance(error, Exception)]
    defect = next((one for one in errors if not isinstance(one, _LEFT)), None)
    if defect is not None:
        raise defect
    if errors and not over.is_set():
        return
    code, reason = (SESSION_OVER, "the session has ended") if over.is_set() else (1000, None)
    with suppress(TimeoutError, *_LEFT):
        async with asyncio.timeout(_CLOSE_S):
            await socket.close(code, reason)


async def _watch(token: str, context: ConsoleContext, over: asyncio.Event) -> None:
    """See whether the session is still there: at once, for it may have ended meanwhile."""
    while True:
        now_ns = context.clock_ns()
        if await asyncio.to_thread(context.sessions.of, token, now_ns=now_ns) is None:
            over.set()
            return
        await asyncio.sleep(_LOOK_S)
