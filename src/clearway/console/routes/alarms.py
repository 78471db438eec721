"""Alarms: seeing them, and what people do about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, TypeAlias

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from clearway.accounts import Session
from clearway.alarms import (
    Acknowledge,
    Actor,
    Alarm,
    AlarmChanged,
    Answer,
    Delivered,
    Dismiss,
    DismissReason,
    Escalate,
    HandOver,
    Outcome,
    Permission,
    Read,
    Reply,
    Resolve,
    TakeOver,
    Unacknowledge,
)
from clearway.alarms.inputs import AlarmAct
from clearway.console.acts import actor_of, do
from clearway.console.alarm_shapes import AlarmHistory, AlarmView
from clearway.console.alarm_view import alarm_history, display_names, may_see, view_for
from clearway.console.context import ConsoleContext
from clearway.console.routes.values import PathText, Remark, ShortText
from clearway.console.security.access import needs
from clearway.console.security.problems import Refusal

__all__ = ["router"]

_SEER = needs(Permission.SEE_ALARMS, Permission.SEE_TASK)
_DECIDER = needs(Permission.DECIDE)
_GUARD = needs(Permission.ANSWER)

_AT_ONCE: Final = 20
"""Alarms that are looked at in one go: of a thousand, all else would wait for a second."""

AlarmRequest = Request[Session, str, Any]
Context = NamedDependency[ConsoleContext]
AlarmId = FromPath[PathText]


SeenVersion: TypeAlias = Annotated[
    int,
    Meta(
        ge=1,
        description="The alarm's `version` as it was shown when this was decided. If there was news"
        " since, it is refused as `evidence-added`: look at the alarm again.",
    ),
]


class Sighting(Struct, frozen=True, forbid_unknown_fields=True):
    """What one has seen of the alarm."""

    seen: SeenVersion


class Heir(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to deal with it."""

    to: ShortText
    seen: SeenVersion


class Dismissal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nobody needs to go."""

    reason: DismissReason
    text: Remark = ""
    seen: SeenVersion


class Ending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it turned out."""

    outcome: Outcome
    text: Remark = ""
    seen: SeenVersion


class Summoned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which guard is to go."""

    guard: ShortText | None = None
    """Without one, whoever is least busy."""
    seen: (
        Annotated[
            int,
            Meta(
                ge=1,
                description="The alarm's `version` as it was shown. The guard is sent whatever the"
                " news; but an alarm with news that was not seen goes on ringing.",
            ),
        ]
        | None
    ) = None


class GuardAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """How it stands in the hall."""

    answer: Answer
    text: Remark = ""


@get("/", access=_SEER, operation_id="list_alarms")
async def list_alarms(request: AlarmRequest, context: Context) -> list[AlarmView]:
    """Alarms of the queue, and those resolved a short while ago; guards see their own."""
    displays = await asyncio.to_thread(display_names, context.users)
    room, actor = context.room, actor_of(request)
    views = []
    for count, alarm in enumerate(tuple(room.desk.alarms.values()), 1):
        if may_see(alarm, actor):
            views.append(view_for(alarm, room, actor, displays))
        if count % _AT_ONCE == 0:
            await asyncio.sleep(0)
    _note_shown(context, actor, [view.id for view in views])
    return views


@get("/{alarm_id:str}", access=_SEER, operation_id="see_alarm")
async def see_alarm(
    request: AlarmRequest, alarm_id: AlarmId, context: Context
) -> AlarmHistory | AlarmView:
    """One alarm, however long ago, with all that became of it; guards see their own, without."""
    room, actor = context.room, actor_of(request)
    is_guard = not actor.may(Permission.SEE_ALARMS)
    # What has left the desk is no guard's task any more.
    alarm = room.desk.alarms.get(alarm_id) if is_guard else await _known(context, alarm_id)
    if alarm is None or not may_see(alarm, actor):
        raise _unknown()
    view = await _view(context, alarm, actor)
    if is_guard:
        return view
    return alarm_history(view, await asyncio.to_thread(room.record.changes, alarm_id))


@post("/{alarm_id:str}/acknowledge", access=_DECIDER, operation_id="acknowledge", status_code=200)
async def acknowledge(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Sighting], context: Context
) -> AlarmView:
    """Say that one has seen it: it is silent from then on, and stays in the queue."""
    return await _done(request, context, Acknowledge, alarm_id, seen=data.seen)


@post(
    "/{alarm_id:str}/unacknowledge", access=_DECIDER, operation_id="unacknowledge", status_code=200
)
async def unacknowledge(request: AlarmRequest, alarm_id: AlarmId, context: Context) -> AlarmView:
    """Let it ring again; whoever dealt with it no longer does."""
    return await _done(request, context, Unacknowledge, alarm_id)


@post("/{alarm_id:str}/take-over", access=_DECIDER, operation_id="take_over", status_code=200)
async def take_over(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Sighting], context: Context
) -> AlarmView:
    """Deal with it from now on."""
    return await _done(request, context, TakeOver, alarm_id, seen=data.seen)


@post("/{alarm_id:str}/hand-over", access=_DECIDER, operation_id="hand_over", status_code=200)
async def hand_over(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Heir], context: Context
) -> AlarmView:
    """Let a colleague who is present deal with it."""
    return await _done(request, context, HandOver, alarm_id, to=data.to, seen=data.seen)


@post("/{alarm_id:str}/dismiss", access=_DECIDER, operation_id="dismiss", status_code=200)
async def dismiss(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Dismissal], context: Context
) -> AlarmView:
    """Say that nobody needs to go, and why."""
    said = {"reason": data.reason, "text": data.text, "seen": data.seen}
    return await _done(request, context, Dismiss, alarm_id, **said)


@post("/{alarm_id:str}/escalate", access=_DECIDER, operation_id="escalate", status_code=200)
async def escalate(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Summoned], context: Context
) -> AlarmView:
    """Send a guard to the person."""
    return await _done(request, context, Escalate, alarm_id, guard=data.guard, seen=data.seen)


@post("/{alarm_id:str}/resolve", access=_DECIDER, operation_id="resolve", status_code=200)
async def resolve(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[Ending], context: Context
) -> AlarmView:
    """Say how it turned out."""
    said = {"outcome": data.outcome, "text": data.text, "seen": data.seen}
    return await _done(request, context, Resolve, alarm_id, **said)


@post("/{alarm_id:str}/delivered", access=_GUARD, operation_id="call_delivered", status_code=200)
async def delivered(request: AlarmRequest, alarm_id: AlarmId, context: Context) -> AlarmView:
    """The call has reached one's phone."""
    return await _done(request, context, Delivered, alarm_id)


