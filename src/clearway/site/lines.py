"""Where each key of a TOML file stands, for messages that name the line."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any, TypeAlias

import tree_sitter
import tree_sitter_toml

from clearway.errors import Fault

__all__ = ["LineIndex", "Place", "key_path"]

Place: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the root to a value, for example ``("sensors", 2, "id")``."""

_LANGUAGE = tree_sitter.Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")


def key_path(place: Place) -> str:
    """Write a place as a user would.

    Examples
    --------
    >>> key_path(("sensors", 2, "error_model", "sigma_m"))
    'sensors[2].error_model.sigma_m'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


class LineIndex:
    """Line numbers of all keys and list items of a TOML document.

    Parameters
    ----------
    text : str
        A document that `tomllib` accepts.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {(): 1}
        self._lengths: Counter[Place] = Counter()
        tree = tree_sitter.Parser(_LANGUAGE).parse(text.encode())
        for node in tree.root_node.named_children:
            match node.type:
                case "pair":
                    self._add_pair((), node)
                case "table":
                    self._add_table(self._enter(_keys(node), node), node)
                case "table_array_element":
                    array = self._enter(_keys(node), node)
                    place = (*array, self._lengths[array])
                    self._lengths[array] += 1
                    self._lines[place] = _line(node)
                    self._add_table(place, node)

    def line(self, place: Place) -> int:
        """Line of a place, counted from 1; of what encloses it where the place is absent."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def fault(self, place: Place, problem: str, remedy: str) -> Fault:
        """Describe a fault at a place."""
        return Fault(problem, remedy, field=key_path(place) or None, line=self.line(place))

    def _enter(self, keys: list[str], node: tree_sitter.Node) -> Place:
        """Place of a table header; a key that is an array of tables means its last element."""
        place: Place = ()
        for key in keys:
            if place in self._lengths:
                place = (*place, self._lengths[place] - 1)
            place = (*place, key)
            self._lines.setdefault(place, _line(node))
        return place

    def _add_table(self, place: Place, node: tree_sitter.Node) -> None:
        for child in node.named_children:
            if child.type == "pair":
                self._add_pair(place, child)

    def _add_pair(self, place: Place, node: tree_sitter.Node) -> None:
        for key in _keys(node):
            place = (*place, key)
            self._lines.setdefault(place, _line(node))
        self._add_value(place, node.named_children[-1])

    def _add_value(self, place: Place, node: tree_sitter.Node) -> None:
        if node.type == "inline_table":
            self._add_table(place, node)
        elif node.type == "array":
            items = [child for child in node.named_children if child.type != "comment"]
            for index, item in enumerate(items):
                self._lines[*place, index] = _line(item)
                self._add_value((*place, index), item)


def _line(node: tree_sitter.Node) -> int:
    return node.start_point.row + 1


def _keys(node: tree_sitter.Node) -> list[str]:
    """Return the keys that a pair or table header spells, with quotes and escapes resolved."""
    spelling = next(child for child in node.named_children if child.type in _KEYS).text
    nested: Any = tomllib.loads(f"{(spelling or b'').decode()} = 0")
    keys = []
    while isinstance(nested, dict):
        key, nested = next(iter(nested.items()))
        keys.append(key)
    return keys
