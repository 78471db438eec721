"""The accounts of the site, for administrators."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from clearway.accounts import Session, User, check_name
from clearway.alarms.roles import Permission, Role
from clearway.console.context import ConsoleContext
from clearway.console.first_admin import invitation_link
from clearway.console.routes.values import AccountName, PathText, ShortText
from clearway.console.security.access import needs
from clearway.console.security.problems import Refusal
from clearway.console.times import microseconds
from clearway.errors import ArgumentError

__all__ = ["router"]

_ADMIN = needs(Permission.MANAGE_USERS)


class UserView(Struct, frozen=True):
    """An account."""

    name: str
    display: str
    role: Role
    disabled: bool
    created_us: int


class NewUser(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to get an account."""

    name: AccountName
    role: Role
    display: ShortText = ""
    """For the record; the person chooses their own."""


class InvitationLink(Struct, frozen=True):
    """What to hand to the person."""

    invitation_url: str
    """Good for one day and one account; it is not shown again."""


class UserChange(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two, so that it is done or not."""

    role: Role | None = None
    disabled: bool | None = None


@get("/", access=_ADMIN, operation_id="list_users")
async def list_users(context: NamedDependency[ConsoleContext]) -> list[UserView]:
    """All accounts, by name."""
    return [_view(user) for user in await asyncio.to_thread(context.users.all)]


@post("/", access=_ADMIN, operation_id="invite_user")
async def invite_user(
    request: Request[Session, str, Any],
    data: JSONBody[NewUser],
    context: NamedDependency[ConsoleContext],
) -> InvitationLink:
    """Invite somebody, who then chooses a password; an earlier invitation of that name ends."""
    token = await asyncio.to_thread(_invited, context, data, request.user.user_name)
    # The fence has made sure that this is one of the server's own.
    return InvitationLink(invitation_link(request.headers["origin"], token))


@patch("/{name:str}", access=_ADMIN, operation_id="change_user")
async def change_user(
    request: Request[Session, str, Any],
    name: FromPath[PathText],
    data: JSONBody[UserChange],
    context: NamedDependency[ConsoleContext],
) -> UserView:
    """Give somebody another role, or let them in no more or again; their sessions end."""
    if (data.role is None) == (data.disabled is None):
        raise ArgumentError(
            "role", "one change at a time can be made", "give either role or disabled"
        )
    await asyncio.to_thread(_change, context, name, data, request.user.user_name)
    # At once: whatever fails from here on, the change is made.
    context.sockets.end_user(name)
    return _view(await asyncio.to_thread(_existing, context, name))


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/users", route_handlers=[list_users, invite_user, change_user], tags=["users"])


def _invited(context: ConsoleContext, data: NewUser, by: str) -> str:
    check_name(data.name)
    if context.users.get(data.name) is not None:
        raise ArgumentError("name", f"{data.name} is taken", "choose another")
    whom = {"role": data.role.value, "display": data.display}
    return context.invitations.invite(
        data.role,
        data.name,
        now_ns=context.clock_ns(),
        record=context.recording("user-invited", by, data.name, whom),
    )


def _change(context: ConsoleContext, name: str, data: UserChange, by: str) -> None:
    _existing(context, name)
    if data.role is not None:
        record = context.recording("role-changed", by, name, {"role": data.role.value})
        context.users.set_role(name, data.role, record=record)
    elif data.disabled is not None:
        kind = "account-disabled" if data.disabled else "account-enabled"
        record = context.recording(kind, by, name)
        context.users.set_disabled(name, disabled=data.disabled, record=record)


def _existing(context: ConsoleContext, name: str) -> User:
    user = context.users.get(name)
    if user is None:
        raise Refusal(404, "no-such-account", "There is no such account.", "Name one that exists.")
    return user


def _view(user: User) -> UserView:
    created_us = microseconds(user.created_ns)
    return UserView(user.name, user.display, user.role, user.disabled, created_us)
