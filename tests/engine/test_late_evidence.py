"""An alarm meets the people as they stood when it was measured."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.domain import Alert, AlertState, nanoseconds
from clearway.engine import AlertChanged, Engine, Event, EvidenceJudged, TracksReported
from clearway.site.schema import Site
from tests.support.builders import (
    HANDGUN_ALARM,
    NOT_EXAMINED,
    crowd_of,
    detection,
    straight,
)
from tests.support.streams import deliver, seen_by_camera

FILE = crowd_of(*((0, straight((8.0 - 0.7 * place, 3.0), (1.4, 0.0), 61)) for place in range(6)))
"""Six people one behind the other, 0.7 m apart."""
MEASURED_S = 4.0


def alerts(events: list[Event]) -> list[Alert]:
    return [event.alert for event in events if isinstance(event, AlertChanged)]


def tracks_near(events: list[Event], time_s: float, person: int) -> int:
    """The track of one person at a report."""
    report = next(
        event.tracks
        for event in events
        if isinstance(event, TracksReported) and event.tracks.time_ns == nanoseconds(time_s)
    )
    gap = report.states[:, :2] - FILE.at(time_s).position_m[person]
    return int(report.track_ids[np.hypot(gap[:, 0], gap[:, 1]).argmin()])


@pytest.mark.parametrize("person", range(6))
@pytest.mark.parametrize("delay_s", [0.0, 0.5, 1.0, 1.5])
def test_an_alarm_that_comes_late_names_the_right_person(
    station: Site, person: int, delay_s: float
) -> None:
    x_m, y_m = FILE.at(MEASURED_S).position_m[person].tolist()
    alarm = detection(
        MEASURED_S,
        (x_m, y_m),
        sensor_id="curtain-west",
        delay_s=delay_s,
        evidence=HANDGUN_ALARM,
    )
    engine = Engine(station)
    events = [*deliver(engine, [*seen_by_camera(FILE), alarm]), *engine.flush()]
    (alert,) = alerts(events)
    assert alert.leading_track_id == tracks_near(events, MEASURED_S, person)
    assert alert.candidates[0].probability > 0.9
    assert alert.belief.threat > station.decision.alert_threshold


def test_by_the_time_it_comes_somebody_else_stands_there() -> None:
    """Otherwise the test above would show nothing."""
    place = FILE.at(MEASURED_S).position_m[1]
    later = FILE.at(MEASURED_S + 1.0).position_m - place
    assert np.hypot(later[:, 0], later[:, 1]).argmin() == 3


def test_a_late_alarm_does_not_turn_back_the_tracks(station: Site) -> None:
    engine, other = Engine(station), Engine(station)
    late = detection(2.0, (5.0, 3.0), sensor_id="curtain-west", delay_s=3.0, evidence=NOT_EXAMINED)
    times = [
        [event.tracks.time_ns for event in events if isinstance(event, TracksReported)]
        for events in (
            list(deliver(engine, [*seen_by_camera(FILE), late])),
            list(deliver(other, seen_by_camera(FILE))),
        )
    ]
    assert times[0] == times[1] == sorted(times[0])


def test_a_judgement_carries_the_time_at_which_it_was_made(station: Site) -> None:
    late = detection(2.0, (5.0, 3.0), sensor_id="curtain-west", delay_s=3.0, evidence=HANDGUN_ALARM)
    events = list(deliver(Engine(station), [*seen_by_camera(FILE), late]))
    (judged,) = (event for event in events if isinstance(event, EvidenceJudged))
    assert judged.clock_ns == nanoseconds(5.0)
    assert judged.detection is late


def test_an_alarm_before_anybody_was_seen_is_nobodys(station: Site) -> None:
    alarm = detection(1.0, (5.0, 3.0), sensor_id="curtain-west", evidence=HANDGUN_ALARM)
    engine = Engine(station)
    events = [*engine.observe([alarm]), *engine.flush()]
    (alert, *_) = alerts(events)
    assert alert.state is AlertState.OPEN
    assert alert.candidates == ()


def test_an_alert_closes_after_its_person_has_left(station: Site) -> None:
    person = crowd_of((0, straight((8.0, 3.0), (1.4, 0.0), 31)))
    alarm = detection(
        2.0, (10.8, 3.0), sensor_id="curtain-west", sequence=1, evidence=HANDGUN_ALARM
    )
    engine = Engine(station)
    events = list(deliver(engine, [*seen_by_camera(person), alarm]))
    events += engine.observe((), clock_ns=nanoseconds(20.0))
    opened, closed = alerts(events)
    assert (opened.state, closed.state) == (AlertState.OPEN, AlertState.CLOSED)
    reports = [event for event in events if isinstance(event, TracksReported)]
    followed_ns = max(report.tracks.time_ns for report in reports if len(report.tracks))
    remembered_ns = followed_ns + nanoseconds(station.engine.history_s)
    closing = events.index(AlertChanged(closed))
    last_ns = max(r.tracks.time_ns for r in events[:closing] if isinstance(r, TracksReported))
    interval_ns = nanoseconds(1.0 / station.engine.report_rate_hz)
    assert remembered_ns < last_ns <= remembered_ns + interval_ns
    assert engine._beliefs.known == set()
