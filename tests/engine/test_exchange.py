"""Where two people may have exchanged their tracks, what is known of them moves with them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clearway.domain import Alert, TrackStates, nanoseconds
from clearway.engine import AlertChanged, Engine
from clearway.engine.people import default_tracker
from clearway.site.schema import Site
from clearway.tracking import Scan, Tracker
from clearway.tracking.exchange import Exchange
from tests.support.builders import HANDGUN_ALARM, crowd_of, detection, straight
from tests.support.streams import deliver, seen_by_camera

WALK_M_S = (1.2, 0.0)
CROWD = crowd_of(
    (0, straight((5.0, 2.0), WALK_M_S, 61)),
    (0, straight((5.0, 4.5), WALK_M_S, 61)),
)
"""Two people abreast, too far apart for a sharp alarm to be of either."""
ALARM_S, READING_S = 2.0, 4.0


@dataclass
class Exchanging:
    """A tracker that says at some scans that tracks 1 and 2 have surely been exchanged."""

    tracker: Tracker
    at_ns: frozenset[int]

    def update(self, scan: Scan) -> list[Exchange]:
        found = self.tracker.update(scan)
        return [*found, Exchange(1, 2, 1.0)] if scan.time_ns in self.at_ns else found

    def advance(self, time_ns: int) -> None:
        self.tracker.advance(time_ns)

    def states(self) -> TrackStates:
        return self.tracker.states()


def last_alert(site: Site, exchanged_s: tuple[float, ...]) -> Alert:
    """After a sharp alarm of the first and a vague one between the two."""
    tracker = Exchanging(default_tracker(site), frozenset(map(nanoseconds, exchanged_s)))
    engine = Engine(site, tracker)
    x_m, y_m = CROWD.at(ALARM_S).position_m[0].tolist()
    between = CROWD.at(READING_S).position_m.mean(axis=0).tolist()
    told = [
        detection(ALARM_S, (x_m, y_m), sensor_id="curtain-west", evidence=HANDGUN_ALARM),
        detection(
            READING_S, tuple(between), sensor_id="curtain-east", sigma_m=1.0, evidence=HANDGUN_ALARM
        ),
    ]
    events = [*deliver(engine, [*seen_by_camera(CROWD), *told]), *engine.flush()]
    alerts = [event.alert for event in events if isinstance(event, AlertChanged)]
    return alerts[-1]


def test_the_suspect_moves_with_the_track(station: Site) -> None:
    at_first, moved = last_alert(station, ()), last_alert(station, (3.0,))
    assert {at_first.leading_track_id, moved.leading_track_id} == {1, 2}


def test_an_exchange_and_its_reverse_leave_everything_as_it_was(station: Site) -> None:
    before, after = last_alert(station, ()), last_alert(station, (3.0, 3.1))
    assert after.probability == pytest.approx(before.probability, rel=1e-6)
    assert after.leading_track_id == before.leading_track_id
