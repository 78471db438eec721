"""The console's application: operations, pages, and what stands before them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from litestar import Litestar
from litestar.middleware import DefineMiddleware
from litestar.routes import HTTPRoute, WebSocketRoute
from litestar.types import ASGIApp

from clearway.console import assets, openapi
from clearway.console.context import ConsoleContext
from clearway.console.routes import api_router
from clearway.console.routes.values import given
from clearway.console.security.access import access_of, authorise
from clearway.console.security.authentication import Authentication
from clearway.console.security.fence import Fence
from clearway.console.security.problems import answer, note_defect

__all__ = ["application", "build"]

_LARGEST_BODY: Final = 64 * 1024


def build(context: ConsoleContext, origins: Collection[str]) -> ASGIApp:
    """The whole console, to be served.

    Parameters
    ----------
    context : ConsoleContext
    origins : collection of str
        Under which browsers reach the server, such as ``https://station.example:8443``.

    Returns
    -------
    ASGIApp
    """
    return Fence(application(context), context, origins)


def application(context: ConsoleContext) -> Litestar:
    """The operations and pages, without the fence around them.

    Raises
    ------
    TypeError
        A handler does not say who may use it.
    """
    made = Litestar(
        [api_router(context), openapi.router(context), assets.router(assets.read_assets())],
        dependencies={"context": given(context)},
        middleware=[DefineMiddleware(Authentication, context=context)],
        guards=[authorise],
        exception_handlers={Exception: answer},
        after_exception=[note_defect],
        request_max_body_size=_LARGEST_BODY,
        openapi_config=None,
        # The framework would set up logging and debugging for the whole process, also from the
        # environment.
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    for route in made.routes:
        if isinstance(route, HTTPRoute):
            # The framework adds OPTIONS by itself; the fence lets none through.
            for method, (handler, *_) in route.route_handler_map.items():
                if method != "OPTIONS":
                    access_of(handler)
        elif isinstance(route, WebSocketRoute):
            access_of(route.route_handler)
    return made
