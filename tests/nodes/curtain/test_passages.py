"""A walk through the curtain becomes places and one reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.nodes.curtain.passages import Passages, Told
from clearway.profile import detection_message, sensor_node_id, site_frame
from clearway.profile.detections import DetectionReader
from clearway.sapient.location import Converter
from clearway.sapient.validate import check_sent
from clearway.site.schema import Site
from tests.nodes.curtain.making import STEP_S, Scene, Walker, curtain_of

HANDGUN = HYPOTHESES.index("handgun")


def walked(scene: Scene) -> tuple[list[Told], list[Told]]:
    """What was told while frames came, and what was told at the end."""
    pipeline = scene.pipeline()
    passages = Passages(scene.sensor, pipeline, STEP_S)
    told = [
        one for frame in scene.frames() for one in passages.add(pipeline.step(frame), frame.time_ns)
    ]
    return told, passages.close_all()


@pytest.mark.parametrize("armed", [False, True], ids=["clean", "armed"])
def test_the_last_look_before_leaving_carries_the_reading(station: Site, armed: bool) -> None:
    scene = Scene(curtain_of(station), (Walker(armed=armed),), n_steps=16)
    told, rest = walked(scene)
    assert rest == []
    detections = [one.detection for one in told]
    assert [one.sequence for one in detections] == list(range(1, len(told) + 1))
    assert [one.time_ns for one in detections] == sorted(one.time_ns for one in detections)
    assert len({one.source for one in detections}) == 1
    *places, last = told
    assert len(places) > 8
    for one in places:
        assert one.passage is None
        assert one.detection.evidence is not None
        assert one.detection.evidence.position_only
    evidence = last.detection.evidence
    assert evidence is not None
    assert last.passage is not None
    assert evidence.examined > 0.2
    assert last.passage.n_examined > 8
    if armed:
        assert evidence.declared == (ThreatClass.HANDGUN,)
        assert evidence.body_place is not None
        assert evidence.log_likelihood_ratio[HANDGUN] > 1.0
        assert last.image is not None
        # Front, from the side where the panel is: wide and high as the box is.
        assert last.image.from_panel.shape == (14, 24)
    else:
        assert evidence.declared == ()
        assert evidence.log_likelihood_ratio[HANDGUN] < -1.0
        assert last.image is None


def test_who_stops_being_seen_is_read_after_a_time(station: Site) -> None:
    walker = Walker(present=(0.0, 0.65))
    scene = Scene(curtain_of(station), (walker,), n_steps=16)
    told, rest = walked(scene)
    assert rest == []
    readings = [one for one in told if one.passage is not None]
    assert len(readings) == 1
    assert readings[0].detection.time_ns <= scene.start_ns + 1_100_000_000


def test_at_the_end_of_the_frames_nobody_is_left_without_a_reading(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=6)
    told, (last,) = walked(scene)
    assert all(one.passage is None for one in told)
    assert last.passage is not None
    assert last.detection.source == told[0].detection.source


def test_where_frames_are_dropped_the_last_look_is_still_known(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=16)
    pipeline = scene.pipeline()
    passages = Passages(scene.sensor, pipeline, STEP_S)
    told = [
        one
        for frame in list(scene.frames())[:15:2]
        for one in passages.add(pipeline.step(frame), frame.time_ns)
    ]
    # At 1.2 s the person is 7 cm before the end, and two steps are 28 cm.
    assert told[-1].passage is not None
    assert told[-1].detection.time_ns <= scene.start_ns + 1_250_000_000
    assert len(passages) == 0


def test_one_person_is_read_once(station: Site) -> None:
    scene = Scene(curtain_of(station))
    pipeline = scene.pipeline()
    passages = Passages(scene.sensor, pipeline, STEP_S)
    (look,) = next(looks for looks in (pipeline.step(frame) for frame in scene.frames()) if looks)
    passages.add([look], look.time_ns)
    passages.close_all()
    again = replace(look, time_ns=look.time_ns + 1_000_000_000)
    assert passages.add([again], again.time_ns) == []
    assert len(passages) == 0
    # As long as the person is in sight, and no longer.
    later = replace(look, time_ns=again.time_ns + 10_000_000_000)
    assert passages.add([later], later.time_ns) == []
    assert len(passages) == 1


def test_the_messages_are_read_by_the_service_as_they_were_meant(station: Site) -> None:
    scene = Scene(curtain_of(station), (Walker(armed=True),), n_steps=16)
    told, _ = walked(scene)
    converter = Converter(site_frame(station))
    reader = DetectionReader(scene.sensor, converter)
    objects = set()
    for one in told:
        message = detection_message(one.detection, sensor_node_id(station, scene.sensor), converter)
        check_sent(message)
        objects.add(message.detection_report.object_id)
        read = reader.read(message, one.detection.received_ns)
        assert read.evidence is not None
        assert one.detection.evidence is not None
        assert read.evidence.position_only == one.detection.evidence.position_only
        assert read.evidence.declared == one.detection.evidence.declared
        assert read.evidence.body_place == one.detection.evidence.body_place
        assert read.x_m == pytest.approx(one.detection.x_m, abs=1e-3)
    assert len(objects) == 1
