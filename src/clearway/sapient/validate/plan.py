"""The checks of every message type, made once from the .proto files and their options.

Much of what the standard's tables ask for is written into the .proto files as options of fields
and choices: mandatory, UUID, ULID.  A plan reads them once per message type.  Looking at a message
then means one pass over the fields that are present, which are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from clearway.sapient.bindings import (
    SapientMessage,
    is_mandatory,
    is_ulid,
    is_uuid,
    oneof_is_mandatory,
)
from clearway.sapient.validate import leaves
from clearway.sapient.validate.content import FIELD_CHECKS
from clearway.sapient.validate.findings import Catalogue, Check, Rule, Severity, Sighting, below
from clearway.sapient.validate.names import (
    alternatives_name,
    clause_of,
    owner,
    real_oneof,
    rule_of,
    stem,
    type_name,
)
from clearway.sapient.validate.whole import MESSAGE_CHECKS

__all__ = ["CATALOGUE", "MESSAGE_DESCRIPTOR", "MESSAGE_PLAN", "RULES", "MessagePlan"]

_MANDATORY = frozenset(
    {
        "DetectionReport.DerivedDetection.timestamp",
        "Error.packet",
        "Registration.TaskDefinition.concurrent_tasks",
    }
)
"""Fields that a table makes mandatory and whose option does not, in some package at least."""

_MANDATORY_CHOICES = frozenset({"DetectionReport.PredictedLocation.predicted_location_oneof"})

_ULIDS = frozenset({"FollowObject.follow_object_id"})
_UUIDS = frozenset({"Registration.dependent_nodes"})

_SHARES = frozenset(
    {
        "Alert.confidence",
        "Alert.ranking",
        "DetectionReport.Behaviour.confidence",
        "DetectionReport.DetectionReportClassification.confidence",
        "DetectionReport.SubClass.confidence",
        "DetectionReport.detection_confidence",
    }
)
"""Numbers from 0 to 1."""

_NUMBERS = frozenset({FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT})
_TEXTS = frozenset({FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES})
_TIMESTAMP = "google.protobuf.Timestamp"


class MessagePlan:
    """The checks of one message type.

    Parameters
    ----------
    descriptor : Descriptor
        The type.
    rules : Catalogue
        Where the rules are declared.
    plans : dict of str to MessagePlan
        The plans made so far by the full names of their types; types may hold themselves.
    """

    def __init__(
        self, descriptor: Descriptor, rules: Catalogue, plans: dict[str, MessagePlan]
    ) -> None:
        plans[descriptor.full_name] = self
        self._fields: dict[FieldDescriptor, tuple[str, Check | None, int]] = {}
        self._mandatory: list[tuple[int, str, str, str]] = []
        self._all_mandatory = 0
        bits: dict[str, int] = {}
        for choice in descriptor.oneofs:
            name = f"{type_name(descriptor)}.{choice.name}"
            if oneof_is_mandatory(choice) or name in _MANDATORY_CHOICES:
                choices = " or ".join(field.name for field in choice.fields)
                bits[choice.name] = self._demand(
                    rules, descriptor, alternatives_name(choice), f"give {choices}"
                )
        for field in descriptor.fields:
            oneof = real_oneof(field)
            if oneof is not None:
                bit = bits.get(oneof.name, 0)
            elif _is_mandatory(field):
                bit = self._demand(rules, descriptor, field.name, "give it")
            else:
                bit = 0
            check = _field_check(field, rules, plans, mandatory=bit != 0)
            self._fields[field] = (field.name, check, bit)
        maker = MESSAGE_CHECKS.get(type_name(descriptor))
        self._whole = maker(rules, stem(descriptor)) if maker else None

    def _demand(self, rules: Catalogue, descriptor: Descriptor, name: str, remedy: str) -> int:
        rule = rules.declare(
            f"{stem(descriptor)}.{name.lower()}.missing",
            Severity.ERROR,
            clause_of(descriptor),
            "mandatory, but missing",
        )
        bit = 1 << len(self._mandatory)
        self._mandatory.append((bit, rule, name, f"it is missing; {remedy}"))
        self._all_mandatory |= bit
        return bit

    def check(self, message: Message) -> list[Sighting] | None:
        """Look at a message of this type and all that it holds."""
        fields = self._fields
        found: list[Sighting] | None = None
        present = 0
        for field, value in message.ListFields():
            name, check, bit = fields[field]
            present |= bit
            if check is not None:
                sightings = check(value)
                if sightings:
                    found = found or []
                    found += [(rule, below(name, path), text) for rule, path, text in sightings]
        if present != self._all_mandatory:
            found = found or []
            found += [
                (rule, name, text) for bit, rule, name, text in self._mandatory if not present & bit
            ]
        if self._whole is not None:
            sightings = self._whole(message)
            if sightings:
                found = found + sightings if found else sightings
        return found


def _is_mandatory(field: FieldDescriptor) -> bool:
    return is_mandatory(field) or _name(field) in _MANDATORY


def _name(field: FieldDescriptor) -> str:
    return f"{type_name(owner(field))}.{field.name}"


def _field_check(
    field: FieldDescriptor, rules: Catalogue, plans: dict[str, MessagePlan], *, mandatory: bool
) -> Check | None:
    """The check of a field's value, of each entry where it is a list; None if all will do."""
    check = _value_check(field, rules, plans, mandatory=mandatory)
    if check is not None and field.is_repeated:
        check = leaves.each(rules, check)
    maker = FIELD_CHECKS.get(_name(field))
    if maker is None:
        return check
    special = maker(rules, rule_of(field))
    return special if check is None else _both(check, special)


