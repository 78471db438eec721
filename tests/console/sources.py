"""The package's own sources, as the rules about them read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["PACKAGE", "calls", "imports", "trees"]

PACKAGE = Path(__file__).parents[2] / "src" / "clearway"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Each module of these folders, or of the whole package without its benches.

    Benches play the other side: browsers, sensors, peers.
    """
    for folder in folders or ("",):
        paths = sorted((PACKAGE / folder).rglob("*.py"))
        assert paths, folder
        for path in paths:
            place = path.relative_to(PACKAGE)
            if folder or place.parts[0] != "bench":
                yield place, _tree(path)


def imports(*folders: str) -> set[str]:
    """Full names of all that is imported: ``a.b`` and ``a.b.c`` for ``from a.b import c``."""
    found: set[str] = set()
    for _, tree in trees(*folders):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(name: str, *folders: str) -> Iterator[tuple[str, ast.Call]]:
    """Calls of what has this last name, each with its place."""
    for path, tree in trees(*folders):
        for node in _calls(tree):
            called = node.func
            last = called.attr if isinstance(called, ast.Attribute) else None
            if name == (called.id if isinstance(called, ast.Name) else last):
                yield f"{path}:{node.lineno}", node
