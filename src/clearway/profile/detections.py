"""A sensor's detection as a detection report, and back.

All detections of one scan carry the same timestamp: that is how the engine knows the scan.
"""

from __future__ import annotations

from clearway.domain import Detection
from clearway.domain.detection import Covariance
from clearway.errors import ClearwayError
from clearway.profile import names
from clearway.profile.evidence import UnreadableEvidenceError, evidence_info, read_evidence
from clearway.profile.identifiers import number_of, ulid_of
from clearway.profile.wire import envelope, info, nanoseconds_of, values_of
from clearway.sapient.bindings import DetectionReport, SapientMessage
from clearway.sapient.location import Converter, LocationError, SitePoint
from clearway.site.schema import Camera, Sensor

Classification = DetectionReport.DetectionReportClassification


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
        sensor = self._sensor
        try:
            evidence = None if isinstance(sensor, Camera) else read_evidence(sensor, report)
        except UnreadableEvidenceError as error:
            raise ProfileError("detection_report.object_info", str(error)) from error
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
            source=None if isinstance(sensor, Camera) else number_of(report.object_id),
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
        return float(entry.value), entry.error
    except ValueError:
        raise ProfileError(
            "detection_report.object_info", f"{names.HEIGHT} is {entry.value!r}, not metres"
        ) from None


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
