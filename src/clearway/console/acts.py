"""What somebody asks of the control room, and how they are told that it was not done."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from litestar import Request

from clearway.accounts import Session
from clearway.alarms import Act, Actor, Output, Refusal
from clearway.alarms.outputs import Refused
from clearway.console.context import ConsoleContext
from clearway.console.security import problems
from clearway.console.times import microseconds
from clearway.control_room.room import ActRefusedError
from clearway.errors import OutputError

__all__ = ["actor_of", "do", "refusal_of", "refusing_what_is_not_kept"]

_LOG = logging.getLogger(__name__)

_STATUS: Final[Mapping[Refusal, int]] = {
    Refusal.NOT_PERMITTED: 403,
    Refusal.SAME_PERSON: 403,
    Refusal.UNKNOWN: 404,
    # For a guard there are no other alarms.
    Refusal.NOT_CALLED: 404,
    Refusal.TEXT_NEEDED: 422,
    Refusal.NOT_A_CHOICE: 422,
    Refusal.TOO_LONG: 422,
}
_CONFLICT: Final = 409
"""All others: it could have been done at another time."""


def actor_of(request: Request[Session, str, Any]) -> Actor:
    """Who asks."""
    return Actor(request.user.user_name, request.user.role)


async def do(context: ConsoleContext, act: Act) -> tuple[Output, ...]:
    """Do what somebody asks; it is kept by the time this returns.

    Raises
    ------
    Refusal
        It was not done: the rules do not allow it, or it cannot be kept.
    """
    with refusing_what_is_not_kept(act.actor.name):
        try:
            return await context.room.act(act)
        except ActRefusedError as error:
            raise refusal_of(error.refused) from None


@contextmanager
def refusing_what_is_not_kept(who: str) -> Iterator[None]:
    """Tell somebody who asked for something that it was not done, where it cannot be kept.

    Raises
    ------
    Refusal
        The disk is full or gone.
    """
    try:
        yield
    except OutputError as error:
        _LOG.error("what %s asked for could not be kept: %s", who, error)
        raise problems.Refusal(
            507,
            "not-kept",
            "This was NOT done: the station cannot keep what is done.",
            "Tell whoever looks after the station, whose disk may be full; go on by radio.",
        ) from None


def refusal_of(refused: Refused) -> problems.Refusal:
    """How a refusal of the rules is told."""
    return problems.Refusal(
        _STATUS.get(refused.why, _CONFLICT),
        refused.why.value.replace("_", "-"),
        f"{refused.reason}.",  # it may begin with somebody's name
        f"{refused.remedy[:1].upper()}{refused.remedy[1:]}.",
        by=refused.by,
        at_us=None if refused.at_ns is None else microseconds(refused.at_ns),
    )
