"""Every field of the faultless messages, broken in every way that a rule speaks of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.validate import RULES
from clearway.sapient.validate.findings import below
from clearway.sapient.validate.names import alternatives_name, owner, real_oneof, rule_of, stem
from tests.sapient.messages import VARIANTS, message


@dataclass(frozen=True, slots=True)
class Damage:
    """One faultless message with one fault."""

    what: str
    broken: SapientMessage
    rule: str | None
    """What is to be found, or None where the message is to be accepted all the same."""
    path: str


Steps = tuple[tuple[str, int | None], ...]
Change = Callable[[Message, str, int | None], None]


def all_damages() -> Iterator[Damage]:
    """Break each message in each place, one at a time."""
    for kind in VARIANTS:
        for steps, field, index, path in _places(message(kind), (), ""):
            for name, change, rule in _changes(field, index):
                broken = message(kind)
                change(_follow(broken, steps), field.name, index)
                where = path
                oneof = real_oneof(field)
                if name == "cleared":
                    where = path.removesuffix(f"[{index}]")
                    if oneof is not None:
                        where = below(path.rpartition(".")[0], alternatives_name(oneof))
                yield Damage(f"{kind}: {path} {name}", broken, rule, where)


def _places(
    part: Message, steps: Steps, path: str
) -> Iterator[tuple[Steps, FieldDescriptor, int | None, str]]:
    for field, value in part.ListFields():
        entries = list(enumerate(value)) if field.is_repeated else [(None, value)]
        for index, entry in entries:
            place = below(path, field.name) + ("" if index is None else f"[{index}]")
            yield steps, field, index, place
            if field.message_type is not None and "Timestamp" not in field.message_type.name:
                yield from _places(entry, (*steps, (field.name, index)), place)


def _follow(part: Any, steps: Steps) -> Message:
    for name, index in steps:
        part = getattr(part, name)
        part = part if index is None else part[index]
    found: Message = part
    return found


def _changes(field: FieldDescriptor, index: int | None) -> Iterator[tuple[str, Change, str | None]]:
    rule = rule_of(field)
    oneof = real_oneof(field)
    choice = f"{stem(owner(field))}.{alternatives_name(oneof)}" if oneof is not None else rule
    yield "cleared", _clear, _known(f"{choice}.missing")
    if field.message_type is not None:
        if field.message_type.name == "Timestamp":
            yield "before the year 1", _set_seconds, f"{rule}.invalid"
            yield "with negative nanoseconds", _set_nanos, f"{rule}.invalid"
    elif field.enum_type is not None:
        yield "unspecified", _set(0), _known(f"{rule}.unspecified")
        yield "unknown", _set(99), f"{rule}.unknown"
        yield "negative", _set(-1), f"{rule}.unknown"
    elif field.type in {FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT}:
        share = _known(f"{rule}.out_of_range")
        for number in (math.nan, math.inf, -math.inf):
            yield str(number), _set(number), share or f"{rule}.not_finite"
        for number in (-0.01, 1.01):
            yield str(number), _set(number), share
    else:
        yield from _texts(field, rule)


def _texts(field: FieldDescriptor, rule: str) -> Iterator[tuple[str, Change, str | None]]:
    if f"{rule}.lower_case" in RULES:
        yield "in lower case", _lower, f"{rule}.lower_case"
        for text in ("", "AAA", "8" * 26, "0" * 25, "0" * 27, "O" * 26, "0" * 26 + "\n"):
            yield repr(text), _set(text), f"{rule}.{_blank(field, text)}"
        yield "a UUID", _set("a8654cdf-4328-47de-81fa-c495589e30c9"), f"{rule}.invalid"
    elif f"{rule}.invalid" in RULES:
        yield "a ULID", _set("01GGYFBAXGDG7AGAHRZ6XSNY12"), f"{rule}.invalid"
        yield "version 1", _set("a8654cdf-4328-17de-81fa-c495589e30c9"), f"{rule}.invalid"
        yield "variant", _set("a8654cdf-4328-47de-c1fa-c495589e30c9"), f"{rule}.invalid"
        yield "without hyphens", _set("a8654cdf432847de81fac495589e30c9"), f"{rule}.invalid"
        yield "empty", _set(""), f"{rule}.invalid"
        yield "in upper case", _set("A8654CDF-4328-47DE-81FA-C495589E30C9"), None
    elif f"{rule}.empty" in RULES:
        empty = b"" if field.type == FieldDescriptor.TYPE_BYTES else ""
        yield "empty", _set(empty), f"{rule}.empty"


def _blank(field: FieldDescriptor, text: str) -> str:
    """An empty text that cannot be told from none is missing."""
    return "missing" if not text and not field.has_presence else "invalid"


def _known(rule: str) -> str | None:
    return rule if rule in RULES else None


def _clear(part: Message, name: str, _index: int | None) -> None:
    part.ClearField(name)


def _set(value: Any) -> Change:
    def change(part: Message, name: str, index: int | None) -> None:
        if index is None:
            setattr(part, name, value)
        else:
            getattr(part, name)[index] = value

    return change


def _lower(part: Message, name: str, _index: int | None) -> None:
    setattr(part, name, getattr(part, name).lower())


def _set_seconds(part: Message, name: str, _index: int | None) -> None:
    getattr(part, name).seconds = -(10**12)


def _set_nanos(part: Message, name: str, _index: int | None) -> None:
    getattr(part, name).nanos = -1
