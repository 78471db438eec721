"""A service on a full disk goes on, and one that is killed loses no alert."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.recording import LogReader
from clearway.sapient.bindings import Alert, AlertAck, SapientMessage
from clearway.service.alert_store import AlertStore
from clearway.service.recovery import ALERTS_FILE, CHECKPOINT_FILE
from tests.service.sensors import Node, Place, alarm_of
from tests.service.station import PATIENCE_S, WITNESS, Higher, at_work, start_service

WALK_M = (26.0, 3.0)
"""In view of the witness and in reach of the eastern curtain."""
FULL_BYTES = 60_000
ANSWERS = [
    (AlertAck.ALERT_ACK_STATUS_ACCEPTED, Alert.ALERT_STATUS_ACKNOWLEDGE),
    (AlertAck.ALERT_ACK_STATUS_CANCELLED, Alert.ALERT_STATUS_ACTIVE),
]


def in_the_end(higher: Higher) -> Callable[[], bool]:
    return lambda: higher.alerts()[-1].alert.status == Alert.ALERT_STATUS_CLEAR


async def answer(higher: Higher, said: AlertAck.AlertAckStatus, becomes: Alert.AlertStatus) -> None:
    """Answer the last alert, and hear it told anew."""
    last = higher.alerts()[-1]
    assert last.alert.status != becomes
    higher.answer(last, said)
    await higher.until(lambda: higher.alerts()[-1].alert.status == becomes)


def is_followed(place: Place, heard: list[SapientMessage], seen_by: Node) -> bool:
    """Whether there are five reports of the person whom a camera sees."""
    reports = [one.detection_report for one in heard if one.HasField("detection_report")]
    middle_m = seen_by.place_at(0)[0]
    places_m = [place.converter.to_site(one.location).x_m for one in reports if not one.state]
    return sum(abs(x_m - middle_m) < 2.0 for x_m in places_m) >= 5


def time_of(message: SapientMessage) -> int:
    return message.timestamp.ToNanoseconds()


def test_an_alert_on_a_full_disk(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")

    async def scene() -> tuple[list[str], list[SapientMessage]]:
        async with at_work(place, file_limit=FULL_BYTES) as running:
            higher, lines, port = running.higher, running.service.lines, running.service.port
            before = await running.person()
            async with Node(place, "camera-1", port, (6.0, 3.0)) as many:
                while not any("the log fails" in line for line in lines):
                    for _ in range(20):
                        many.client.send(many.see())
                    await asyncio.sleep(0.05)
            async with (
                Node(place, "camera-3", port, WALK_M) as camera,
                Node(place, "curtain-east", port, WALK_M) as curtain,
            ):
                camera.begin()
                seen = len(higher.heard)
                await higher.until(lambda: is_followed(place, higher.heard[seen:], camera))
                curtain.client.send(alarm_of(place, camera))
                await higher.until(lambda: bool(higher.alerts()))
                answers = cycle(ANSWERS)
                # Until there is no room for another change of it, and once more.
                while not any("could not be kept" in line for line in lines):
                    await answer(higher, *next(answers))
                await answer(higher, *next(answers))
            await higher.until(in_the_end(higher))
            await running.followed(before)
            return lines, higher.alerts()

    lines, alerts = asyncio.run(scene())
    assert any("the service goes on" in line and "File too large" in line for line in lines)
    assert any("disk: " in line and CHECKPOINT_FILE in line for line in lines)
    assert len({one.alert.alert_id for one in alerts}) == 1
    told = [one.alert.status for one in alerts]
    assert told.index(Alert.ALERT_STATUS_CLEAR) == len(told) - 1
    assert sum(1 for _ in LogReader(place.log)) > 10
    store = AlertStore(place.log / ALERTS_FILE)
    # The disk did take less than was told.
    assert len(list(store.changes())) < len(told)
    store.close()


def test_an_alert_outlives_a_service_killed_as_it_was_told(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")
    patience_ns = 3 * nanoseconds(place.site.decision.deadline_s)

    async def scene() -> tuple[list[SapientMessage], list[SapientMessage], list[str]]:
        higher = Higher(place)
        async with higher.server:
            first = await start_service(place, higher)
            async with (
                Node(place, WITNESS, first.port, WALK_M) as camera,
                Node(place, "curtain-east", first.port, WALK_M) as curtain,
            ):
                camera.begin()
                await higher.people(5)
                async with asyncio.timeout(PATIENCE_S):
                    while not (place.log / CHECKPOINT_FILE).exists():
                        await asyncio.sleep(0.1)
                curtain.client.send(alarm_of(place, camera))
                try:
                    await higher.until(lambda: bool(higher.alerts()))
                finally:
                    await first.kill()
            told = len(higher.heard)
            second = await start_service(place, higher)
            try:
                await second.says("resumed the last run")
                async with Node(place, WITNESS, second.port, WALK_M) as camera:
                    camera.begin()
                    (begin,) = await higher.people(1)
                    end_ns = time_of(begin) + patience_ns
                    await higher.until(lambda: time_of(higher.heard[-1]) > end_ns)
                await higher.until(in_the_end(higher))
            finally:
                code = await second.stop()
            assert code == 0
            return higher.heard[:told], higher.heard[told:], second.lines

    before, after, lines = asyncio.run(scene())
    assert not [line for line in lines if "Traceback" in line]
    alert = next(one.alert for one in before if one.HasField("alert"))
    again, *_, end = [one.alert for one in after if one.HasField("alert")]
    assert {again.alert_id, end.alert_id} == {alert.alert_id}
    assert again.status == Alert.ALERT_STATUS_ACTIVE
    assert [one.alert.status for one in after].count(Alert.ALERT_STATUS_CLEAR) == 1
    # Whoever it is about had gone by then, or nobody had seen them since.
    about = {one.object_id for one in alert.associated_detection}
    states = {
        one.detection_report.object_id: one.detection_report.state
        for one in after[: [one.alert for one in after].index(end)]
        if one.HasField("detection_report")
    }
    assert states
    assert {states[one] for one in about & states.keys()} <= {"lost"}
    store = AlertStore(place.log / ALERTS_FILE)
    assert {one.alert_id for one in store.changes()} == {alert.alert_id}
    assert store.open_alerts() == []
    store.close()


def test_an_alert_survives_a_service_killed_before_its_first_checkpoint(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")

    async def scene() -> set[str]:
        higher = Higher(place)
        async with higher.server:
            first = await start_service(place, higher)
            async with Node(place, WITNESS, first.port, WALK_M) as camera:
                reading = alarm_of(place, camera)
                async with Node(place, "curtain-east", first.port, WALK_M) as curtain:
                    curtain.client.send(reading)
                    await higher.until(lambda: bool(higher.alerts()))
                    await first.kill()
            (place.log / CHECKPOINT_FILE).unlink(missing_ok=True)
            second = await start_service(place, higher)
            try:
                await second.says("of the last run is still open")
                await higher.until(in_the_end(higher))
            finally:
                await second.stop()
            return {one.alert.alert_id for one in higher.alerts()}

    (alert_id,) = asyncio.run(scene())
    store = AlertStore(place.log / ALERTS_FILE)
    assert {one.alert_id for one in store.changes()} == {alert_id}
    assert store.open_alerts() == []
    store.close()
