"""A sensor's detection as a detection report, and back.

All detections of one scan carry the same timestamp: that is how the engine knows the scan.
"""

from __future__ import annotations

import math

import shapely

from clearway.domain import Detection
from clearway.domain.detection import Covariance
from clearway.errors import ClearwayError
from clearway.profile import names
from clearway.profile.evidence import EvidenceReader, UnreadableEvidenceError, evidence_info
from clearway.profile.identifiers import number_of, ulid_of
from clearway.profile.wire import envelope, info, nanoseconds_of, values_of
from clearway.sapient.bindings import DetectionReport, SapientMessage
from clearway.sapient.location import Converter, LocationError, SitePoint
from clearway.site.schema import Camera, Sensor

Classification = DetectionReport.DetectionReportClassification

_SIGMAS = 5.0
_BEYOND_M = 2.0
"""How far outside of a threat sensor's coverage a reading may lie, beside its error: somebody at
the edge walks on while the reading is made."""
_SHORTEST_M, _TALLEST_M = 0.3, 3.0
"""Of a body; anything else is another unit, or no measurement."""


class ProfileError(ClearwayError):
    """A valid message that cannot be used as this site's profile wants it.

    Parameters
    ----------
    path : str
        Where in the message.
    problem : str
        What is wrong, and what would be right.
    """

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class DetectionReader:
    """Turns one sensor's detection reports into detections.

    Parameters
    ----------
    sensor : Sensor
        As the site file knows it.
    converter : Converter
        Between the wire's places and the site frame.
    """

    def __init__(self, sensor: Sensor, converter: Converter) -> None:
        self._sensor = sensor
        self._converter = converter
        self._mounting = converter.sensor_at(SitePoint(*sensor.position_m))
        self._evidence = None if isinstance(sensor, Camera) else EvidenceReader(sensor)
        self._coverage = shapely.Polygon(sensor.coverage)
        error = sensor.error_model
        variance = error.sigma_m**2 + error.bias_sigma_m**2
        self._covariance = Covariance(variance, 0.0, variance)

    def read(self, message: SapientMessage, received_ns: int) -> Detection:
        """What the engine is given.

        Parameters
        ----------
        message : SapientMessage
            A valid one with a detection report.
        received_ns : int
            When it arrived, by the engine's clock.

        Raises
        ------
        ProfileError
            Its place or its evidence cannot be used.
        """
        report = message.detection_report
        place = self._place(report)
        try:
            evidence = None if self._evidence is None else self._evidence.read(report)
        except UnreadableEvidenceError as error:
            raise ProfileError("detection_report.object_info", str(error)) from error
        if evidence is not None and (evidence.examined > 0.0 or evidence.position_only):
            self._check_reach(place)
        height_m, height_sigma_m = _height(report)
        return Detection(
            sensor_id=self._sensor.id,
            sequence=number_of(report.report_id),
            time_ns=nanoseconds_of(message.timestamp),
            received_ns=received_ns,
            x_m=place.x_m,
            y_m=place.y_m,
            covariance_m2=self._covariance
            if place.covariance is None
            else Covariance(*place.covariance),
            evidence=evidence,
            height_m=height_m,
            height_sigma_m=height_sigma_m,
            # A camera's own tracks are not used: the site's tracker follows people itself.
            source=None if self._evidence is None else number_of(report.object_id),
        )

    def _check_reach(self, place: SitePoint) -> None:
        """Refuse a reading of somebody whom the sensor cannot have examined.

        A sensor that is out of place, or in the wrong hands, must not clear people elsewhere.
        """
        distance_m = shapely.distance(self._coverage, shapely.Point(place.x_m, place.y_m))
        error = self._sensor.error_model
        most_m = _BEYOND_M + _SIGMAS * math.hypot(error.sigma_m, error.bias_sigma_m)
        if distance_m > most_m:
            raise ProfileError(
                "detection_report",
                f"is of a place {distance_m:.1f} m outside of what {self._sensor.id} covers; check "
                "the sensor's place and its coverage in the site file",
            )

    def _place(self, report: DetectionReport) -> SitePoint:
        """Where it was: a location, or a range and bearing from where the site file mounts it."""
        try:
            if report.HasField("location"):
                return self._converter.to_site(report.location)
            return self._mounting.to_site(report.range_bearing)
        except LocationError as error:
            kind = report.WhichOneof("location_oneof") or "location"
            raise ProfileError(f"detection_report.{kind}", str(error)) from error


def _height(report: DetectionReport) -> tuple[float | None, float | None]:
    entry = values_of(report.object_info).get(names.HEIGHT)
    if entry is None or not entry.HasField("error"):
        return None, None
    try:
        height_m = float(entry.value)
    except ValueError:
        height_m = math.nan
    if not (_SHORTEST_M <= height_m <= _TALLEST_M and 0.0 < entry.error <= 1.0):
        raise ProfileError(
            "detection_report.object_info",
            f"{names.HEIGHT} is {entry.value!r} with an error of {entry.error:g}, and not a body's "
            "height in metres with its standard deviation",
        )
    return height_m, entry.error


def detection_message(detection: Detection, node_id: str, converter: Converter) -> SapientMessage:
    """What a sensor sends of one detection.

    Parameters
    ----------
    detection : Detection
    node_id : str
        The sensor's.
    converter : Converter
        Between the site frame and the wire's places.
    """
    numbered = node_id, detection.sequence
    of_one_person = numbered if detection.source is None else (node_id, "source", detection.source)
    # One source keeps its identifier, so that must not depend on the time of a look.
    object_time_ns = detection.time_ns if detection.source is None else 0
    message = envelope(detection.time_ns, node_id)
    report = message.detection_report
    report.report_id = ulid_of(detection.time_ns, "report", *numbered)
    report.object_id = ulid_of(object_time_ns, "object", *of_one_person)
    report.location.CopyFrom(
        converter.to_wire(detection.x_m, detection.y_m, 0.0, detection.covariance_m2)
    )
    report.classification.append(Classification(type=names.HUMAN, confidence=1.0))
    if detection.height_m is not None:
        report.object_info.append(info(names.HEIGHT, detection.height_m, detection.height_sigma_m))
    if detection.evidence is not None:
        report.object_info.extend(evidence_info(detection.evidence))
    return message
