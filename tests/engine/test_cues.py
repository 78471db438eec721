"""A look that was not taken is asked for again, of the person whom it was about."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from clearway.domain import Detection, Modality, nanoseconds
from clearway.engine import CueRequested, Engine, Event
from clearway.fusion import Cue
from clearway.site.schema import Site
from tests.support.builders import crowd_of, detection, evidence, straight
from tests.support.streams import seen_by_camera

PEOPLE = crowd_of(
    (0, straight((17.5, 2.0), (0.3, 0.0), 121)), (0, straight((17.5, 4.0), (0.3, 0.0), 121))
)
"""Two people in reach of the trace sensor for twelve seconds."""
DURATION_S = 12.0
SUSPICIOUS = evidence(dict.fromkeys(("explosive", "handgun_explosive"), 4.0))
ALARMS = [
    replace(
        detection(2.0, (18.1, y_m), sensor_id="curtain-west", sequence=number),
        evidence=SUSPICIOUS,
    )
    for number, y_m in enumerate((2.0, 4.0))
]
STREAM = sorted(
    [*seen_by_camera(PEOPLE, "camera-2"), *ALARMS], key=lambda one: (one.time_ns, one.sensor_id)
)

Answer = Callable[[Engine, Cue, int], list[Event]]
"""What follows when a cue has been requested at an instant by the engine's clock."""


def shot(
    cue: Cue, clock_ns: int, *, hit: bool, named: bool = True, late_s: float = 0.0
) -> Detection:
    """The reading of one shot, which finds nothing."""
    looked_ns = clock_ns + nanoseconds(0.3)
    return replace(
        detection(0.0, (cue.x_m, cue.y_m), sensor_id="trace-1", sequence=clock_ns),
        time_ns=looked_ns,
        received_ns=looked_ns + nanoseconds(0.25 + late_s),
        evidence=evidence(modality=Modality.TRACE, examined=float(hit)),
        cue=cue.cue_id if named else None,
    )


def cues(site: Site, answer: Callable[[Engine, Cue, int], Detection | None]) -> list[Cue]:
    """All cues of the run, each answered by a reading, by a word, or not at all."""
    engine, found = Engine(site), []
    waiting = list(STREAM)
    while waiting:
        one = waiting.pop(0)
        for event in engine.observe([one]):
            if isinstance(event, CueRequested):
                found.append(event.cue)
                reading = answer(engine, event.cue, event.clock_ns)
                if reading is not None:
                    waiting = sorted([*waiting, reading], key=lambda each: each.received_ns)
    return found


def test_every_cue_has_an_id_of_its_own(station: Site) -> None:
    found = cues(station, lambda _engine, cue, now_ns: shot(cue, now_ns, hit=True))
    assert [cue.cue_id for cue in found] == ["trace-1#1", "trace-1#2"]
    assert len({cue.track_id for cue in found}) == 2


def test_without_a_word_each_is_asked_for_a_few_times(station: Site) -> None:
    found = cues(station, lambda *_: None)
    of_whom = [cue.track_id for cue in found]
    assert len({*of_whom}) == 2
    assert 2 < len(found) <= 10
    for track_id in {*of_whom}:
        times_ns = [cue.time_ns for cue in found if cue.track_id == track_id]
        gaps_ns = [later - earlier for earlier, later in pairwise(times_ns)]
        # Not before its answer could have come.
        assert all(gap_ns > nanoseconds(0.2 + 0.3 + 0.25) for gap_ns in gaps_ns)


@pytest.mark.parametrize("taken", [True, False])
def test_what_became_of_a_cue_may_be_told(station: Site, *, taken: bool) -> None:
    def told(engine: Engine, cue: Cue, clock_ns: int) -> None:
        assert cue.cue_id is not None
        assert engine.cue_ended(cue.cue_id, taken, clock_ns) == []
        assert engine.cue_ended("trace-9#1", not taken, clock_ns) == []

    found = cues(station, told)
    silent = cues(station, lambda *_: None)
    if taken:
        assert len(found) == len({cue.track_id for cue in found}) == 2
    else:
        # No time is lost, and each is asked for as often.
        assert len(found) == 10
        assert found[4].time_ns < silent[4].time_ns


@pytest.mark.parametrize("named", [True, False])
def test_a_miss_is_of_the_person_whom_its_cue_was_about(station: Site, *, named: bool) -> None:
    missed: list[int] = []

    def first_misses(_engine: Engine, cue: Cue, clock_ns: int) -> Detection:
        # Its reading comes when the other person has been cued already.
        reading = shot(cue, clock_ns, hit=bool(missed), named=named, late_s=0.0 if missed else 0.7)
        missed.append(cue.track_id)
        return reading

    found = [cue.track_id for cue in cues(station, first_misses)]
    assert len(found) == 3
    assert found[0] != found[1]
    assert found[2] == found[0]


def test_a_reading_outweighs_what_else_is_told(station: Site) -> None:
    def missed(engine: Engine, cue: Cue, clock_ns: int) -> Detection | None:
        assert cue.cue_id is not None
        if cue.cue_id.endswith("#1"):
            engine.cue_ended(cue.cue_id, taken=True, clock_ns=clock_ns)
            return shot(cue, clock_ns, hit=False)
        engine.cue_ended(cue.cue_id, taken=False, clock_ns=clock_ns)
        return shot(cue, clock_ns, hit=True)

    found = [cue.track_id for cue in cues(station, missed)]
    assert len(found) == 3
    assert found.count(found[0]) == 2


def test_telling_of_a_cue_lets_time_pass_like_anything_else(station: Site) -> None:
    engine = Engine(station)
    events = [event for one in STREAM[:100] for event in engine.observe([one])]
    assert events
    other = pickle.loads(pickle.dumps(engine))  # noqa: S301
    later_ns = STREAM[100].received_ns + nanoseconds(1.0)
    told = engine.cue_ended("trace-1#1", taken=False, clock_ns=later_ns)
    assert [repr(event) for event in told] == [
        repr(event) for event in other.observe((), clock_ns=later_ns)
    ]
    assert len(told) > 3
