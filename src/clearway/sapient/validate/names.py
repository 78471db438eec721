"""How rules and paths call the message types, fields and alternatives of the .proto files."""

from __future__ import annotations

import re

from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor

__all__ = ["alternatives_name", "clause_of", "owner", "real_oneof", "rule_of", "stem", "type_name"]

_STEMS = {
    "SapientMessage": "message",
    "DetectionReport.DetectionReportClassification": "detection_report.classification",
    "DetectionReport.TrackObjectInfo": "detection_report.object_info",
}
"""Types whose own names would read badly in a rule."""

_ALTERNATIVES = {"predicted_location_oneof": "location", "fov_oneof": "shape"}

_CLAUSES = {
    "SapientMessage": "Table 1",
    "Registration": "Table 15",
    "Registration.TaskDefinition": "Table 49",
    "Registration.": "6.2.5",
    "RegistrationAck": "6.2.2",
    "StatusReport": "6.3",
    "DetectionReport.PredictedLocation": "Table 70",
    "DetectionReport.DerivedDetection": "Table 77",
    "DetectionReport": "6.4.2",
    "AssociatedDetection": "6.4.2.17",
    "AssociatedFile": "6.4.2",
    "ENUVelocity": "6.4.2",
    "TaskAck": "6.5.7",
    "Task": "6.5",
    "FollowObject": "6.5",
    "AlertAck": "6.6",
    "Alert": "6.6",
    "Error": "Table 95",
    "Location": "5.2",
    "RangeBearing": "5.2",
}
"""By the start of a type's name; of several the longest counts."""


def type_name(descriptor: Descriptor) -> str:
    """Name of a message type below its package, such as ``Registration.SubClass``."""
    package: str = descriptor.file.package
    name: str = descriptor.full_name
    return name.removeprefix(f"{package}.")


def stem(descriptor: Descriptor) -> str:
    """What the ids of the rules of a type start with, such as ``registration.sub_class``."""
    name = type_name(descriptor)
    return _STEMS.get(name) or ".".join(map(_snake_case, name.split(".")))


def clause_of(descriptor: Descriptor) -> str:
    """Clause or table that describes a type."""
    name = type_name(descriptor)
    return _CLAUSES[max((start for start in _CLAUSES if name.startswith(start)), key=len)]


def alternatives_name(oneof: OneofDescriptor) -> str:
    """What rules and paths call a choice of fields, such as ``location``."""
    return _ALTERNATIVES.get(oneof.name) or oneof.name.removesuffix("_oneof")


def real_oneof(field: FieldDescriptor) -> OneofDescriptor | None:
    """The choice that a field is part of, if it is one between several names.

    protobuf keeps the presence of an optional field in a choice of one, whose name starts with an
    underscore.
    """
    oneof: OneofDescriptor | None = field.containing_oneof
    return None if oneof is None or oneof.name.startswith("_") else oneof


def owner(field: FieldDescriptor) -> Descriptor:
    """The message type that a field is part of; every field here is part of one."""
    containing: Descriptor | None = field.containing_type
    if containing is None:
        raise AssertionError(f"{field.full_name} is an extension")
    return containing


def rule_of(field: FieldDescriptor) -> str:
    """What the ids of the rules of a field start with, such as ``location.x``."""
    return f"{stem(owner(field))}.{field.name.lower()}"


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
