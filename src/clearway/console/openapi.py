"""The description of the API for whoever writes a program against it (OpenAPI 3.1).

It is made from the handlers, and says of each operation which roles may use it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Reference, SecurityScheme
from litestar.routes import HTTPRoute
from msgspec import Struct

from clearway.console.context import ConsoleContext
from clearway.console.live.messages import MESSAGES
from clearway.console.replaying.commands import COMMANDS
from clearway.console.routes import API, api_router
from clearway.console.routes.values import given
from clearway.console.security.access import OPEN, Access, access_of
from clearway.console.security.authentication import SAFE_METHODS, TOKEN_HEADER, session_cookie
from clearway.console.security.problems import MEDIA_TYPE, Problem

__all__ = ["document", "router"]


def _names(types: Iterable[type[Struct]]) -> str:
    return ", ".join(f"`{one.__name__}`" for one in types)


_ABOUT: Final = f"""\
What the pages of a station use; programs may use it as well.

Sign in first: the answer sets a cookie with the session and another one, `clearway_csrf`. Each
request that changes something repeats the value of the latter in the header `{TOKEN_HEADER}`, and
names the server's own address in the header `Origin`; a WebSocket needs `Origin` too. Content is
`application/json`. Times are microseconds UTC, places metres in the site's frame, east and north.

Whatever is refused is answered as RFC 9457 has it, with what to do about it.

Two WebSockets show what happens without being asked, to each person as much as they may see.
`{API}/live` tells what happens now; nothing is said to it. `{API}/replay?at_us=0&speed=1` shows the
past, and takes the commands {_names(COMMANDS)}. Text messages are JSON; their field `type` says
which of these schemas they have: {_names(MESSAGES)}. Binary messages are everybody on the plan at
one instant, little-endian: a header (version u8, kind u8, flags u16, count u32, time in
microseconds i64, sequence number u32, reserved u32), then one column after the other, each with a
value per person: track u32; x, y, velocity of x, of y, standard deviation f32; threat u16; share
examined by curtains u8, for traces u8; mark u8; reserved u8. Flag 1 says that the people are
simulated, flag 2 that it is the past. A client that is too slow is sent the latest picture and told
how many it has missed. A socket that is silent for five seconds is broken. One that the server
refuses is closed with 4000 more than the status of HTTP.
"""
_SCHEMAS: Final = "#/components/schemas/"
_REFUSED: Final = {"$ref": "#/components/responses/Problem"}


def document(context: ConsoleContext) -> dict[str, Any]:
    """The description of all operations.

    Parameters
    ----------
    context : ConsoleContext

    Returns
    -------
    dict
        A document of OpenAPI 3.1.
    """
    twin = Litestar(
        [api_router(context)],
        dependencies={"context": given(context)},
        openapi_config=_config(),
        logging_config=None,
    )
    described: dict[str, Any] = twin.openapi_schema.to_schema()
    for route in twin.routes:
        operations = described["paths"].get(route.path_format)
        if isinstance(route, HTTPRoute) and operations is not None:
            for method, (handler, *_) in route.route_handler_map.items():
                if method != "OPTIONS":
                    _complete(operations[method.lower()], method, access_of(handler))
    components = described["components"]
    for name in _taken(described["paths"]):
        # The framework does not say that other fields are refused.
        components["schemas"][name]["additionalProperties"] = False
    others = (Problem, *MESSAGES, *COMMANDS)
    _, schemas = msgspec.json.schema_components(others, ref_template=_SCHEMAS + "{name}")
    components["schemas"] = schemas | components["schemas"]
    components["responses"] = {
        "Problem": {
            "description": "Why it was not done, and what to do about it.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
        }
    }
    return described


def router(context: ConsoleContext) -> Router:
    """The address of the description."""

    @cache
    def described() -> bytes:
        return msgspec.json.encode(document(context))

    @get("/openapi.json", access=OPEN, include_in_schema=False)
    async def description() -> Response[bytes]:
        content = await asyncio.to_thread(described)
        return Response(content, media_type="application/vnd.oai.openapi+json;version=3.1")

    return Router(API, route_handlers=[description])


def _config() -> OpenAPIConfig:
    schemes: dict[str, SecurityScheme | Reference] = {
        "session": SecurityScheme(
            type="apiKey",
            security_scheme_in="cookie",
            name=session_cookie("https"),
            description="Set when one signs in; without TLS, on the machine itself, its name has "
            "no prefix.",
        ),
        "request_token": SecurityScheme(
            type="apiKey",
            security_scheme_in="header",
            name=TOKEN_HEADER,
            description="The value of the cookie `clearway_csrf`.",
        ),
    }
    return OpenAPIConfig(
        title="Clearway console",
        version="1",
        description=_ABOUT,
        components=Components(security_schemes=schemes),
        use_handler_docstrings=True,
    )


def _taken(paths: dict[str, Any]) -> set[str]:
    """Names of the schemas that requests have."""
    bodies = (
        operation["requestBody"]["content"]["application/json"]["schema"]
        for item in paths.values()
        for operation in item.values()
        if "requestBody" in operation
    )
    return {body["$ref"].removeprefix(_SCHEMAS) for body in bodies}


def _complete(operation: dict[str, Any], method: str, access: Access) -> None:
    """Say who may use an operation, and how it is refused."""
    roles = access.roles if access.signed_in else ()
    proofs = ("session",) if method in SAFE_METHODS else ("session", "request_token")
    who = ", ".join(roles) or "anybody"
    operation["x-roles"] = [role.value for role in roles]
    operation["security"] = [{proof: [] for proof in proofs}] if roles else []
    operation["summary"], _, further = operation["description"].partition("\n")
    operation["description"] = f"{further.strip()}\n\nFor {who}.".strip()
    done = {code: told for code, told in operation["responses"].items() if int(code) < 400}
    done.get("204", {}).pop("content", None)
    operation["responses"] = done | {"4XX": _REFUSED, "5XX": _REFUSED}
