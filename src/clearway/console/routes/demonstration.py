"""How somebody enters a demonstration; no other server has this address."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from clearway.console.context import ConsoleContext
from clearway.console.routes.account import Me, signed_in
from clearway.console.routes.values import Secret
from clearway.console.security.access import OPEN
from clearway.console.security.problems import Refusal

__all__ = ["router"]


class Entrance(Struct, frozen=True, forbid_unknown_fields=True):
    """What a link of a demonstration holds."""

    token: Secret


@post("/demonstration", access=OPEN, operation_id="enter_demonstration", status_code=200)
async def enter(
    request: Request[Any, Any, Any],
    data: JSONBody[Entrance],
    context: NamedDependency[ConsoleContext],
) -> Response[Me]:
    """Sign in by a link that the terminal shows; the answer is as that of signing in."""
    name = context.demonstration.get(data.token)
    if name is None:
        raise Refusal(
            401,
            "link-over",
            "This link is of another demonstration.",
            "Open the one that the terminal shows.",
        )
    return await signed_in(request, name, context)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[enter], tags=["account"])
