"""The pages, scripts and styles of the console, read once and served from memory.

Each file has its own address and nothing is looked up on the disk, so that no address leads out of
the folder.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from litestar import Request, Response, Router, get

from clearway.console.security.access import OPEN

__all__ = ["Asset", "read_assets", "router"]

_INDEX: Final = "/index.html"
_PAGES: Final = ("/", "/login", "/guard", "/enrol", "/enrol/{token:str}", "/enter")
"""Addresses that the page itself tells apart."""
_HASHED: Final = "/assets/"
"""Names in here carry a hash of the content, so that a copy is never out of date."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"

# Not from the machine's own table, which differs between machines.
_TYPES: Final = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "md": "text/plain",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
_PACKED: Final = frozenset({"png", "woff2"})
"""Kinds that do not get smaller."""
_MISSING: Final = (
    "Clearway runs, but this copy has no pages: they are built from the folder web/.\n"
    "Install a released version, or build them: cd web && npm ci && npm run build\n"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    content: bytes
    packed: bytes | None
    """By gzip, where that is smaller."""
    media_type: str
    cache_control: str
    etag: str


def read_assets(folder: Traversable | None = None) -> dict[str, Asset]:
    """All files of the built pages, by the path of their address.

    Parameters
    ----------
    folder : Traversable, optional
        Without it, the one that the package brings along.

    Returns
    -------
    dict
        Empty where the pages were not built.
    """
    top = files("clearway.console") / "_web" if folder is None else folder
    if not top.is_dir():
        return {}
    return {path: _asset(path, content) for path, content in _walk(top, "/")}


def router(assets: Mapping[str, Asset]) -> Router:
    """Addresses of all files, and of the page under each of its addresses."""

    @get(list(assets) or "/index.html", access=OPEN, include_in_schema=False)
    async def file(request: Request[Any, Any, Any]) -> Response[Any]:
        return _sent(assets.get(request.scope["path"]), request)

    @get(list(_PAGES), access=OPEN, include_in_schema=False)
    async def page(request: Request[Any, Any, Any]) -> Response[Any]:
        return _sent(assets.get(_INDEX), request)

    return Router("/", route_handlers=[file, page])


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            yield from _walk(one, f"{path}{one.name}/")
        else:
            yield path + one.name, one.read_bytes()


def _asset(path: str, content: bytes) -> Asset:
    kind = path.rpartition(".")[2]
    packed = None if kind in _PACKED else gzip.compress(content, mtime=0)
    return Asset(
        content,
        packed if packed is not None and len(packed) < len(content) else None,
        _TYPES.get(kind, "application/octet-stream"),
        _FOR_EVER if path.startswith(_HASHED) else _ASK_FIRST,
        f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
    )


def _sent(asset: Asset | None, request: Request[Any, Any, Any]) -> Response[Any]:
    if asset is None:
        return Response(_MISSING, status_code=503, media_type="text/plain")
    headers = {
        "Cache-Control": asset.cache_control,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    content = asset.content
    accepted = request.headers.get("accept-encoding", "")
    if asset.packed is not None and "gzip" in accepted:
        content, headers["Content-Encoding"] = asset.packed, "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)
