"""How a node introduces itself, and how it says that it is well.

Everything that a node will send is declared here (BSI Flex 335 v2.0, 6.2): an undeclared class or
entry is a finding at the other end.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from clearway.domain import Modality
from clearway.profile import names
from clearway.profile.identifiers import ulid_of
from clearway.profile.wire import envelope
from clearway.sapient.bindings import (
    ICD_VERSION,
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    Registration,
    SapientMessage,
    SpeedUnits,
    StatusReport,
)
from clearway.sapient.location import Converter
from clearway.sapient.taxonomy import THREATS
from clearway.site.schema import Camera, Curtain, Sensor, Site, Trace

MANUFACTURER = "Clearway"
MODE = "default"
STATUS_INTERVAL_S = 5.0
"""Short enough that a silent node is known after 15 s, long enough to cost nothing."""

_NODE_TYPES = {
    Camera: Registration.NODE_TYPE_CAMERA,
    Curtain: Registration.NODE_TYPE_RADAR,
    Trace: Registration.NODE_TYPE_CHEMICAL,
}
_SUB_TYPES = {
    Camera: "person tracker",
    Curtain: "microwave imaging curtain",
    Trace: "stand-off laser trace sensor",
}
_MODALITIES = {Camera: None, Curtain: Modality.CURTAIN, Trace: Modality.TRACE}


def sensor_registration(sensor: Sensor, converter: Converter) -> Registration:
    """The registration of one sensor of a site file."""
    kind = type(sensor)
    registration = _registration(
        sensor.id,
        _NODE_TYPES[kind],
        _SUB_TYPES[kind],
        converter,
        names.units_of_sensor(_MODALITIES[kind]),
    )
    mode = registration.mode_definition[0]
    mode.maximum_latency.CopyFrom(
        _seconds(sensor.error_model.latency_s + 5.0 * sensor.error_model.latency_jitter_s)
    )
    if isinstance(sensor, Trace):
        mode.scan_type = Registration.SCAN_TYPE_STEERABLE
        mode.task.concurrent_tasks = 1
        mode.task.command.add(
            type=Registration.COMMAND_TYPE_LOOK_AT,
            units="LookAt",
            completion_time=_seconds(sensor.error_model.aim_delay_s),
        )
    return registration


def fusion_registration(site: Site, converter: Converter) -> Registration:
    """The registration of the service with a higher fusion node (BSI Flex 335 v2.0, 4.11)."""
    registration = _registration(
        site.name,
        Registration.NODE_TYPE_FUSION_NODE,
        "fusion node",
        converter,
        names.units_of_fusion(),
    )
    mode = registration.mode_definition[0]
    mode.tracking_type = Registration.TRACKING_TYPE_TRACK
    definition = mode.detection_definition[0]
    velocity = definition.velocity_type
    velocity.location_datum = LocationDatum.LOCATION_DATUM_WGS84_E
    velocity.enu_velocity_units.east_north_rate_units = SpeedUnits.SPEED_UNITS_MS
    classes = definition.detection_class_definition[0]
    THREATS.declare(classes)
    return registration


def _registration(
    name: str,
    node_type: Registration.NodeType,
    sub_type: str,
    converter: Converter,
    units: Mapping[str, str],
) -> Registration:
    registration = Registration(icd_version=ICD_VERSION, name=name, short_name=name)
    registration.node_definition.add(node_type=node_type, node_sub_type=[sub_type])
    registration.capabilities.add(category="Detection", type=sub_type)
    registration.status_definition.status_interval.CopyFrom(_seconds(STATUS_INTERVAL_S))
    registration.config_data.add(
        manufacturer=MANUFACTURER, model=sub_type, software_version=version("clearway")
    )
    mode = registration.mode_definition.add(
        mode_name=MODE, mode_type=Registration.MODE_TYPE_PERMANENT, settle_time=_seconds(0.0)
    )
    mode.task.concurrent_tasks = 0
    mode.task.region_definition.region_type.append(Registration.REGION_TYPE_AREA_OF_INTEREST)
    mode.task.region_definition.settle_time.CopyFrom(_seconds(0.0))
    mode.task.region_definition.region_area.append(_place_type(converter))
    definition = mode.detection_definition.add(location_type=_place_type(converter))
    for entry, unit in units.items():
        definition.detection_report.add(
            category=Registration.DETECTION_REPORT_CATEGORY_OBJECT, type=entry, units=unit
        )
    classes = definition.detection_class_definition.add(
        confidence_definition=Registration.CONFIDENCE_DEFINITION_MULTI_CLASS
    )
    classes.class_definition.add(type=names.HUMAN, units="probability")
    return registration


def _place_type(converter: Converter) -> Registration.LocationType:
    return Registration.LocationType(
        location_units=LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M,
        location_datum=LocationDatum.LOCATION_DATUM_WGS84_E,
        zone=converter.utm_zone,
    )


def _seconds(value: float) -> Registration.Duration:
    return Registration.Duration(units=Registration.TIME_UNITS_SECONDS, value=value)


def status_message(
    node_id: str,
    time_ns: int,
    *,
    new: bool,
    location: Location | None = None,
    faults: tuple[str, ...] = (),
    goodbye: bool = False,
) -> SapientMessage:
    """A status report (BSI Flex 335 v2.0, 6.3).

    Parameters
    ----------
    node_id : str
    time_ns : int
    new : bool
        Whether anything has changed since the last one.
    location : Location, optional
        Where the node is mounted.
    faults : tuple of str
        What does not work, in words; any makes the state a warning.
    goodbye : bool
        Whether the node leaves.
    """
    message = envelope(time_ns, node_id)
    report = message.status_report
    report.report_id = ulid_of(time_ns, "status", node_id)
    report.info = StatusReport.INFO_NEW if new else StatusReport.INFO_UNCHANGED
    report.mode = MODE
    if goodbye:
        report.system = StatusReport.SYSTEM_GOODBYE
    else:
        report.system = StatusReport.SYSTEM_WARNING if faults else StatusReport.SYSTEM_OK
    if location is not None:
        report.node_location.CopyFrom(location)
    for fault in faults:
        report.status.add(
            status_level=StatusReport.STATUS_LEVEL_WARNING_STATUS,
            status_type=StatusReport.STATUS_TYPE_INTERNAL_FAULT,
            status_value=fault,
        )
    return message
