"""One faultless message of each kind, with every field that it can have."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.json_format import ParseDict

from clearway.sapient.bindings import SapientMessage

NODE = "a8654cdf-4328-47de-81fa-c495589e30c9"
OTHER_NODE = "6f582b41-6c88-481c-bb0f-6021a1739f57"
ULID = "01GGYFBAXGDG7AGAHRZ6XSNY12"
NOW = "2026-07-07T12:44:17.027638700Z"

LOCATION = {
    "x": 291234.5,
    "y": 4641234.5,
    "z": 21.0,
    "x_error": 0.1,
    "y_error": 0.1,
    "z_error": 0.2,
    "coordinate_system": "LOCATION_COORDINATE_SYSTEM_UTM_M",
    "datum": "LOCATION_DATUM_WGS84_E",
    "utm_zone": "33N",
}
RANGE_BEARING = {
    "elevation": 1.0,
    "azimuth": 30.0,
    "range": 12.0,
    "elevation_error": 0.1,
    "azimuth_error": 0.1,
    "range_error": 0.5,
    "coordinate_system": "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M",
    "datum": "RANGE_BEARING_DATUM_TRUE",
}
CONE = {
    **RANGE_BEARING,
    "horizontal_extent": 60.0,
    "vertical_extent": 30.0,
    "horizontal_extent_error": 1.0,
    "vertical_extent_error": 1.0,
}
AREAS = [{"location_list": {"locations": [LOCATION]}}, {"range_bearing": CONE}]
FILE = {"type": "image/png", "url": "https://images.example/1"}
ASSOCIATED = {
    "timestamp": NOW,
    "node_id": OTHER_NODE,
    "object_id": ULID,
    "association_type": "ASSOCIATION_RELATION_SIBLING",
}
_PLACE = {
    "location_units": "LOCATION_COORDINATE_SYSTEM_UTM_M",
    "location_datum": "LOCATION_DATUM_WGS84_E",
    "zone": "33N",
}
_BEARINGS = {
    "range_bearing_units": "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M",
    "range_bearing_datum": "RANGE_BEARING_DATUM_TRUE",
}
_SECONDS = {"units": "TIME_UNITS_SECONDS", "value": 5.0}
_PERFORMANCE = {"type": "Pd", "units": "share", "unit_value": "0.9", "variation_type": "linear"}
_FILTER = {"parameter": "confidence", "operators": ["OPERATOR_GREATER_THAN"]}

DETECTION: dict[str, Any] = {
    "report_id": ULID,
    "object_id": ULID,
    "task_id": ULID,
    "state": "confirmed",
    "location": LOCATION,
    "detection_confidence": 0.97,
    "prediction_location": {"location": LOCATION, "predicted_timestamp": NOW},
    "object_info": [
        {"type": "clearway.llr.firearm.mic", "value": "1.3", "error": 0.4},
        {"type": "clearway.examined.mic", "value": "full"},
    ],
    "classification": [
        {
            "type": "sapient_core:Human",
            "confidence": 1.0,
            "sub_class": [
                {"type": "urn:clearway:threat:v1:ConcealedFirearm", "confidence": 0.1, "level": 1},
                {
                    "type": "urn:clearway:threat:v1:NoConcealedThreat",
                    "confidence": 0.9,
                    "level": 1,
                    "sub_class": [
                        {"type": "urn:example:hands:Empty", "confidence": 0.9, "level": 2}
                    ],
                },
            ],
        }
    ],
    "behaviour": [{"type": "Walking", "confidence": 0.9}],
    "associated_file": [FILE],
    "signal": [
        {
            "amplitude": 1.0,
            "start_frequency": 2.0,
            "centre_frequency": 3.0,
            "stop_frequency": 4.0,
            "pulse_duration": 5.0,
        }
    ],
    "associated_detection": [ASSOCIATED],
    "derived_detection": [{"timestamp": NOW, "node_id": OTHER_NODE, "object_id": ULID}],
    "enu_velocity": {
        "east_rate": 1.2,
        "north_rate": -0.2,
        "up_rate": 0.0,
        "east_rate_error": 0.1,
        "north_rate_error": 0.1,
        "up_rate_error": 0.1,
    },
    "colour": "red",
    "id": "12",
}
REGISTRATION: dict[str, Any] = {
    "node_definition": [{"node_type": "NODE_TYPE_RADAR", "node_sub_type": ["curtain"]}],
    "icd_version": "BSI Flex 335 v2.0",
    "name": "Curtain at the west entrance",
    "short_name": "C1",
    "capabilities": [{"category": "imaging", "type": "microwave", "value": "1", "units": "m"}],
    "status_definition": {
        "status_interval": _SECONDS,
        "location_definition": _PLACE,
        "coverage_definition": _BEARINGS,
        "obscuration_definition": _PLACE,
        "status_report": [
            {
                "category": "STATUS_REPORT_CATEGORY_SENSOR",
                "type": "PD",
                "units": "share",
                "on_change": True,
            }
        ],
        "field_of_view_definition": _PLACE,
    },
    "mode_definition": [
        {
            "mode_name": "default",
            "mode_type": "MODE_TYPE_PERMANENT",
            "mode_description": "always on",
            "settle_time": _SECONDS,
            "maximum_latency": _SECONDS,
            "scan_type": "SCAN_TYPE_FIXED",
            "tracking_type": "TRACKING_TYPE_TRACK",
            "duration": _SECONDS,
            "mode_parameter": [{"type": "power", "value": "low"}],
            "detection_definition": [
                {
                    "location_type": _PLACE,
                    "detection_performance": [_PERFORMANCE],
                    "detection_report": [
                        {
                            "category": "DETECTION_REPORT_CATEGORY_OBJECT",
                            "type": "clearway.llr.firearm.mic",
                            "units": "nat",
                            "on_change": False,
                        }
                    ],
                    "detection_class_definition": [
                        {
                            "confidence_definition": "CONFIDENCE_DEFINITION_MULTI_CLASS",
                            "class_performance": [_PERFORMANCE],
                            "class_definition": [
                                {
                                    "type": "sapient_core:Human",
                                    "units": "probability",
                                    "sub_class": [
                                        {
                                            "type": "urn:clearway:threat:v1:ConcealedFirearm",
                                            "units": "probability",
                                            "level": 1,
                                            "sub_class": [
                                                {"type": "urn:example:kinds:Long", "level": 2}
                                            ],
                                        }
                                    ],
                                }
                            ],
                            "taxonomy_dock_definition": [
                                {
                                    "Dock_class_namespace": "sapient_core",
                                    "Dock_class": "Human",
                                    "Extension_subclass": [
                                        {
                                            "Subclass_namespace": "urn:clearway:threat:v1",
                                            "Subclass_name": "ConcealedFirearm",
                                            "units": "probability",
                                        }
                                    ],
                                }
                            ],
                        }
                    ],
                    "behaviour_definition": [{"type": "Walking", "units": "probability"}],
                    "velocity_type": {
                        "enu_velocity_units": {
                            "east_north_rate_units": "SPEED_UNITS_MS",
                            "up_rate_units": "SPEED_UNITS_MS",
                        },
                        "location_datum": "LOCATION_DATUM_WGS84_E",
                        "zone": "33N",
                    },
                    "geometric_error": {
                        "type": "standard deviation",
                        "units": "m",
                        "variation_type": "linear",
                        "performance_value": [_PERFORMANCE],
                    },
                },
                {
                    "location_type": _BEARINGS,
                    "velocity_type": {
                        "enu_velocity_units": {"east_north_rate_units": "SPEED_UNITS_KPH"},
                        "range_bearing_datum": "RANGE_BEARING_DATUM_TRUE",
                    },
                },
            ],
            "task": {
                "concurrent_tasks": 1,
                "region_definition": {
                    "region_type": ["REGION_TYPE_AREA_OF_INTEREST"],
                    "settle_time": _SECONDS,
                    "region_area": [_PLACE],
                    "class_filter_definition": [
                        {
                            "filter_parameter": [_FILTER],
                            "sub_class_definition": [
                                {
                                    "filter_parameter": [_FILTER],
                                    "level": 1,
                                    "type": "ConcealedFirearm",
                                    "sub_class_definition": [{"level": 2, "type": "Long"}],
                                }
                            ],
                            "type": "Human",
                        }
                    ],
                    "behaviour_filter_definition": [
                        {"filter_parameter": [_FILTER], "type": "Walking"}
                    ],
                },
                "command": [
                    {
                        "units": "degrees",
                        "completion_time": _SECONDS,
                        "type": "COMMAND_TYPE_LOOK_AT",
                    }
                ],
            },
        }
    ],
    "dependent_nodes": [OTHER_NODE],
    "reporting_region": AREAS,
    "config_data": [
        {
            "manufacturer": "Example",
            "model": "One",
            "serial_number": "1",
            "hardware_version": "1",
            "software_version": "2",
            "sub_components": [{"manufacturer": "Example", "model": "Part"}],
        }
    ],
}
_PARAMETER = {"name": "confidence", "operator": "OPERATOR_GREATER_THAN", "value": 0.5}
REGION: dict[str, Any] = {
    "type": "REGION_TYPE_AREA_OF_INTEREST",
    "region_id": ULID,
    "region_name": "west entrance",
    "region_area": AREAS[0],
    "class_filter": [
        {
            "parameter": _PARAMETER,
            "type": "Human",
            "sub_class_filter": [
                {
                    "parameter": _PARAMETER,
                    "type": "ConcealedFirearm",
                    "sub_class_filter": [{"parameter": _PARAMETER, "type": "Long"}],
                    "priority": "DISCRETE_THRESHOLD_HIGH",
                }
            ],
            "priority": "DISCRETE_THRESHOLD_LOW",
        }
    ],
    "behaviour_filter": [
        {"parameter": _PARAMETER, "type": "Running", "priority": "DISCRETE_THRESHOLD_LOW"}
    ],
}
TASK: dict[str, Any] = {
    "task_id": ULID,
    "task_name": "look",
    "task_description": "look at one person",
    "task_start_time": NOW,
    "task_end_time": NOW,
    "control": "CONTROL_START",
    "region": [REGION],
    "command": {"follow": {"follow_object_id": ULID}, "command_parameter": "slowly"},
}
COMMANDS: tuple[dict[str, Any], ...] = (
    {"request": "Status"},
    {"detection_threshold": "DISCRETE_THRESHOLD_LOW"},
    {"detection_report_rate": "DISCRETE_THRESHOLD_LOW"},
    {"classification_threshold": "DISCRETE_THRESHOLD_LOW"},
    {"mode_change": "default"},
    {"look_at": AREAS[1]},
    {"move_to": {"locations": [LOCATION]}},
    {"patrol": {"locations": [LOCATION, LOCATION]}},
)
ALERT: dict[str, Any] = {
    "alert_id": ULID,
    "alert_type": "ALERT_TYPE_WARNING",
    "status": "ALERT_STATUS_ACTIVE",
    "description": "look at this person",
    "location": LOCATION,
    "region_id": ULID,
    "priority": "DISCRETE_PRIORITY_HIGH",
    "ranking": 0.9,
    "confidence": 0.8,
    "associated_file": [FILE],
    "associated_detection": [ASSOCIATED],
    "additional_information": "west entrance",
}
CONTENTS: dict[str, dict[str, Any]] = {
    "registration": REGISTRATION,
    "registration_ack": {"acceptance": False, "ack_response_reason": ["the site is full"]},
    "status_report": {
        "report_id": ULID,
        "system": "SYSTEM_OK",
        "info": "INFO_NEW",
        "active_task_id": ULID,
        "mode": "default",
        "power": {"level": 80, "source": "POWERSOURCE_MAINS", "status": "POWERSTATUS_OK"},
        "node_location": LOCATION,
        "field_of_view": AREAS[1],
        "obscuration": AREAS,
        "status": [
            {
                "status_level": "STATUS_LEVEL_INFORMATION_STATUS",
                "status_value": "0.9",
                "status_type": "STATUS_TYPE_PD",
            }
        ],
        "coverage": AREAS,
    },
    "detection_report": DETECTION,
    "task": TASK,
    "task_ack": {
        "task_id": ULID,
        "task_status": "TASK_STATUS_REJECTED",
        "associated_file": FILE,
        "reason": ["not now"],
    },
    "alert": ALERT,
    "alert_ack": {
        "alert_id": ULID,
        "alert_ack_status": "ALERT_ACK_STATUS_REJECTED",
        "reason": ["looked: an umbrella"],
    },
    "error": {"packet": "AAE=", "error_message": ["cut off"]},
}
_WITHOUT_PLACE = {name: value for name, value in DETECTION.items() if name != "location"}
VARIANTS: dict[str, dict[str, Any]] = {
    **{name: {name: content} for name, content in CONTENTS.items()},
    **{
        f"task, {next(iter(command))}": {"task": {**TASK, "command": command}}
        for command in COMMANDS
    },
    "detection_report, range_bearing": {
        "detection_report": {
            **_WITHOUT_PLACE,
            "range_bearing": RANGE_BEARING,
            "prediction_location": {"range_bearing": RANGE_BEARING},
        }
    },
    "alert, range_bearing": {
        "alert": {
            **{name: value for name, value in ALERT.items() if name != "location"},
            "range_bearing": RANGE_BEARING,
        }
    },
}
"""Every kind of message and every alternative inside; all without any finding."""


def message(kind: str) -> SapientMessage:
    """The faultless message of `VARIANTS` by its name."""
    return of(VARIANTS[kind])


def of(content: dict[str, Any]) -> SapientMessage:
    """A message of this content in a faultless envelope."""
    envelope = {"timestamp": NOW, "node_id": NODE, "destination_id": OTHER_NODE}
    return ParseDict({**envelope, **content}, SapientMessage())


def detection(**changes: Any) -> SapientMessage:
    """A faultless detection with some fields replaced; None drops one."""
    return of({"detection_report": _changed(DETECTION, changes)})


def changed(kind: str, **changes: Any) -> SapientMessage:
    """The faultless content of this kind with some fields replaced; None drops one."""
    return of({kind: _changed(CONTENTS[kind], changes)})


def at(kind: str, path: str, value: Any) -> SapientMessage:
    """The faultless message of this kind with one value replaced; None drops it."""
    whole = message(kind)
    part: Any = whole
    *outer, last = re.findall(r"\w+", path)
    for step in outer:
        part = part[int(step)] if step.isdigit() else getattr(part, step)
    if value is None:
        part.ClearField(last)
    else:
        setattr(part, last, value)
    return whole


def _changed(content: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**content, **changes}.items() if value is not None}
