"""Who asks: a session known by a cookie, and proof that the request is the page's own.

The session's token is opaque, comes from the server alone, and is worth nothing once the session
has ended, also for requests that are under way then: nothing here ever writes a session back.

The second proof is against requests that another site makes in the browser's name.  It is a hash
of the session's token in a cookie that the page can read and repeats in a header: it needs no
memory, and one of another session is worth nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any, Final, Literal

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import ASGIApp, Receive, Scope, Send

from clearway.accounts import Session
from clearway.console.context import ConsoleContext
from clearway.console.security.access import access_of
from clearway.console.security.problems import Refusal

__all__ = [
    "SAFE_METHODS",
    "TOKEN_COOKIE",
    "TOKEN_HEADER",
    "Authentication",
    "request_token",
    "session_cookie",
    "session_cookies",
    "session_of",
]

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
TOKEN_COOKIE: Final = "clearway_csrf"  # noqa: S105 - a name
TOKEN_HEADER: Final = "X-CSRF-Token"  # noqa: S105 - a name
_SESSION_COOKIE: Final = "clearway_session"


class Authentication:
    """Middleware that lets nobody through to an operation that is for people who are signed in.

    Parameters
    ----------
    app : ASGIApp
    context : ConsoleContext
    """

    def __init__(self, app: ASGIApp, context: ConsoleContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the session, or refuse."""
        if access_of(scope["route_handler"]).signed_in:
            connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
            token, session = await session_of(connection, self._context)
            if session is None:
                raise Refusal(
                    401,
                    "signed-out",
                    "Nobody is signed in here.",
                    "Sign in.",
                    headers={"WWW-Authenticate": 'Cookie realm="clearway"'},
                )
            if scope.get("method", "GET") not in SAFE_METHODS:  # a WebSocket has none
                _check_request_token(connection.headers.get(TOKEN_HEADER, ""), token)
            scope["user"], scope["auth"] = session, token
        await self._app(scope, receive, send)


async def session_of(
    connection: ASGIConnection[Any, Any, Any, Any], context: ConsoleContext
) -> tuple[str, Session | None]:
    """The token that came with a request, and the session that it is of."""
    token = connection.cookies.get(session_cookie(connection.scope["scheme"]), "")
    if not token:
        return token, None
    now_ns = context.clock_ns()
    return token, await asyncio.to_thread(context.sessions.of, token, now_ns=now_ns)


def session_cookie(scheme: str) -> str:
    """Name of the cookie with a session's token.

    Under TLS the name makes browsers refuse one that another host or an unprotected page has set
    (RFC 6265bis, 4.1.3.2).
    """
    return f"__Host-{_SESSION_COOKIE}" if scheme in {"https", "wss"} else _SESSION_COOKIE


def request_token(token: str) -> str:
    """What the page repeats in each request that changes something."""
    return hmac.new(token.encode(), b"clearway request", hashlib.sha256).hexdigest()


def session_cookies(token: str | None, scheme: str) -> list[Cookie]:
    """The two cookies of a new session; without a token, those that take them away again."""

    def cookie(key: str, value: str, *, httponly: bool) -> Cookie:
        strict: Literal["strict"] = "strict"
        return Cookie(
            key=key,
            value=value,
            path="/",
            secure=scheme == "https",
            httponly=httponly,
            samesite=strict,
            max_age=0 if token is None else None,
        )

    proof = "" if token is None else request_token(token)
    return [
        cookie(session_cookie(scheme), token or "", httponly=True),
        cookie(TOKEN_COOKIE, proof, httponly=False),
    ]


def _check_request_token(given: str, token: str) -> None:
    if not hmac.compare_digest(given.encode(), request_token(token).encode()):
        raise Refusal(
            403,
            "foreign-request",
            f"The header {TOKEN_HEADER} is not that of this session.",
            "Reload the page.",
        )
