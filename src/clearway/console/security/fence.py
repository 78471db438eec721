"""The outermost part of the server: what can be refused without knowing what is asked for.

It stands outside of the framework, so that its headers are on every answer, also on those that the
framework gives by itself, and so that no operation can be declared without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from clearway.console.context import ConsoleContext
from clearway.console.security.authentication import SAFE_METHODS
from clearway.console.security.headers import Dress
from clearway.console.security.problems import MEDIA_TYPE, Refusal, problem_of
from clearway.console.security.rates import RateLimit, address_of
from clearway.console.security.refusal_log import RefusalLog

__all__ = ["Fence"]

_LARGEST_HEAD: Final = 16 * 1024
_METHODS: Final = ("GET", "POST", "PUT", "PATCH")
_POLICY: Final = 1008
"""Code of a WebSocket that is refused: a policy forbids it (RFC 6455, 7.4.1)."""

Headers = Mapping[bytes, list[bytes]]


class Fence:
    """Refuses what no page of this server has sent, and adds the security headers.

    A browser says of each request which site has made it (``Origin``, and newer ones
    ``Sec-Fetch-Site``), and pages cannot change that.  Whatever changes something, and each
    WebSocket, must come from one of the server's own origins; programs have to say so too.

    Parameters
    ----------
    app : ASGIApp
    context : ConsoleContext
    origins : collection of str
        Under which browsers reach the server, such as ``https://station.example:8443``.
    """

    def __init__(self, app: ASGIApp, context: ConsoleContext, origins: Collection[str]) -> None:
        self._app = app
        self._context = context
        self._origins = frozenset(origin.encode() for origin in origins)
        self._hosts = frozenset(urlsplit(origin).netloc.encode() for origin in origins)
        rates = context.rates
        self._requests = RateLimit(rates.requests_per_min, rates.request_burst)
        self._refusals = RefusalLog(context.clock_ns)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        kind: str = scope["type"]
        if kind == "lifespan":
            await self._app(scope, receive, send)
            return
        name = str(UUID(bytes=self._context.random_bytes(16), version=4))
        scope.setdefault("state", {})["request_id"] = name
        dress = Dress(scope["scheme"], name)
        address = address_of(scope["client"])

        async def dressed(message: Message) -> None:
            self._refusals.note(message, name, address)
            await send(dress(message))

        try:
            self._look_at(scope)
        except Refusal as refusal:
            await _refuse(scope, receive, dressed, refusal, name)
        else:
            await self._app(scope, receive, dressed)

    def _look_at(self, scope: Scope) -> None:
        headers: dict[bytes, list[bytes]] = {}
        for key, value in scope["headers"]:
            headers.setdefault(key.lower(), []).append(value)
        self._check_host(headers)
        size = len(scope["raw_path"]) + len(scope["query_string"])
        size += sum(len(key) + len(value) for key, value in scope["headers"])
        if size > _LARGEST_HEAD:
            raise Refusal(431, "too-large", "The address and the headers are too large.")
        self._requests.take(address_of(scope["client"]), self._context.clock_ns())
        if not scope["path"].isprintable():
            raise Refusal(404, "not-found", "There is nothing at this address.")
        method = scope.get("method")  # a WebSocket has none
        if method is not None and method not in _METHODS:
            allowed = {"Allow": ", ".join(_METHODS)}
            raise Refusal(405, "method", "This address does not take this method.", headers=allowed)
        if method not in SAFE_METHODS and not self._is_own(headers):
            raise Refusal(
                403,
                "foreign-origin",
                "The request does not come from a page of this server.",
                "Send the header Origin with the address of this server.",
            )
        if method is not None and _has_body(headers) and not _is_json(headers):
            raise Refusal(415, "content-type", "The content is not JSON.", "Send application/json.")

    def _check_host(self, headers: Headers) -> None:
        # Another name for this address is how a foreign page becomes one of the same origin.
        given = headers.get(b"host", [])
        if len(given) != 1 or given[0].lower() not in self._hosts:
            raise Refusal(
                421,
                "host",
                "The server is not known under this name.",
                "Use the address that the service prints when it starts.",
            )

    def _is_own(self, headers: Headers) -> bool:
        origin = headers.get(b"origin", [])
        site = headers.get(b"sec-fetch-site", [b"same-origin"])
        return len(origin) == 1 and origin[0] in self._origins and site == [b"same-origin"]


def _has_body(headers: Headers) -> bool:
    length = headers.get(b"content-length", [b"0"])
    return b"transfer-encoding" in headers or length != [b"0"]


def _is_json(headers: Headers) -> bool:
    # A browser asks first before it sends this type to another site; a form cannot have it.
    given = headers.get(b"content-type", [])
    return len(given) == 1 and given[0].partition(b";")[0].strip().lower() == b"application/json"


async def _refuse(
    scope: Scope, receive: Receive, send: Send, refusal: Refusal, request_id: str
) -> None:
    if scope["type"] == ScopeType.WEBSOCKET:
        await receive()
        await send({"type": "websocket.close", "code": _POLICY, "reason": refusal.kind})
        return
    content = msgspec.json.encode(problem_of(refusal, request_id))
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(content))}
    headers |= refusal.headers or {}
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status_code,
            "headers": [(key.lower().encode(), text.encode()) for key, text in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": content, "more_body": False})
