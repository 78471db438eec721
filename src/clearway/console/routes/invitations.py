"""Taking an invitation: the way to an account of one's own."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from sqlalchemy import Connection

from clearway.accounts import Invitation
from clearway.accounts.one_time_codes import enrolment_uri
from clearway.accounts.tokens import token_hash
from clearway.console.context import ConsoleContext
from clearway.console.routes.values import (
    AccountName,
    OneTimeCode,
    PathText,
    Secret,
    ShortText,
    given,
)
from clearway.console.security.access import OPEN
from clearway.console.security.problems import Refusal
from clearway.console.security.rates import address_of
from clearway.errors import ArgumentError

__all__ = ["router"]

_MOST_WAITING: Final = 100


class InvitationView(Struct, frozen=True, omit_defaults=True):
    """What an invitation is good for."""

    role: str
    kind: Literal["first_admin", "user"]
    name: str | None = None
    """The only name that it is for."""


class NewAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody chooses for their account."""

    name: AccountName
    display: ShortText
    """As others are shown it."""
    password: Secret


class AuthenticatorSecret(Struct, frozen=True):
    """What the person's authenticator needs; it is not shown again."""

    totp_uri: str
    """To be drawn as a QR code."""
    totp_secret: str
    """To be typed."""


class FirstCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The proof that the authenticator works."""

    code: OneTimeCode


class Enrolments:
    """Makes one account of each invitation.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._turn = asyncio.Lock()
        self._waiting: dict[str, str] = {}
        """Names of accounts whose authenticator was not tried yet, by the invitation's hash."""

    async def take(self, token: str, data: NewAccount, address: str) -> AuthenticatorSecret:
        """Make the account.

        Raises
        ------
        Refusal
            The invitation is no longer good.
        ArgumentError
            The name or the password cannot be used; the invitation stays good.
        """
        # One at a time: making a hash takes 64 MiB and a good part of a core.
        async with self._turn:
            secret = await asyncio.to_thread(self._taken, token, data, address)
        while len(self._waiting) >= _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[token_hash(token)] = data.name
        uri = enrolment_uri(secret, data.name, self._context.site.name)
        return AuthenticatorSecret(uri, secret)

    async def confirm(self, token: str, code: str) -> None:
        """See whether the authenticator shows the right codes.

        Raises
        ------
        Refusal
            It does not, or there is nothing to confirm.
        """
        key = token_hash(token)
        name = self._waiting.get(key)
        if name is None:
            raise _gone()
        if not await asyncio.to_thread(self._confirmed, name, code):
            raise Refusal(
                422,
                "wrong-code",
                "This is not the code of now.",
                "Wait for the next one; check the time of the phone.",
            )
        self._waiting.pop(key, None)

    def look_up(self, token: str) -> Invitation:
        """The invitation of a token.

        Raises
        ------
        Refusal
            It is no longer good.
        """
        context = self._context
        found = context.invitations.look_up(token, now_ns=context.clock_ns())
        # The first administrator's link is worth nothing once there is one.
        if found is None or (found.user_name is None and context.users.has_admin()):
            raise _gone()
        return found

    def _taken(self, token: str, data: NewAccount, address: str) -> str:
        context = self._context
        invitation = self.look_up(token)
        if invitation.user_name not in {None, data.name}:
            problem = "the invitation is for another name"
            raise ArgumentError("name", problem, f"use {invitation.user_name}")
        now_ns = context.clock_ns()
        what = {"role": invitation.role.value, "address": address}
        created = context.recording("account-created", data.name, data.name, what)

        def use_up(connection: Connection) -> None:
            # Another process may have used or withdrawn it since: then there is no account either.
            if context.invitations.take(connection, token, now_ns=now_ns) is None:
                raise _gone()
            created(connection)

        _, secret = context.users.add(
            data.name,
            data.display,
            invitation.role,
            data.password,
            now_ns=now_ns,
            record=use_up,
        )
        return secret

    def _confirmed(self, name: str, code: str) -> bool:
        context = self._context
        record = context.recording("authenticator-confirmed", name, name)
        return context.users.confirms(name, code, now_ns=context.clock_ns(), record=record)


@get("/{token:str}", access=OPEN, operation_id="look_up_invitation")
async def look_up(
    token: FromPath[PathText], enrolments: NamedDependency[Enrolments]
) -> InvitationView:
    """What an invitation is good for."""
    found = await asyncio.to_thread(enrolments.look_up, token)
    kind: Literal["first_admin", "user"] = "first_admin" if found.user_name is None else "user"
    return InvitationView(found.role.value, kind, found.user_name)


@post("/{token:str}", access=OPEN, operation_id="take_invitation")
async def take(
    request: Request[Any, Any, Any],
    token: FromPath[PathText],
    data: JSONBody[NewAccount],
    enrolments: NamedDependency[Enrolments],
) -> AuthenticatorSecret:
    """Make the account that one is invited to."""
    return await enrolments.take(token, data, address_of(request.scope["client"]))


@post("/{token:str}/confirm", access=OPEN, operation_id="confirm_authenticator", status_code=204)
async def confirm(
    token: FromPath[PathText], data: JSONBody[FirstCode], enrolments: NamedDependency[Enrolments]
) -> None:
    """Show that one's authenticator works."""
    await enrolments.confirm(token, data.code)


def router(context: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router(
        "/invitations",
        route_handlers=[look_up, take, confirm],
        dependencies={"enrolments": given(Enrolments(context))},
        tags=["invitations"],
    )


def _gone() -> Refusal:
    return Refusal(
        404,
        "invitation-gone",
        "This invitation is no longer good: it was used, has expired, or a newer one was made.",
        "Ask for another one.",
    )
