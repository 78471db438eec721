"""Validation errors in the words of the site file: which key, what is wrong, what to do."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from clearway.site.lines import Place
from clearway.site.schema import SensorKind, Site

__all__ = ["Finding", "explain"]

Finding: TypeAlias = tuple[Place, str, str]
"""Place, problem and remedy."""

_Schema: TypeAlias = dict[str, Any]


def explain(error: ValidationError, data: Mapping[str, Any]) -> Iterator[Finding]:
    """Put each error into words.

    Parameters
    ----------
    error : ValidationError
        From validating ``data`` as a `Site`.
    data : mapping
        The parsed file.
    """
    for detail in error.errors(include_url=False):
        if not _is_echo(detail):
            place = _place(detail, data)
            yield place, *_words(detail, place, data)


def _is_echo(detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because its items have errors of their own."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _place(detail: ErrorDetails, data: Any) -> Place:
    """Turn pydantic's location into keys: without union tags and marks, with the discriminator."""
    place: Place = ()
    node = data
    for part in detail["loc"]:
        if part == "[key]":
            continue
        if isinstance(node, Mapping) and part not in node and part == node.get("kind"):
            continue
        place = (*place, part)
        node = _item(node, part)
    return (*place, "kind") if detail["type"].startswith("union_tag") else place


def _item(node: Any, part: str | int) -> Any:
    try:
        return node[part]
    except (LookupError, TypeError):
        return None


def _words(detail: ErrorDetails, place: Place, data: Any) -> tuple[str, str]:
    *parent, key = place
    schema = _schema_at(place, data)
    match detail["type"]:
        case "missing" if isinstance(key, int):
            return f"item {key} is missing", f"write {_allowed(_schema_at(tuple(parent), data))}"
        case "missing":
            return f"`{key}` is missing", f"add `{key}`: {_allowed(schema)}{_meaning(schema)}"
        case "union_tag_not_found":
            kinds = ", ".join(f'"{kind}"' for kind in SensorKind)
            return "`kind` is missing", f"add `kind`: one of {kinds}"
        case "union_tag_invalid":
            kind = str(detail["ctx"]["tag"])
            return f"unknown sensor kind `{kind}`", _nearest(kind, [*SensorKind])
        case kind if kind == "extra_forbidden" or detail["loc"][-1] == "[key]":
            return f"unknown key `{key}`", _nearest(str(key), _known_keys(tuple(parent), data))
        case _:
            value = detail["input"]
            problem = (
                f"the list has {len(value)} items"
                if isinstance(value, list)
                else f"{reprlib.repr(value)} is not allowed"
            )
            return problem, f"write {_allowed(schema)}{_meaning(schema)}"


def _nearest(key: str, known: list[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in known)
    close = get_close_matches(key, known, n=1)
    question = f"did you mean `{close[0]}`? " if close else ""
    return f"{question}known here: {listed}"


def _known_keys(place: Place, data: Any) -> list[str]:
    schema = _schema_at(place, data)
    names = _resolved(schema.get("propertyNames", {}), None)
    return [*schema.get("properties", {}), *names.get("enum", ())]


def _meaning(schema: _Schema) -> str:
    description = schema.get("description", "").split("\n\n")[0].replace("\n", " ").rstrip(".")
    return f" ({description})" if description else ""


_NOUNS = {
    "number": "a finite number",
    "integer": "a whole number",
    "string": "text in quotes",
    "boolean": "true or false",
    "object": "a table",
    "array": "a list",
}
_LIMITS = {
    "exclusiveMinimum": "above {}",
    "minimum": "at least {}",
    "exclusiveMaximum": "below {}",
    "maximum": "at most {}",
    "minLength": "of length {} or more",
    "minItems": "with {} or more items",
}


def _allowed(schema: _Schema) -> str:
    """Return what a value may be, in words."""
    if "const" in schema or "enum" in schema:
        choices = schema.get("enum", [schema.get("const")])
        return "one of " + ", ".join(f'"{choice}"' for choice in choices)
    if "pattern" in schema:
        return "a name of letters, digits, `_`, `.` and `-`, starting with a letter or digit"
    if "prefixItems" in schema:
        items = [_allowed(_resolved(item, None)) for item in schema["prefixItems"]]
        return f"[{', '.join(items)}]"
    if required := schema.get("required"):
        return "a table with " + ", ".join(f"`{name}`" for name in required)
    noun = _NOUNS[schema.get("type", "object")]
    limits = [_LIMITS[name].format(f"{schema[name]:g}") for name in _LIMITS if name in schema]
    words = f"{noun} {' and '.join(limits)}".strip()
    return (
        f"{words}, each {_allowed(_resolved(schema['items'], None))}"
        if "items" in schema
        else words
    )


@cache
def _root() -> _Schema:
    return Site.model_json_schema()


def _schema_at(place: Place, data: Any) -> _Schema:
    """Return the JSON schema of a place, following references and the kind of sensor."""
    schema, node = _root(), data
    for part in place:
        if isinstance(part, int):
            prefix = schema.get("prefixItems", [])
            schema = prefix[part] if part < len(prefix) else schema.get("items", {})
        else:
            schema = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
        node = _item(node, part)
        schema = _resolved(schema or {}, node)
    return schema


def _resolved(schema: _Schema, node: Any) -> _Schema:
    if "$ref" in schema:
        target = _root()["$defs"][schema["$ref"].rpartition("/")[2]]
        return _resolved(target, node) | {k: v for k, v in schema.items() if k != "$ref"}
    if "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        target = mapping.get(_item(node, "kind"))
        return _resolved({"$ref": target}, node) if target else {}
    if "anyOf" in schema:
        chosen = next(option for option in schema["anyOf"] if option.get("type") != "null")
        return _resolved(chosen, node) | {k: v for k, v in schema.items() if k != "anyOf"}
    return schema
