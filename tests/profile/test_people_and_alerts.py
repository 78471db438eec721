"""Fused people, alerts, cues and registrations say what the profile promises, and are valid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import (
    HYPOTHESES,
    Alert,
    AlertState,
    Belief,
    Candidate,
    Closing,
    Modality,
    ThreatClass,
    Track,
)
from clearway.fusion import Cue
from clearway.profile import (
    aim_of,
    alert_message,
    fusion_registration,
    look_task,
    person_message,
    sensor_node_id,
    sensor_registration,
    site_frame,
    site_node_id,
    status_message,
    ulid_of,
)
from clearway.profile.wire import envelope, values_of
from clearway.sapient.bindings import Alert as AlertMessage
from clearway.sapient.bindings import SapientMessage, SpeedUnits, StatusReport
from clearway.sapient.location import Converter, SiteFrame
from clearway.sapient.validate import check
from clearway.site.schema import Site

NOW_NS = 1_767_225_600_000_000_000
TRACK = Track(5, NOW_NS, 12.0, 3.0, 1.2, -0.4, 0.08)
PRIOR = np.full(len(HYPOTHESES), 1.0 / len(HYPOTHESES))


@pytest.fixture(scope="module")
def converter(station: Site) -> Converter:
    return Converter(site_frame(station))


def person(station: Site, converter: Converter, belief: Belief) -> SapientMessage:
    object_id = ulid_of(NOW_NS, "person", 5)
    return person_message(TRACK, belief, object_id, site_node_id(station), converter)


@given(
    st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).filter(lambda parts: sum(parts) > 0.01)
)
def test_threat_classes_sum_to_one(station: Site, converter: Converter, parts: list[float]) -> None:
    vector = np.array(parts) / sum(parts)
    message = person(station, converter, Belief(vector, PRIOR, {Modality.CURTAIN: 1.0}))
    assert check(message) == ()
    (human,) = message.detection_report.classification
    assert human.confidence == 1.0
    assert sum(one.confidence for one in human.sub_class) == pytest.approx(1.0, abs=1e-6)
    entries = values_of(message.detection_report.object_info)
    handgun = float(entries["clearway.posterior.handgun"].value)
    assert handgun == pytest.approx(vector[2] + vector[3])


@pytest.mark.parametrize("share", [None, 1e-6, 0.049])
def test_a_prior_never_looks_like_a_measurement(
    station: Site, converter: Converter, share: float | None
) -> None:
    examined = {} if share is None else {Modality.CURTAIN: share}
    message = person(station, converter, Belief(PRIOR, PRIOR, examined))
    (human,) = message.detection_report.classification
    assert len(human.sub_class) == 0
    entries = values_of(message.detection_report.object_info)
    assert entries["clearway.examined.curtain"].value == "none"
    assert not any(name.startswith("clearway.posterior") for name in entries)


def test_a_higher_node_can_take_the_prior_out_again(station: Site, converter: Converter) -> None:
    vector = np.array([0.3, 0.05, 0.25, 0.1, 0.1, 0.05, 0.15])
    prior = np.array([0.9, 0.01, 0.02, 0.005, 0.01, 0.005, 0.05])
    message = person(station, converter, Belief(vector, prior, {Modality.CURTAIN: 0.05}))
    entries = values_of(message.detection_report.object_info)
    assert entries["clearway.examined.curtain"].value == "partial"
    (human,) = message.detection_report.classification
    ratios = {
        one.type.rpartition(":")[2]: one.confidence
        / float(entries[f"clearway.prior.{one.type.rpartition(':')[2]}"].value)
        for one in human.sub_class
    }
    assert ratios == pytest.approx(
        {
            "ConcealedFirearm": 0.35 / 0.03,
            "ConcealedExplosive": 0.05 / 0.01,
            "ConcealedFirearmAndExplosive": 0.15 / 0.01,
            "NoConcealedThreat": 0.45 / 0.95,
        },
        rel=1e-5,
    )
    other = person(station, converter, Belief(vector, PRIOR, {Modality.CURTAIN: 0.05}))
    versions = {
        values_of(one.detection_report.object_info)["clearway.prior.version"].value
        for one in (message, other)
    }
    assert len(versions) == 2


def test_a_velocity_is_told_along_true_north() -> None:
    turned = Converter(SiteFrame(41.8, 12.6, 50.0, heading_deg=90.0))
    east, north = turned.velocity_to_wire(0.0, 1.0)
    assert (east, north) == pytest.approx((1.0, 0.0), abs=1e-12)


def test_a_persons_velocity_is_in_the_unit_declared(station: Site, converter: Converter) -> None:
    (mode,) = fusion_registration(station, converter).mode_definition
    (definition,) = mode.detection_definition
    units = definition.velocity_type.enu_velocity_units
    assert units.east_north_rate_units == SpeedUnits.SPEED_UNITS_MS
    told = person(station, converter, Belief(PRIOR, PRIOR, {})).detection_report.enu_velocity
    speed_m_s = math.hypot(TRACK.velocity_x_m_s, TRACK.velocity_y_m_s)
    assert math.hypot(told.east_rate, told.north_rate) == pytest.approx(speed_m_s)


def test_a_lost_track_says_so(station: Site, converter: Converter) -> None:
    belief = Belief(PRIOR, PRIOR, {})
    message = person_message(
        TRACK, belief, ulid_of(1, "p"), site_node_id(station), converter, lost=True
    )
    assert message.detection_report.state == "lost"
    assert check(message) == ()


def alert(
    state: AlertState, candidates: tuple[Candidate, ...], because: Closing | None = None
) -> Alert:
    vector = np.array([0.3, 0.05, 0.05, 0.0, 0.6, 0.0, 0.0])
    return Alert(
        alert_id=1,
        state=state,
        time_ns=NOW_NS,
        opened_ns=NOW_NS,
        candidates=candidates,
        probability=0.7,
        belief=Belief(vector, PRIOR, {}),
        evidence=(("curtain-west", 3),),
        closed_because=because,
    )


def told(station: Site, converter: Converter, one: Alert) -> SapientMessage:
    return alert_message(
        one,
        ulid_of(NOW_NS, "alert", 1),
        site_node_id(station),
        location=converter.to_wire(12.0, 3.0, 0.0, None),
        people={5: ulid_of(NOW_NS, "person", 5), 6: ulid_of(NOW_NS, "person", 6)},
        evidence=[],
    )


def test_an_alert_asks_for_a_person_to_look(station: Site, converter: Converter) -> None:
    candidates = (Candidate(5, 0.8), Candidate(6, 0.15), Candidate(7, 0.02))
    message = told(station, converter, alert(AlertState.OPEN, candidates))
    assert check(message) == ()
    assert message.alert.alert_type == AlertMessage.ALERT_TYPE_WARNING
    assert message.alert.status == AlertMessage.ALERT_STATUS_ACTIVE
    assert message.alert.confidence == pytest.approx(0.7)
    assert "long gun on one of 3 people" in message.alert.description
    # Track 7 has left before it was ever reported and has no object id to name.
    assert [one.object_id for one in message.alert.associated_detection] == [
        ulid_of(NOW_NS, "person", 5),
        ulid_of(NOW_NS, "person", 6),
    ]


def test_a_closed_alert_is_cleared_with_its_reason(station: Site, converter: Converter) -> None:
    one = alert(AlertState.CLOSED, (Candidate(5, 0.8),), Closing.WITHDRAWN)
    message = told(station, converter, one)
    assert message.alert.status == AlertMessage.ALERT_STATUS_CLEAR
    assert "made a threat improbable" in message.alert.description


def test_a_cue_leads_the_person(station: Site, converter: Converter) -> None:
    cue = Cue("trace-1", 5, NOW_NS, 18.0, 3.0, 1.5, -0.5)
    sensor = station.trace_sensors[0]
    message = look_task(
        cue,
        NOW_NS + 200_000_000,
        0.3,
        site_node_id(station),
        sensor_node_id(station, sensor),
        converter,
    )
    assert check(message) == ()
    aim = aim_of(message, converter)
    assert aim is not None
    assert (aim.x_m, aim.y_m) == pytest.approx((18.0 + 0.5 * 1.5, 3.0 - 0.5 * 0.5), abs=1e-6)


def test_a_task_of_another_kind_is_no_aim(converter: Converter) -> None:
    message = envelope(NOW_NS, "x")
    message.task.command.request = "Status"
    assert aim_of(message, converter) is None


def test_a_person_carries_what_was_declared_and_nothing_else(
    station: Site, converter: Converter
) -> None:
    message = person(station, converter, Belief(PRIOR, PRIOR, {Modality.CURTAIN: 1.0}))
    sent = {entry.type for entry in message.detection_report.object_info}
    (mode,) = fusion_registration(station, converter).mode_definition
    (definition,) = mode.detection_definition
    assert {entry.type for entry in definition.detection_report} == sent


def test_every_node_introduces_itself_validly(station: Site, converter: Converter) -> None:
    for sensor in station.sensors:
        message = envelope(NOW_NS, sensor_node_id(station, sensor))
        message.registration.CopyFrom(sensor_registration(sensor, converter))
        assert check(message) == (), sensor.id
    message = envelope(NOW_NS, site_node_id(station))
    message.registration.CopyFrom(fusion_registration(station, converter))
    assert check(message) == ()
    dock = message.registration.mode_definition[0].detection_definition[0]
    (extension,) = dock.detection_class_definition[0].taxonomy_dock_definition
    assert len(extension.Extension_subclass) == 4


@pytest.mark.parametrize("goodbye", [False, True])
def test_status_reports_are_valid(station: Site, goodbye: bool) -> None:
    message = status_message(
        site_node_id(station), NOW_NS, new=True, faults=("the disk is full",), goodbye=goodbye
    )
    assert check(message) == ()
    expected = StatusReport.SYSTEM_GOODBYE if goodbye else StatusReport.SYSTEM_WARNING
    assert message.status_report.system == expected


def test_node_ids_are_told_apart(station: Site) -> None:
    ids = {sensor_node_id(station, sensor) for sensor in station.sensors}
    assert len(ids | {site_node_id(station)}) == len(station.sensors) + 1


def test_classes_of_the_belief_are_those_of_the_profile() -> None:
    assert {threat.value for threat in ThreatClass} == {"handgun", "long_gun", "explosive"}
