"""The generated SAPIENT message classes of one edition of the standard.

This is the only module that imports them.  Every published package of them owns the same
top-level import name, and the next edition will bring other classes: both are changed here.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor, OneofDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from sapient_msg import proto_options_pb2 as _options
from sapient_msg.bsi_flex_335_v2_0.alert_ack_pb2 import AlertAck
from sapient_msg.bsi_flex_335_v2_0.alert_pb2 import Alert
from sapient_msg.bsi_flex_335_v2_0.associated_detection_pb2 import AssociatedDetection
from sapient_msg.bsi_flex_335_v2_0.detection_report_pb2 import DetectionReport
from sapient_msg.bsi_flex_335_v2_0.error_pb2 import Error
from sapient_msg.bsi_flex_335_v2_0.location_pb2 import (
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    LocationList,
)
from sapient_msg.bsi_flex_335_v2_0.range_bearing_pb2 import (
    LocationOrRangeBearing,
    RangeBearing,
    RangeBearingCone,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
)
from sapient_msg.bsi_flex_335_v2_0.registration_ack_pb2 import RegistrationAck
from sapient_msg.bsi_flex_335_v2_0.registration_pb2 import Registration
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.status_report_pb2 import StatusReport
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck
from sapient_msg.bsi_flex_335_v2_0.task_pb2 import Task
from sapient_msg.bsi_flex_335_v2_0.velocity_pb2 import SpeedUnits

__all__ = [
    "ICD_VERSION",
    "Alert",
    "AlertAck",
    "AssociatedDetection",
    "DecodeError",
    "DetectionReport",
    "Error",
    "Location",
    "LocationCoordinateSystem",
    "LocationDatum",
    "LocationList",
    "LocationOrRangeBearing",
    "RangeBearing",
    "RangeBearingCone",
    "RangeBearingCoordinateSystem",
    "RangeBearingDatum",
    "Registration",
    "RegistrationAck",
    "SapientMessage",
    "SpeedUnits",
    "StatusReport",
    "Task",
    "TaskAck",
    "Timestamp",
    "content_of",
    "is_mandatory",
    "is_ulid",
    "is_uuid",
    "oneof_is_mandatory",
]

ICD_VERSION = "BSI Flex 335 v2.0"
"""What a Registration of this edition states as its ``icd_version``."""


def content_of(message: SapientMessage) -> str:
    """Name of the field that holds the message's content, such as ``detection_report``; or ``""``.

    Examples
    --------
    >>> content_of(SapientMessage(alert_ack=AlertAck()))
    'alert_ack'
    """
    return message.WhichOneof("content") or ""


def is_mandatory(field: FieldDescriptor) -> bool:
    """Whether the standard makes this field mandatory."""
    return _options_of(field).is_mandatory


def is_ulid(field: FieldDescriptor) -> bool:
    """Whether the field holds a ULID."""
    return _options_of(field).is_ulid


def is_uuid(field: FieldDescriptor) -> bool:
    """Whether the field holds a UUID."""
    return _options_of(field).is_uuid


def oneof_is_mandatory(oneof: OneofDescriptor) -> bool:
    """Whether one of the alternatives must be present."""
    mandatory: bool = _extension(oneof.GetOptions(), _options.oneof_options).is_mandatory
    return mandatory


def _options_of(field: FieldDescriptor) -> _options.ValidationOptions:
    options: _options.ValidationOptions = _extension(field.GetOptions(), _options.field_options)
    return options


def _extension(options: Any, extension: Any) -> Any:
    # The generated stubs type the extensions as plain field descriptors.
    return options.Extensions[extension]
