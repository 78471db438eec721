"""One camera goes wrong; whom the other sees is followed as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from clearway.domain import Detection, TrackStates, nanoseconds
from clearway.engine import DetectionRefused, Engine, Event, Refusal, TracksReported
from clearway.site.schema import Site
from tests.support.builders import RATE_HZ, crowd_of, detection, straight
from tests.support.streams import delayed, deliver

SOUND, FAULTY = "camera-1", "camera-2"
SEES_M = {SOUND: (0.0, 15.0), FAULTY: (11.0, 25.0)}
"""West and east end of the coverages; in between both see."""
OWN_M = 10.0
"""Up to here only the sound camera sees, whatever the noise."""
PEOPLE = crowd_of(
    (0, straight((1.2, 1.5), (0.7, 0.0), 121)),
    (0, straight((9.5, 4.5), (-0.6, 0.0), 121)),
    (0, straight((15.5, 2.5), (0.7, 0.0), 121)),
    (0, straight((8.0, 3.5), (0.9, 0.0), 121)),
    (40, straight((1.2, 3.2), (1.0, 0.0), 81)),
)
"""Two under the sound camera only, one under the faulty one only, one through the overlap, and
one who enters under the sound camera during the fault."""
DURATION_S = 12.0
FAULT_S = (3.0, 8.0)
CLUTTER = 0.1
"""False detections per scan."""


def seen_by(sensor_id: str, seed: int) -> list[Detection]:
    """Detections with noise, misses and clutter."""
    rng = np.random.default_rng(seed)
    west_m, east_m = SEES_M[sensor_id]
    found: list[Detection] = []
    for frame in range(round(DURATION_S * RATE_HZ) + 1):
        time_s = frame / RATE_HZ
        people = PEOPLE.at(time_s).position_m
        inside = (people[:, 0] > west_m) & (people[:, 0] < east_m)
        seen = people[inside & (rng.random(len(people)) < 0.95)]
        false = rng.uniform((west_m, 0.0), (east_m, 6.0), (rng.poisson(CLUTTER), 2))
        measured = np.concatenate([seen + rng.normal(0.0, 0.1, seen.shape), false])
        found += [
            detection(
                time_s, (x_m, y_m), sensor_id=sensor_id, sequence=len(found) + number, delay_s=0.05
            )
            for number, (x_m, y_m) in enumerate(measured.tolist(), start=1)
        ]
    return found


OF_SOUND, OF_FAULTY = seen_by(SOUND, 1), seen_by(FAULTY, 2)


def during_fault(one: Detection) -> bool:
    return nanoseconds(FAULT_S[0]) <= one.time_ns < nanoseconds(FAULT_S[1])


def changed(change: Callable[[Detection], Iterable[Detection]]) -> list[Detection]:
    """What the faulty camera sends, its detections during the fault replaced."""
    return [sent for one in OF_FAULTY for sent in (change(one) if during_fault(one) else [one])]


def late(one: Detection) -> list[Detection]:
    return [replace(one, received_ns=one.time_ns + nanoseconds(0.9))]


def repeated(one: Detection) -> list[Detection]:
    return [one, one, replace(one, received_ns=one.received_ns + nanoseconds(0.05))]


def doubled(one: Detection) -> list[Detection]:
    return [one, replace(one, sequence=50_000 + one.sequence)]


def dead(one: Detection) -> list[Detection]:
    return []


def not_finite(one: Detection) -> list[Detection]:
    return [replace(one, x_m=float("nan"))]


def clock_jumped(by_s: float) -> Callable[[Detection], list[Detection]]:
    def jumped(one: Detection) -> list[Detection]:
        return [replace(one, time_ns=one.time_ns + nanoseconds(by_s))]

    return jumped


def out_of_order() -> list[Detection]:
    """Every message takes between nothing and 0.19 s, within the reorder window."""
    rng = np.random.default_rng(3)
    return delayed(OF_FAULTY, rng.uniform(0.0, 0.19, len(OF_FAULTY)).tolist())


def flood() -> list[Detection]:
    """100 times the clutter, for five seconds."""
    rng = np.random.default_rng(4)
    false: list[Detection] = []
    frames = range(round(FAULT_S[0] * RATE_HZ), round(FAULT_S[1] * RATE_HZ))
    for frame in frames:
        for x_m, y_m in rng.uniform((11.0, 0.0), (25.0, 6.0), (rng.poisson(100 * CLUTTER), 2)):
            number = 100_000 + len(false)
            false.append(
                detection(
                    frame / RATE_HZ,
                    (float(x_m), float(y_m)),
                    sensor_id=FAULTY,
                    sequence=number,
                    delay_s=0.05,
                )
            )
    return [*OF_FAULTY, *false]


FAULTS: dict[str, tuple[list[Detection], Refusal | None]] = {
    "late": (changed(late), Refusal.LATE),
    "repeated": (changed(repeated), Refusal.REPEATED),
    "out of order": (out_of_order(), None),
    "future": (changed(clock_jumped(1.5)), Refusal.FUTURE),
    "not finite": (changed(not_finite), Refusal.NOT_FINITE),
    "doubled": (changed(doubled), None),
    "dead": (changed(dead), None),
    "flood": (flood(), None),
    "clock 0.5 s ahead": (changed(clock_jumped(0.5)), None),
    "clock 5 s ahead": (changed(clock_jumped(5.0)), Refusal.FUTURE),
    "clock 5 s behind": (changed(clock_jumped(-5.0)), Refusal.LATE),
}


@pytest.fixture(scope="module")
def two_cameras(station: Site) -> Site:
    """The station with its two western cameras."""
    kept = [sensor for sensor in station.sensors if sensor.kind != "camera" or sensor.id in SEES_M]
    return station.model_copy(update={"sensors": kept})


def events_of(site: Site, of_faulty: list[Detection]) -> list[Event]:
    engine = Engine(site)
    events = list(deliver(engine, [*OF_SOUND, *of_faulty]))
    return [*events, *engine.observe((), clock_ns=nanoseconds(DURATION_S))]


def reports(events: list[Event]) -> list[TrackStates]:
    return [event.tracks for event in events if isinstance(event, TracksReported)]


def near(tracks: TrackStates, place_m: tuple[float, float]) -> int:
    """The one track within 0.6 m, 0 where there is none."""
    gap = tracks.states[:, :2] - place_m
    found = tracks.track_ids[np.hypot(gap[:, 0], gap[:, 1]) < 0.6]
    return int(found[0]) if len(found) == 1 else 0


def own_ids(events: list[Event]) -> list[tuple[int, list[int]]]:
    """At each report, the ids of all tracks where only the sound camera sees."""
    return [
        (tracks.time_ns, tracks.track_ids[tracks.states[:, 0] < OWN_M].tolist())
        for tracks in reports(events)
    ]


@pytest.fixture(scope="module")
def disturbed(two_cameras: Site) -> dict[str, list[Event]]:
    """What the engine says under each fault."""
    return {fault: events_of(two_cameras, sent) for fault, (sent, _) in FAULTS.items()}


@pytest.fixture(scope="module")
def undisturbed(two_cameras: Site) -> list[Event]:
    return events_of(two_cameras, OF_FAULTY)


def test_without_a_fault_everybody_is_followed(undisturbed: list[Event]) -> None:
    ids: dict[int, set[int]] = {}
    for tracks in reports(undisturbed)[5:-5]:
        people = PEOPLE.at(tracks.time_ns / 1e9)
        for person, place in zip(people.person.tolist(), people.position_m.tolist(), strict=True):
            ids.setdefault(person, set()).add(near(tracks, tuple(place)))
    assert sorted(ids) == [0, 1, 2, 3, 4]
    assert [len(own - {0}) for own in ids.values()] == [1] * 5
    assert not any(isinstance(event, DetectionRefused) for event in undisturbed)


@pytest.mark.parametrize("fault", FAULTS)
def test_whom_the_other_camera_sees_keep_their_ids(
    disturbed: dict[str, list[Event]], undisturbed: list[Event], fault: str
) -> None:
    found = own_ids(disturbed[fault])
    assert found == own_ids(undisturbed)
    assert max(len(ids) for _, ids in found) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_refused_is_said_with_the_reason(
    disturbed: dict[str, list[Event]], fault: str
) -> None:
    sent, reason = FAULTS[fault]
    refused = [event for event in disturbed[fault] if isinstance(event, DetectionRefused)]
    faulty = [one for one in sent if during_fault(one) or one not in OF_FAULTY]
    if reason is None:
        assert refused == []
    else:
        share = 2 if reason is Refusal.REPEATED else 1
        times = sum(during_fault(one) for one in OF_FAULTY)
        assert len(refused) == share * times > 50
        assert {event.reason for event in refused} == {reason}
        assert {event.detection.sensor_id for event in refused} == {FAULTY}
        assert all(event.detection in faulty for event in refused)


@pytest.mark.parametrize("fault", FAULTS)
def test_after_the_fault_everybody_is_followed_again(
    disturbed: dict[str, list[Event]], fault: str
) -> None:
    tracks = next(
        tracks
        for tracks in reports(disturbed[fault])
        if tracks.time_ns >= nanoseconds(FAULT_S[1] + 1.0)
    )
    people = PEOPLE.at(tracks.time_ns / 1e9)
    found = [near(tracks, tuple(place)) for place in people.position_m.tolist()]
    assert 0 not in found
    assert len(set(found)) == len(found) == 5


def test_a_flood_makes_few_people(disturbed: dict[str, list[Event]]) -> None:
    """Ten false detections per scan for five seconds."""
    during = [
        len(tracks)
        for tracks in reports(disturbed["flood"])
        if nanoseconds(FAULT_S[0]) <= tracks.time_ns
    ]
    assert max(during) <= 5 + 3
    assert during[-1] <= 5
