"""One's own account: signing in and out, language, password."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from litestar import Request, Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from clearway.accounts import Session, SignIn
from clearway.alarms.roles import Permission, Role, permits
from clearway.console.context import ConsoleContext
from clearway.console.routes.values import Language, OneTimeCode, Secret, ShortText, given
from clearway.console.security.access import OPEN, SIGNED_IN
from clearway.console.security.authentication import session_cookies, session_of
from clearway.console.security.problems import Refusal
from clearway.console.security.rates import RateLimit, address_of
from clearway.errors import ArgumentError, OutputError

__all__ = ["Me", "router", "signed_in"]

_LOG = logging.getLogger(__name__)

_AT_ONCE: Final = 2
"""Passwords that are looked at together: each takes 64 MiB and a good part of a core."""
# Browsers forget what they keep of this server, so that a lost phone holds nothing.
_FORGET: Final = {"Clear-Site-Data": '"cache", "storage"'}


class Me(Struct, frozen=True):
    """Who is signed in, and what they may do."""

    name: str
    display: str
    role: Role
    language: str
    permissions: tuple[Permission, ...]
    drill: bool
    """Whether an exercise is going on."""


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody says they are."""

    name: ShortText
    password: Secret
    code: OneTimeCode


class LanguageChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the site's languages."""

    language: Language


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Another password, and proof that it is one's own account."""

    password: Secret
    """The present one."""
    code: OneTimeCode
    new_password: Secret


class SignInDesk:
    """Looks at passwords, only so many at once and so often.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        rates = context.rates
        self._by_address = RateLimit(rates.sign_ins_per_min, rates.sign_in_burst)
        self._by_account = RateLimit(rates.attempts_per_min, rates.attempt_burst)
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def knows(self, name: str, password: str, code: str, address: str) -> bool:
        """Whether somebody is who they say; the attempt is recorded if they are not.

        Raises
        ------
        Refusal
            It was tried too often.
        """
        now_ns = self._context.clock_ns()
        self._by_address.take(address, now_ns)
        self._by_account.take(name, now_ns)
        async with self._places:
            return await asyncio.to_thread(self._knows, name, password, code, address)

    def _knows(self, name: str, password: str, code: str, address: str) -> bool:
        context = self._context
        end = context.users.sign_in(name, password, code, now_ns=context.clock_ns())
        if end is SignIn.OK:
            return True
        # People type their password where the name goes: what is no name is not kept.
        known = name if end is not SignIn.UNKNOWN else "unknown"
        context.record("sign-in-failed", known, known, {"why": end.value, "address": address})
        return False


@post("/login", access=OPEN, operation_id="sign_in", status_code=200)
async def sign_in(
    request: Request[Any, Any, Any],
    data: JSONBody[Login],
    context: NamedDependency[ConsoleContext],
    desk: NamedDependency[SignInDesk],
) -> Response[Me]:
    """Sign in with name, password and a code of one's authenticator.

    The answer sets two cookies: the session, and ``clearway_csrf``, whose value every later request
    that changes something repeats in the header ``X-CSRF-Token``.
    """
    address = address_of(request.scope["client"])
    if not await desk.knows(data.name, data.password, data.code, address):
        raise _not_recognised(401)
    return await signed_in(request, data.name, context)


@post("/logout", access=SIGNED_IN, operation_id="sign_out", status_code=204)
async def sign_out(
    request: Request[Session, str, Any], context: NamedDependency[ConsoleContext]
) -> Response[None]:
    """End this session; its token is worth nothing from here on."""
    await _end(request.auth, request.user.user_name, context)
    cookies = session_cookies(None, request.scope["scheme"])
    return Response(None, status_code=204, cookies=cookies, headers=_FORGET)


@get("/me", access=SIGNED_IN, operation_id="who_am_i")
async def who_am_i(
    request: Request[Session, str, Any], context: NamedDependency[ConsoleContext]
) -> Me:
    """Who is signed in, and what they may do."""
    return _me(request.user, context)


@put("/me/language", access=SIGNED_IN, operation_id="choose_language", status_code=204)
async def choose_language(
    request: Request[Session, str, Any],
    data: JSONBody[LanguageChoice],
    context: NamedDependency[ConsoleContext],
) -> None:
    """Read the pages in another language."""
    known = context.site.languages
    if data.language not in known:
        problem = "there are no pages in this language"
        raise ArgumentError("language", problem, f"choose one of {', '.join(known)}")
    name = request.user.user_name
    record = context.recording("language-chosen", name, data.language)
    await asyncio.to_thread(context.users.set_language, name, data.language, record=record)


@put("/me/password", access=SIGNED_IN, operation_id="change_password", status_code=204)
async def change_password(
    request: Request[Session, str, Any],
    data: JSONBody[PasswordChange],
    context: NamedDependency[ConsoleContext],
    desk: NamedDependency[SignInDesk],
) -> None:
    """Change one's password; all sessions of the account end."""
    name = request.user.user_name
    address = address_of(request.scope["client"])
    if not await desk.knows(name, data.password, data.code, address):
        raise _not_recognised(422)
    record = context.recording("password-changed", name, name)
    await asyncio.to_thread(context.users.set_password, name, data.new_password, record=record)
    context.sockets.end_user(name)


def router(context: ConsoleContext) -> Router:
    """The addresses of this module."""
    handlers = [sign_in, sign_out, who_am_i, choose_language, change_password]
    return Router(
        "/",
        route_handlers=handlers,
        dependencies={"desk": given(SignInDesk(context))},
        tags=["account"],
    )


async def signed_in(
    request: Request[Any, Any, Any], name: str, context: ConsoleContext
) -> Response[Me]:
    """Open a session for somebody who is known to be who they say; an earlier one here ends."""
    earlier, whose = await session_of(request, context)
    if whose is not None:
        await _end(earlier, whose.user_name, context)
    address = address_of(request.scope["client"])
    token, session = await asyncio.to_thread(_opened, context, name, address)
    return Response(_me(session, context), cookies=session_cookies(token, request.scope["scheme"]))


def _not_recognised(status: int) -> Refusal:
    """The same words whatever was wrong, so that nobody finds out which part was right."""
    return Refusal(
        status,
        "not-recognised",
        "Name, password and code do not belong together, or the account is locked.",
        "Check all of them; a code is good once. After several failures wait a little.",
    )


async def _end(token: str, user_name: str, context: ConsoleContext) -> None:
    record = context.recording("signed-out", user_name, user_name)
    try:
        await asyncio.to_thread(context.sessions.close, token, record=record)
    except OutputError as error:
        # Whoever leaves a console is out, also where nothing can be written: a plan that the next
        # passer-by finds open does more harm than a record that comes late.
        _LOG.error("that %s has signed out could not be kept yet: %s", user_name, error)
        context.late.add("signed-out", user_name, user_name, time_ns=context.clock_ns())
    finally:
        context.sockets.end_session(token)


def _opened(context: ConsoleContext, name: str, address: str) -> tuple[str, Session]:
    now_ns = context.clock_ns()
    record = context.recording("signed-in", name, name, {"address": address})
    token = context.sessions.open(name, now_ns=now_ns, record=record)
    session = context.sessions.of(token, now_ns=now_ns)
    if session is None:
        raise Refusal(401, "signed-out", "The session has ended already.", "Sign in again.")
    return token, session


def _me(session: Session, context: ConsoleContext) -> Me:
    return Me(
        session.user_name,
        session.display,
        session.role,
        session.language,
        tuple(one for one in Permission if permits(session.role, one)),
        context.is_drill,
    )
