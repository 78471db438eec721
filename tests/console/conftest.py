"""A control room, and a browser in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest
from litestar.testing import TestClient

from clearway.accounts import passwords
from clearway.console import assets
from clearway.site.schema import Site
from tests.console.room import Room, client_of

PAGES = {
    "index.html": b"<!doctype html><title>Clearway</title>",
    "sw.js": b"self.skipWaiting();",
    "assets/index-abc123.js": b"export {};" * 50,
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.fixture(scope="module", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """The strength of a hash is tested where it matters; 0.1 s each would add up elsewhere."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", cheap)
        passwords._nobodys.cache_clear()
        yield


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few pages in place of the built ones, which change with every build."""
    folder = tmp_path_factory.mktemp("web")
    for name, content in PAGES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _few_pages(pages: Path) -> Iterator[None]:
    read = assets.read_assets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "read_assets", lambda: read(pages))
        yield


@pytest.fixture
def room(tmp_path: Path, station: Site) -> Room:
    return Room.open(tmp_path, station)


@pytest.fixture
def client(room: Room) -> Iterator[TestClient[Any]]:
    with client_of(room) as opened:
        yield opened
