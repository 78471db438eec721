"""Looking at the past: any minute of the plan and of the alarms."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Router, WebSocket, get, websocket
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from clearway.accounts import Session
from clearway.alarms import Permission
from clearway.console.acts import refusing_what_is_not_kept
from clearway.console.alarm_view import display_names
from clearway.console.context import ConsoleContext
from clearway.console.conversation import converse
from clearway.console.replaying.commands import FASTEST, LATEST_US, SLOWEST
from clearway.console.replaying.player import Player
from clearway.console.replaying.recording import Recordings, RecordingView
from clearway.console.routes.values import given
from clearway.console.security.access import needs
from clearway.console.security.problems import Refusal
from clearway.console.times import microseconds

__all__ = ["router"]

_REVIEWER = needs(Permission.REPLAY)


class Opening(Struct, frozen=True):
    """What a replay begins with, as its address tells."""

    at_us: Annotated[int, Meta(ge=0, le=LATEST_US)] | None = None
    """None for now."""
    speed: Annotated[float, Meta(ge=SLOWEST, le=FASTEST)] = 1.0


@get("/recording", access=_REVIEWER, operation_id="see_recording")
async def see_recording(recordings: NamedDependency[Recordings]) -> RecordingView:
    """From when until when there is a record, where it has gaps, and when alarms came."""
    return await recordings.now()


@websocket("/replay", access=_REVIEWER)
async def replay(
    socket: WebSocket[Session, str, Any], context: NamedDependency[ConsoleContext]
) -> None:
    """Show the record from a moment on."""
    opening = _opening(socket)
    at_us = microseconds(context.clock_ns()) if opening.at_us is None else opening.at_us
    who = socket.user.user_name
    # Nobody is shown where people were without a record of it.
    with refusing_what_is_not_kept(who):
        await asyncio.to_thread(
            context.record, "replay-opened", who, "track history", {"at_us": at_us}
        )
    displays = await asyncio.to_thread(display_names, context.users)
    await socket.accept()
    player = Player(context, socket, displays, at_us, opening.speed)
    await converse(socket, context, player.show(), player.obey())


def router(context: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router(
        "/",
        route_handlers=[see_recording, replay],
        dependencies={"recordings": given(Recordings(context))},
        tags=["replay"],
    )


def _opening(socket: WebSocket[Session, str, Any]) -> Opening:
    # The framework would take what does not fit for a defect of the server.
    try:
        return msgspec.convert(dict(socket.query_params), Opening, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(400, "not-accepted", f"The address cannot be used: {error}.") from None
