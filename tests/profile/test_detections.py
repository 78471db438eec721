"""What a sensor says survives the way over the wire."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import HYPOTHESES, BodyPlace, Detection, Evidence, Modality, ThreatClass
from clearway.domain.detection import Covariance
from clearway.fusion.readings import RecognitionModel, trace_evidence
from clearway.profile import (
    DetectionReader,
    ProfileError,
    detection_message,
    number_of,
    sensor_node_id,
    site_frame,
)
from clearway.sapient.bindings import (
    DetectionReport,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
    SapientMessage,
)
from clearway.sapient.location import Converter
from clearway.sapient.validate import check
from clearway.site.schema import Curtain, Sensor, Site

NOW_NS = 1_767_225_600_123_456_789


def sensor_of(site: Site, sensor_id: str) -> Sensor:
    return next(sensor for sensor in site.sensors if sensor.id == sensor_id)


@pytest.fixture(scope="module")
def converter(station: Site) -> Converter:
    return Converter(site_frame(station))


EAST_M = {"camera-1": 12.25, "curtain-west": 16.25, "trace-1": 20.0}
"""Somewhere within what each sensor covers."""


def detection(sensor_id: str, evidence: Evidence | None = None) -> Detection:
    covariance = Covariance(0.01, 0.0, 0.01)
    return Detection(
        sensor_id, 7, NOW_NS, NOW_NS + 50, EAST_M[sensor_id], 3.5, covariance, evidence
    )


def sent(site: Site, converter: Converter, one: Detection) -> SapientMessage:
    return detection_message(one, sensor_node_id(site, sensor_of(site, one.sensor_id)), converter)


def read(site: Site, converter: Converter, sensor_id: str, message: SapientMessage) -> Detection:
    return DetectionReader(sensor_of(site, sensor_id), converter).read(message, NOW_NS + 50)


def test_a_cameras_detection_arrives_as_it_was(station: Site, converter: Converter) -> None:
    before = replace(detection("camera-1"), height_m=1.82, height_sigma_m=0.05)
    message = sent(station, converter, before)
    assert check(message) == ()
    after = read(station, converter, "camera-1", message)
    assert (after.sensor_id, after.time_ns, after.received_ns) == ("camera-1", NOW_NS, NOW_NS + 50)
    assert (after.x_m, after.y_m) == pytest.approx((12.25, 3.5), abs=1e-6)
    assert after.covariance_m2 == pytest.approx((0.01, 0.0, 0.01), abs=1e-6)
    assert after.height_m == 1.82
    assert after.height_sigma_m == pytest.approx(0.05, rel=1e-6)
    assert after.evidence is None
    assert after.source is None


RATIOS = st.one_of(st.floats(-50.0, 50.0), st.just(-math.inf))


@given(
    ratios=st.lists(RATIOS, min_size=6, max_size=6),
    examined=st.floats(0.01, 1.0),
    declared=st.lists(st.sampled_from(ThreatClass), unique=True).map(tuple),
)
def test_a_reading_arrives_to_the_last_digit(
    station: Site,
    converter: Converter,
    ratios: list[float],
    examined: float,
    declared: tuple[ThreatClass, ...],
) -> None:
    evidence = Evidence(Modality.CURTAIN, (0.0, *ratios), examined, declared)
    message = sent(station, converter, detection("curtain-west", evidence))
    assert check(message) == ()
    assert read(station, converter, "curtain-west", message).evidence == evidence


NOTHING = (0.0,) * len(HYPOTHESES)


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(Modality.CURTAIN, NOTHING, examined=0.0),
        Evidence(Modality.CURTAIN, NOTHING, examined=0.0, position_only=True),
        Evidence(Modality.CURTAIN, NOTHING, examined=1.0),
        Evidence(Modality.CURTAIN, NOTHING, examined=1.0, body_place=BodyPlace.LOWER_BACK),
    ],
    ids=["not examined", "position only", "examined, inconclusive", "with a place"],
)
def test_the_states_stay_distinct(station: Site, converter: Converter, evidence: Evidence) -> None:
    message = sent(station, converter, detection("curtain-west", evidence))
    assert read(station, converter, "curtain-west", message).evidence == evidence


def test_looks_at_one_person_share_their_object(station: Site, converter: Converter) -> None:
    one = replace(
        detection("curtain-west", Evidence(Modality.CURTAIN, NOTHING, 0.0, position_only=True)),
        source=4,
    )
    later = replace(one, sequence=8, time_ns=NOW_NS + 10**8)
    other = replace(one, sequence=9, source=5)
    arrived = [
        read(station, converter, "curtain-west", sent(station, converter, look))
        for look in (one, later, other)
    ]
    assert arrived[0].source == arrived[1].source != arrived[2].source
    assert len({look.sequence for look in arrived}) == 3


def foreign(converter: Converter, site: Site, sensor_id: str) -> SapientMessage:
    """A detection of a sensor that knows nothing of this profile."""
    message = sent(site, converter, detection(sensor_id))
    del message.detection_report.object_info[:]
    return message


def with_class(message: SapientMessage, name: str, confidence: float) -> SapientMessage:
    message.detection_report.classification[0].sub_class.append(
        DetectionReport.SubClass(
            type=f"urn:clearway:threat:v1:{name}", confidence=confidence, level=1
        )
    )
    return message


@pytest.mark.parametrize(
    ("name", "explosive"),
    [("ConcealedExplosive", 1), ("NoConcealedThreat", 0)],
)
def test_a_bare_class_is_weighed_by_the_sites_rates(
    station: Site, converter: Converter, name: str, explosive: int
) -> None:
    message = with_class(foreign(converter, station, "curtain-west"), name, 0.9)
    expected = RecognitionModel.of(station.curtains[0]).evidence(0, explosive)
    assert read(station, converter, "curtain-west", message).evidence == expected


def test_a_sensors_rates_are_made_into_tables_once(
    station: Site, converter: Converter, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Sensor] = []
    of = RecognitionModel.of

    def counted(sensor: Curtain) -> RecognitionModel:
        made.append(sensor)
        return of(sensor)

    monkeypatch.setattr(RecognitionModel, "of", counted)
    reader = DetectionReader(station.curtains[0], converter)
    message = with_class(foreign(converter, station, "curtain-west"), "ConcealedExplosive", 0.9)
    assert reader.read(message, NOW_NS).evidence == reader.read(message, NOW_NS).evidence
    assert made == [station.curtains[0]]


@pytest.mark.parametrize("sensor_id", ["curtain-west", "trace-1"])
@pytest.mark.parametrize(("word", "share"), [("0.01", 0.01), ("partial", 0.5)])
def test_a_glimpse_of_somebody_clears_nobody(
    station: Site, converter: Converter, sensor_id: str, word: str, share: float
) -> None:
    modality = "trace" if sensor_id == "trace-1" else "curtain"
    partial, whole = (foreign(converter, station, sensor_id) for _ in range(2))
    name = f"clearway.examined.{modality}" + (".fraction" if word == "0.01" else "")
    partial.detection_report.object_info.add(type=name, value=word)
    whole.detection_report.object_info.add(type=f"clearway.examined.{modality}", value="full")
    of_part = read(station, converter, sensor_id, partial).evidence
    of_all = read(station, converter, sensor_id, whole).evidence
    assert of_part is not None
    assert of_all is not None
    assert (of_part.examined, of_all.examined) == (share, 1.0)
    for part, all_of_it in zip(
        of_part.log_likelihood_ratio, of_all.log_likelihood_ratio, strict=True
    ):
        assert math.exp(part) == pytest.approx(share * math.exp(all_of_it) + 1.0 - share)
    assert min(of_all.log_likelihood_ratio) < math.log(0.9)
    assert min(of_part.log_likelihood_ratio) > 0.6 * min(of_all.log_likelihood_ratio)


@pytest.mark.parametrize(("east_m", "is_used"), [(18.4, True), (20.0, False), (7.6, False)])
def test_a_sensor_speaks_only_of_people_within_its_reach(
    station: Site, converter: Converter, east_m: float, *, is_used: bool
) -> None:
    evidence = Evidence(Modality.CURTAIN, NOTHING, examined=1.0)
    message = sent(station, converter, replace(detection("curtain-west", evidence), x_m=east_m))
    if is_used:
        assert read(station, converter, "curtain-west", message).evidence == evidence
    else:
        with pytest.raises(ProfileError, match="outside of what curtain-west covers"):
            read(station, converter, "curtain-west", message)


@pytest.mark.parametrize(
    ("height", "error"),
    [
        ("inf", 0.1),
        ("nan", 0.1),
        ("1e200", 0.1),
        ("172", 0.1),
        ("tall", 0.1),
        ("1.7", 0.0),
        ("1.7", 5.0),
    ],
)
def test_a_height_that_nobody_has_is_named(
    station: Site, converter: Converter, height: str, error: float
) -> None:
    message = foreign(converter, station, "camera-1")
    message.detection_report.object_info.add(type="clearway.height", value=height, error=error)
    with pytest.raises(ProfileError, match=r"clearway\.height"):
        read(station, converter, "camera-1", message)


def test_a_firearm_of_no_named_kind_speaks_for_both(station: Site, converter: Converter) -> None:
    message = with_class(foreign(converter, station, "curtain-west"), "ConcealedFirearm", 0.8)
    evidence = read(station, converter, "curtain-west", message).evidence
    assert evidence is not None
    assert evidence.declared == (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)
    model = RecognitionModel.of(station.curtains[0])
    either = (model.firearm[:, 1] + model.firearm[:, 2]) * model.explosive[:, 0]
    ratios = [math.log(chance / either[0]) for chance in either.tolist()]
    assert evidence.log_likelihood_ratio == pytest.approx(ratios)


def test_a_class_below_even_odds_is_not_declared(station: Site, converter: Converter) -> None:
    message = with_class(foreign(converter, station, "curtain-west"), "ConcealedFirearm", 0.3)
    evidence = read(station, converter, "curtain-west", message).evidence
    assert evidence is not None
    assert evidence.examined == 0.0


def test_a_named_substance_is_weighed_by_the_sites_rates(
    station: Site, converter: Converter
) -> None:
    (trace,) = station.trace_sensors
    message = foreign(converter, station, "trace-1")
    message.detection_report.object_info.add(type="clearway.substance", value="tnt")
    expected = trace_evidence(trace.substances, trace.error_model.pfa, "tnt")
    assert read(station, converter, "trace-1", message).evidence == expected


def test_silence_is_not_a_finding_of_nothing(station: Site, converter: Converter) -> None:
    evidence = read(
        station, converter, "curtain-west", foreign(converter, station, "curtain-west")
    ).evidence
    assert evidence is not None
    assert evidence.examined == 0.0
    assert not any(evidence.log_likelihood_ratio)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("clearway.llr.handgun.curtain", "much", "a number"),
        ("clearway.llr.handgun.curtain", "nan", "a number"),
        ("clearway.llr.handgun.curtain", "inf", "a number"),
        ("clearway.examined.curtain.fraction", "1.2", "from 0 to 1"),
        ("clearway.examined.curtain.fraction", "-0.1", "from 0 to 1"),
        ("clearway.examined.curtain", "mostly", "none, partial or full"),
        ("clearway.declared", "bazooka", "handgun, long_gun, explosive"),
    ],
)
def test_a_bad_entry_is_named(
    station: Site, converter: Converter, name: str, value: str, expected: str
) -> None:
    message = foreign(converter, station, "curtain-west")
    message.detection_report.object_info.add(type=name, value=value)
    with pytest.raises(ProfileError, match=name.replace(".", r"\.")) as caught:
        read(station, converter, "curtain-west", message)
    assert expected in str(caught.value)
    assert caught.value.path == "detection_report.object_info"


@pytest.mark.parametrize(
    ("word", "place"), [("right_torso", BodyPlace.RIGHT_TORSO), ("left shoulder", None)]
)
def test_a_place_on_the_body_is_read_and_an_unknown_one_passed_over(
    station: Site, converter: Converter, word: str, place: BodyPlace | None
) -> None:
    message = foreign(converter, station, "curtain-west")
    message.detection_report.object_info.add(type="clearway.declared", value="long_gun")
    message.detection_report.object_info.add(type="clearway.body_place", value=word)
    evidence = read(station, converter, "curtain-west", message).evidence
    assert evidence is not None
    assert evidence.declared == (ThreatClass.LONG_GUN,)
    assert evidence.body_place is place


def test_an_unknown_substance_is_named(station: Site, converter: Converter) -> None:
    message = foreign(converter, station, "trace-1")
    message.detection_report.object_info.add(type="clearway.substance", value="kryptonite")
    with pytest.raises(ProfileError, match="'kryptonite', not one of ammonium_nitrate"):
        read(station, converter, "trace-1", message)


def test_a_place_off_the_site_is_named(station: Site, converter: Converter) -> None:
    message = foreign(converter, station, "camera-1")
    message.detection_report.location.x = 12.586
    message.detection_report.location.y = 41.842
    with pytest.raises(ProfileError, match="x is east or longitude"):
        read(station, converter, "camera-1", message)


def test_a_range_and_bearing_start_at_the_sensors_mounting(
    station: Site, converter: Converter
) -> None:
    message = foreign(converter, station, "camera-1")
    look = message.detection_report.range_bearing
    look.range, look.azimuth, look.elevation = 5.0, 90.0, 0.0
    look.coordinate_system = RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M
    look.datum = RangeBearingDatum.RANGE_BEARING_DATUM_TRUE
    found = read(station, converter, "camera-1", message)
    east_m, north_m, _ = station.cameras[0].position_m
    assert (found.x_m, found.y_m) == pytest.approx((east_m + 5.0, north_m), abs=1e-4)


def test_a_bearing_from_the_platforms_axis_is_refused(station: Site, converter: Converter) -> None:
    message = foreign(converter, station, "camera-1")
    look = message.detection_report.range_bearing
    look.range, look.azimuth = 5.0, 90.0
    look.coordinate_system = RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M
    look.datum = RangeBearingDatum.RANGE_BEARING_DATUM_PLATFORM
    with pytest.raises(ProfileError, match="range_bearing"):
        read(station, converter, "camera-1", message)


def test_without_errors_the_site_files_hold(station: Site, converter: Converter) -> None:
    message = foreign(converter, station, "camera-1")
    message.detection_report.location.ClearField("x_error")
    error = station.cameras[0].error_model
    covariance = read(station, converter, "camera-1", message).covariance_m2
    assert covariance.xx == pytest.approx(error.sigma_m**2 + error.bias_sigma_m**2)


def test_a_sensors_velocity_is_not_used_in_whatever_unit(
    station: Site, converter: Converter
) -> None:
    message = foreign(converter, station, "camera-1")
    standing = read(station, converter, "camera-1", message)
    message.detection_report.enu_velocity.east_rate = 5.4
    message.detection_report.enu_velocity.north_rate = -3.6
    assert read(station, converter, "camera-1", message) == standing


def test_a_report_sent_twice_has_one_number(station: Site, converter: Converter) -> None:
    message = sent(station, converter, detection("camera-1"))
    first = read(station, converter, "camera-1", message)
    message.detection_report.report_id = message.detection_report.report_id.lower()
    assert read(station, converter, "camera-1", message).sequence == first.sequence


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_numbers_fit_a_signed_column(one: int, other: int) -> None:
    numbers = [number_of(f"{identifier:026X}") for identifier in (one, other)]
    assert all(0 <= number < 2**63 for number in numbers)
    assert (numbers[0] == numbers[1]) == (one == other)
