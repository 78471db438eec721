"""Writes the table of every key of the site file from the models that validate it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from clearway.site.schema import Site

Schema: TypeAlias = dict[str, Any]

# Ends of key names, the longer before the shorter that they contain.
UNITS = {
    "_per_min": "1/min",
    "_per_hour": "1/h",
    "_per_m2": "1/m²",
    "_m_s": "m/s",
    "_deg": "degrees",
    "_dbm": "dBm",
    "_dbi": "dBi",
    "_db": "dB",
    "_hz": "Hz",
    "_m": "m",
    "_s": "s",
}
LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minLength": "length ≥ {}",
}


def page() -> str:
    """Give the Markdown of all sections, in the order of the models."""
    schema = Site.model_json_schema()
    return "\n".join(_section("", schema, schema["$defs"])) + "\n"


def _section(path: str, model: Schema, definitions: Schema, note: str = "") -> Iterator[str]:
    """Heading, meaning and table of one section, then the sections inside it."""
    yield f"## {f'`{path}`' if path else 'Top level'}{note}\n"
    yield f"{_one_line(model.get('description', ''))}\n"
    yield "| Key | Type and limits | Default | Meaning |"
    yield "|---|---|---|---|"
    required = model.get("required", ())
    for key, value in model["properties"].items():
        cells = (
            f"`{key}`",
            _type(value, definitions) + _unit(key),
            "required" if key in required else _default(value),
            _meaning(value, definitions),
        )
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
    yield ""
    for key, value in model["properties"].items():
        yield from _inner_sections(path, key, value, definitions, note)


def _inner_sections(
    path: str, key: str, value: Schema, definitions: Schema, outer_note: str
) -> Iterator[str]:
    bare = f"{path.strip('[]')}.{key}".lstrip(".")
    if value.get("type") == "object":
        bare += ".*"
    inner_path = f"[[{bare}]]" if value.get("type") == "array" else f"[{bare}]"
    for inner in _models(value, definitions):
        kind = inner["properties"].get("kind", {}).get("const")
        note = f' with `kind = "{kind}"`' if kind else outer_note
        yield from _section(inner_path, inner, definitions, note)


def _models(value: Schema, definitions: Schema) -> Iterator[Schema]:
    """The sections that a key's value may be, or may hold."""
    if "$ref" in value:
        model = _resolve(value, definitions)
        if "properties" in model:
            yield model
    if value.get("type") == "object":
        yield from _models(_mapped(value), definitions)
    if "items" in value:
        yield from _models(value["items"], definitions)
    for choice in _choices(value):
        yield from _models(choice, definitions)


def _type(value: Schema, definitions: Schema) -> str:
    """The type in words, with every limit the schema states."""
    if "$ref" in value:
        model = _resolve(value, definitions)
        return "section" if "properties" in model else _type(model, definitions)
    if choices := _choices(value):
        return " or ".join(dict.fromkeys(_type(choice, definitions) for choice in choices))
    if "const" in value or "enum" in value:
        options = value["enum"] if "enum" in value else [value["const"]]
        return " or ".join(f'`"{option}"`' for option in options)
    match value.get("type"):
        case "array":
            return _list_type(value, definitions)
        case "object":
            return _mapping_type(value, definitions)
        case "string":
            words = "identifier" if "pattern" in value else "text"
        case other:
            words = str(other)
    limits = (text.format(f"{value[key]:g}") for key, text in LIMITS.items() if key in value)
    return ", ".join((words, *limits))


def _list_type(value: Schema, definitions: Schema) -> str:
    if "prefixItems" in value:
        return f"[{', '.join(_type(item, definitions) for item in value['prefixItems'])}]"
    least = f"at least {value['minItems']} " if "minItems" in value else ""
    return f"list of {least}{_type(value['items'], definitions)}"


def _mapping_type(value: Schema, definitions: Schema) -> str:
    names = value.get("propertyNames", {})
    keys = f"of {_type(names, definitions)}" if names else "name"
    return f"{_type(_mapped(value), definitions)} for each {keys}"


def _mapped(value: Schema) -> Schema:
    """What a table with free or listed names holds under each name."""
    if "additionalProperties" in value:
        listed: Schema = value["additionalProperties"]
        return listed
    named: Schema = next(iter(value["patternProperties"].values()))
    return named


def _choices(value: Schema) -> list[Schema]:
    """The alternatives of a union, but for the absence of a value."""
    alternatives = (*value.get("oneOf", ()), *value.get("anyOf", ()))
    return [choice for choice in alternatives if choice.get("type") != "null"]


def _unit(key: str) -> str:
    return next((f", {unit}" for end, unit in UNITS.items() if key.endswith(end)), "")


def _default(value: Schema) -> str:
    default = value.get("default")
    if default is None or isinstance(default, dict):
        return "none" if default is None else "its own defaults"
    return "empty" if default == [] else f"`{json.dumps(default)}`"


def _meaning(value: Schema, definitions: Schema) -> str:
    """What the key's own docstring says, or else that of the section it holds."""
    if "description" in value:
        return _one_line(value["description"])
    models = list(_models(value, definitions))
    return _one_line(models[0].get("description", "")) if len(models) == 1 else ""


def _resolve(value: Schema, definitions: Schema) -> Schema:
    model: Schema = definitions[value["$ref"].rpartition("/")[2]]
    return model


def _one_line(text: str) -> str:
    """Docstring as one line of Markdown: double backticks of reStructuredText become single."""
    return " ".join(text.replace("``", "`").split())
