"""Messages as the fusion node of a site in Rome publishes them."""

from __future__ import annotations

from typing import Any

from clearway.sapient.bindings import Alert, Location, SapientMessage

NODE = "6f3f4a52-3f5e-4f4e-9d58-2f2d2b8a7c11"
PERSON = "01JA0000000000000000PERSON"[:26]
ALERT = "01JA000000000000000000ALRT"
SECONDS = 1_800_000_000  # 2027-01-15T08:00:00Z
HUMAN = "sapient_core:Human"
FIREARM = "urn:clearway:threat:v1:ConcealedFirearm"


def somewhere(**changes: Any) -> Location:
    """A place in the concourse, 0.3 m and 0.4 m uncertain."""
    values: dict[str, Any] = {
        "x": 291_000.0,
        "y": 4_641_500.0,
        "z": 98.5,
        "x_error": 0.3,
        "y_error": 0.4,
        "z_error": 0.2,
        "coordinate_system": "LOCATION_COORDINATE_SYSTEM_UTM_M",
        "datum": "LOCATION_DATUM_WGS84_E",
        "utm_zone": "33T",
    }
    return Location(
        **{key: value for key, value in (values | changes).items() if value is not None}
    )


def person(object_id: str = PERSON, *, seconds: int = SECONDS, **changes: Any) -> SapientMessage:
    """A fused person who was examined by the imaging curtain."""
    report: dict[str, Any] = {
        "report_id": "01JA00000000000000000RPRT1",
        "object_id": object_id,
        "location": somewhere(),
        "enu_velocity": {"east_rate": 0.0, "north_rate": -1.5},
        "detection_confidence": 0.99,
        "classification": [
            {
                "type": HUMAN,
                "confidence": 1.0,
                "sub_class": [{"type": FIREARM, "confidence": 0.25, "level": 1}],
            }
        ],
        "object_info": [
            {"type": "clearway.examined.mic", "value": "full"},
            {"type": "clearway.examined.mic.fraction", "value": "0.9"},
            {"type": "clearway.llr.firearm.mic", "value": "1.7", "error": 0.2},
            {"type": "clearway.floor", "value": "0"},
        ],
        "associated_file": [{"type": "image/png", "url": "https://site.example/1.png"}],
    }
    return SapientMessage(
        timestamp={"seconds": seconds}, node_id=NODE, detection_report=report | changes
    )


def alert(
    alert_id: str = ALERT,
    status: Alert.AlertStatus | str = "ALERT_STATUS_ACTIVE",
    *,
    seconds: int = SECONDS,
    **changes: Any,
) -> SapientMessage:
    """An alert about that person."""
    values: dict[str, Any] = {
        "alert_id": alert_id,
        "alert_type": "ALERT_TYPE_WARNING",
        "status": status,
        "description": "Firearm suspected, left hip",
        "priority": "DISCRETE_PRIORITY_HIGH",
        "confidence": 0.75,
        "ranking": 0.8,
        "location": somewhere(),
        "associated_detection": [{"node_id": NODE, "object_id": PERSON}],
        "associated_file": [{"type": "image/png", "url": "https://site.example/1.png"}],
    }
    kept = {key: value for key, value in (values | changes).items() if value is not None}
    return SapientMessage(timestamp={"seconds": seconds}, node_id=NODE, alert=kept)


def status(node_id: str = NODE) -> SapientMessage:
    """The fusion node is well."""
    report = {"report_id": "01JA00000000000000000STAT1", "system": "SYSTEM_OK", "mode": "default"}
    return SapientMessage(timestamp={"seconds": SECONDS}, node_id=node_id, status_report=report)
