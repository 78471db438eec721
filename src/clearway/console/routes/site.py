"""The site: its floor and its sensors."""

from __future__ import annotations

from litestar import Router, get
from litestar.di import NamedDependency

from clearway.console.context import ConsoleContext
from clearway.console.security.access import SIGNED_IN
from clearway.console.site_view import SiteView

__all__ = ["router"]


@get("/site", access=SIGNED_IN, operation_id="see_site")
async def see_site(context: NamedDependency[ConsoleContext]) -> SiteView:
    """What does not change while the service runs."""
    return context.site


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[see_site], tags=["site"])