def _both(first: Check, second: Check) -> Check:
    def check(value: Any) -> list[Sighting] | None:
        found, more = first(value), second(value)
        return found + more if found and more else found or more

    return check


def _value_check(
    field: FieldDescriptor, rules: Catalogue, plans: dict[str, MessagePlan], *, mandatory: bool
) -> Check | None:
    rule, clause = rule_of(field), clause_of(owner(field))
    made: Check | None = None
    if field.message_type is not None:
        made = _message_check(field.message_type, rules, plans, rule, clause)
    elif field.enum_type is not None:
        made = leaves.enumeration(rules, rule, clause, field.enum_type, mandatory=mandatory)
    elif _name(field) in _SHARES:
        made = leaves.unit_interval(rules, rule, clause)
    elif field.type in _NUMBERS:
        made = leaves.finite(rules, rule, clause)
    elif is_ulid(field) or _name(field) in _ULIDS:
        made = leaves.ulid(rules, rule)
    elif is_uuid(field) or _name(field) in _UUIDS:
        made = leaves.uuid(rules, rule)
    # A text that cannot tell empty from absent counts as missing.
    elif mandatory and field.type in _TEXTS and (field.has_presence or field.is_repeated):
        made = leaves.not_empty(rules, rule, clause)
    return made


def _message_check(
    descriptor: Descriptor, rules: Catalogue, plans: dict[str, MessagePlan], rule: str, clause: str
) -> Check:
    if descriptor.full_name == _TIMESTAMP:
        return leaves.time(rules, rule, clause)
    plan = plans.get(descriptor.full_name) or MessagePlan(descriptor, rules, plans)
    return plan.check


CATALOGUE: Final = Catalogue()
"""Every rule, to look findings up in; grows only while this package is imported."""

MESSAGE_DESCRIPTOR: Final = cast("Descriptor", SapientMessage.DESCRIPTOR)
"""The type of a whole message."""

MESSAGE_PLAN: Final = MessagePlan(MESSAGE_DESCRIPTOR, CATALOGUE, {})
"""The checks of a whole message."""

RULES: Final[Mapping[str, Rule]] = MappingProxyType(CATALOGUE)
"""Every rule of the content of a message by its id."""
