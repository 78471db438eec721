"""What people are shown of an alert, against what the engine says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clearway.alarms import CandidateShare, Place, Severity
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.picture import picture_of
from clearway.control_room.reports import report_of
from clearway.domain import AlertState, BodyPlace, Closing, Mark, Modality, ThreatClass
from tests.control_room.alerts import LONG_GUN, PRIOR, TNT, alert_told, people_reported, reading
from tests.control_room.station import START_NS


def test_a_report_says_what_the_engine_says(numbers: PersonNumbers) -> None:
    told = alert_told("A", candidates=[(8, 0.7), (9, 0.2)], leading=(8, 3.0, 4.0))
    report = report_of(told, numbers)
    assert (report.alert_id, report.state, report.live) == ("A", AlertState.OPEN, True)
    assert report.probability == 0.93
    assert report.prior == pytest.approx(PRIOR[1:6].sum())
    assert report.classes == pytest.approx(
        {ThreatClass.HANDGUN: 0.03, ThreatClass.LONG_GUN: 0.9, ThreatClass.EXPLOSIVE: 0.0}
    )
    assert report.candidates == (CandidateShare(1, 0.7), CandidateShare(2, 0.2))
    assert report.last_seen == Place(3.0, 4.0, START_NS)
    assert report.examined == {Modality.CURTAIN: 0.9}
    assert report.description == "Long gun suspected."
    assert report.severity is Severity.CRITICAL


def test_each_sensor_has_one_line(numbers: PersonNumbers) -> None:
    told = alert_told(
        "A",
        readings=[
            reading("trace-1", 4, TNT, time_s=0.5),
            reading("curtain-west", 1, looks=3, time_s=0.1),
            reading("curtain-west", 2, looks=2, time_s=0.9),
        ],
    )
    curtain, trace = report_of(told, numbers).evidence
    assert (curtain.sensor, curtain.looks, curtain.substance) == ("curtain-west", 5, None)
    assert curtain.classes == (ThreatClass.LONG_GUN,)
    assert curtain.time_ns == START_NS + 900_000_000
    assert (trace.sensor, trace.modality, trace.substance) == ("trace-1", Modality.TRACE, "TNT")


def test_the_place_on_the_body_is_that_of_the_last_look_that_tells(
    numbers: PersonNumbers,
) -> None:
    looks = [BodyPlace.BACK, BodyPlace.RIGHT_TORSO, None]
    told = alert_told(
        "A",
        readings=[
            reading(sequence=n, evidence=replace(LONG_GUN, body_place=place), time_s=0.1 * n)
            for n, place in enumerate(looks)
        ],
    )
    (line,) = report_of(told, numbers).evidence
    assert line.body_place == "right_torso"


def test_a_sensors_probability_is_its_own_and_the_sites_prior(numbers: PersonNumbers) -> None:
    """Bayes' rule by hand, for one reading and for two."""
    ratio = np.exp(reading().detection.evidence.log_likelihood_ratio)  # type: ignore[union-attr]
    for count in (1, 2):
        told = alert_told("A", readings=[reading(sequence=n) for n in range(count)])
        weights = PRIOR * ratio**count
        expected = weights[1:6].sum() / weights.sum()
        (line,) = report_of(told, numbers).evidence
        assert line.probability == pytest.approx(expected)


def test_an_end_says_why_and_what_goes_on(numbers: PersonNumbers) -> None:
    told = alert_told("A", state=AlertState.CLOSED, because=Closing.MERGED, merged_into="B")
    report = report_of(told, numbers)
    assert (report.live, report.closed_because, report.merged_into) == (False, Closing.MERGED, "B")


def test_readings_that_are_forgotten_leave_no_line(numbers: PersonNumbers) -> None:
    assert report_of(alert_told("A", readings=[]), numbers).evidence == ()


def test_a_picture_has_a_row_for_everybody(numbers: PersonNumbers) -> None:
    picture = picture_of(
        people_reported([(8, 3.0, 4.0), (9, 5.0, 6.0)]), numbers, {2: Mark.LEADING}
    )
    assert picture.track_id.tolist() == [1, 2]
    assert picture.x_m.tolist() == [3.0, 5.0]
    assert picture.y_m.tolist() == [4.0, 6.0]
    assert picture.velocity_x_m_s.tolist() == [1.0, 1.0]
    assert picture.sigma_m == pytest.approx([0.1, 0.1])
    assert picture.threat == pytest.approx([0.93, 0.93])
    assert picture.examined_curtain.tolist() == [0.9, 0.9]
    assert picture.examined_trace.tolist() == [0.0, 0.0]
    assert picture.mark.tolist() == [Mark.NONE, Mark.LEADING]


def test_a_picture_of_nobody_is_a_picture(numbers: PersonNumbers) -> None:
    assert len(picture_of(people_reported([]), numbers, {})) == 0
