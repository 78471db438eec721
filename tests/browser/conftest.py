"""A station and a browser for each scene."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from clearway.site.schema import Site
from tests.browser.hall import LiveHall, pages_are_built
from tests.browser.stage import Play, Scene, Stage
from tests.support.browser import running_browser


@pytest.fixture
def play(station: Site, tmp_path: Path) -> Play:
    """Plays a scene in a station of its own."""
    if not pages_are_built():
        pytest.skip("the pages are not built (cd web && npm ci && npm run build)")

    def run(scene: Scene) -> None:
        async def main() -> None:
            async with LiveHall(station, tmp_path) as hall, running_browser() as browser:
                await scene(Stage(hall, browser))

        asyncio.run(main())

    return run