@post("/{alarm_id:str}/read", access=_GUARD, operation_id="call_read", status_code=200)
async def read(request: AlarmRequest, alarm_id: AlarmId, context: Context) -> AlarmView:
    """One has opened the call."""
    return await _done(request, context, Read, alarm_id)


@post("/{alarm_id:str}/answer", access=_GUARD, operation_id="call_answered", status_code=200)
async def answer(
    request: AlarmRequest, alarm_id: AlarmId, data: JSONBody[GuardAnswer], context: Context
) -> AlarmView:
    """Say how it stands; a later answer takes the place of an earlier one."""
    return await _done(request, context, Reply, alarm_id, answer=data.answer, text=data.text)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    handlers = [list_alarms, see_alarm, acknowledge, unacknowledge, take_over, hand_over, dismiss]
    handlers += [escalate, resolve, delivered, read, answer]
    return Router("/alarms", route_handlers=handlers, tags=["alarms"])


async def _done(
    request: AlarmRequest,
    context: ConsoleContext,
    act: Callable[..., AlarmAct],
    alarm_id: str,
    **said: object,
) -> AlarmView:
    """The alarm after what somebody did about it."""
    actor = actor_of(request)
    outputs = await do(
        context, act(alarm_id=alarm_id, actor=actor, time_ns=context.clock_ns(), **said)
    )
    # A guard who was called to an alarm that was merged speaks of the one that goes on.
    changed = [one.alarm for one in outputs if isinstance(one, AlarmChanged)]
    alarm = changed[-1] if changed else await _known(context, alarm_id)
    if alarm is None:
        raise _unknown()
    return await _view(context, alarm, actor)


async def _known(context: ConsoleContext, alarm_id: str) -> Alarm | None:
    alarm = context.room.desk.alarms.get(alarm_id)
    if alarm is not None:
        return alarm
    return await asyncio.to_thread(context.room.record.alarm, alarm_id)


async def _view(context: ConsoleContext, alarm: Alarm, actor: Actor) -> AlarmView:
    displays = await asyncio.to_thread(display_names, context.users)
    _note_shown(context, actor, [alarm.alarm_id])
    return view_for(alarm, context.room, actor, displays)


def _note_shown(context: ConsoleContext, actor: Actor, alarm_ids: Iterable[str]) -> None:
    context.late.shown(actor.name, alarm_ids, time_ns=context.clock_ns())


def _unknown() -> Refusal:
    return Refusal(404, "unknown", "There is no such alarm.", "Choose one from the queue.")
