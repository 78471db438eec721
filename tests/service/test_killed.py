"""A service on a full disk goes on, and one that is killed loses no alert."""

from __future__ import annotations

import asyncio
from pathlib import Path

from clearway.recording import LogReader
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.alert_store import AlertStore
from clearway.service.recovery import ALERTS_FILE, CHECKPOINT_FILE
from clearway.service.replay import replay_log
from tests.service.sensors import Node, Place, alarm_of
from tests.service.station import WITNESS, Higher, at_work, start_service


def test_a_full_disk(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")

    async def scene() -> list[str]:
        async with at_work(place, file_limit=60_000) as running:
            before = await running.person()
            async with Node(place, "camera-1", running.service.port, (6.0, 3.0)) as many:
                while not any("the log fails" in line for line in running.service.lines):
                    for _ in range(20):
                        many.client.send(many.see())
                    await asyncio.sleep(0.05)
            await running.followed(before)
            return running.service.lines

    lines = asyncio.run(scene())
    assert any("the service goes on" in line and "File too large" in line for line in lines)
    assert any("disk: " in line and CHECKPOINT_FILE in line for line in lines)
    assert all(path.stat().st_size <= 60_000 for path in place.log.iterdir())
    assert sum(1 for _ in LogReader(place.log)) > 10


def test_an_alert_survives_a_killed_service(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")

    def active(higher: Higher) -> list[SapientMessage]:
        return [one for one in higher.alerts() if one.alert.status == Alert.ALERT_STATUS_ACTIVE]

    async def scene() -> tuple[str, str, list[str]]:
        higher = Higher(place)
        async with higher.server:
            first = await start_service(place, higher)
            try:
                async with (
                    Node(place, WITNESS, first.port, (33.0, 3.0)) as camera,
                    Node(place, "curtain-east", first.port, (33.0, 3.0)) as curtain,
                ):
                    camera.begin()
                    person = (await higher.people(5))[-1].detection_report.object_id
                    async with asyncio.timeout(60.0):
                        while not (place.log / CHECKPOINT_FILE).exists():
                            await asyncio.sleep(0.1)
                    curtain.client.send(alarm_of(place, camera))
                    await higher.until(lambda: bool(active(higher)))
                    async with asyncio.timeout(60.0):
                        while not replay_log(place.log).live_alerts:
                            await asyncio.sleep(0.2)
                    await first.kill()
            finally:
                if first.running:
                    await first.kill()
            told = len(higher.heard)
            second = await start_service(place, higher)
            try:
                await second.says("resumed the last run")
                await higher.until(
                    lambda: any(one.HasField("alert") for one in higher.heard[told:])
                )
                again = next(one for one in higher.heard[told:] if one.HasField("alert"))
                async with Node(place, WITNESS, second.port, (33.0, 3.0)) as camera:
                    camera.begin()
                    await higher.people(3)
            finally:
                code = await second.stop()
            assert code == 0
            assert {one.alert.alert_id for one in higher.alerts()} == {again.alert.alert_id}
            return person, again.alert.alert_id, second.lines

    person, alert_id, lines = asyncio.run(scene())
    assert not [line for line in lines if "Traceback" in line]
    store = AlertStore(place.log / ALERTS_FILE)
    assert {one.alert_id for one in store.changes()} == {alert_id}
    told = store.open_alerts()[0].message if store.open_alerts() else next(store.changes()).message
    assert person in {one.object_id for one in told.alert.associated_detection}
    store.close()
    reader = LogReader(place.log)
    assert sum(1 for _ in reader) > 100
    assert {one.alert.alert_id for one in replay_log(place.log).alerts} == {alert_id}


def test_an_alert_survives_a_service_killed_before_its_first_checkpoint(tmp_path: Path) -> None:
    place = Place(tmp_path / "station")

    async def scene() -> set[str]:
        higher = Higher(place)
        async with higher.server:
            first = await start_service(place, higher)
            async with Node(place, WITNESS, first.port, (33.0, 3.0)) as camera:
                reading = alarm_of(place, camera)
                async with Node(place, "curtain-east", first.port, (33.0, 3.0)) as curtain:
                    curtain.client.send(reading)
                    await higher.until(lambda: bool(higher.alerts()))
                    await first.kill()
            (place.log / CHECKPOINT_FILE).unlink(missing_ok=True)
            told = len(higher.alerts())
            second = await start_service(place, higher)
            try:
                await second.says("of the last run is still open")
                await higher.until(lambda: len(higher.alerts()) > told + 1)
            finally:
                await second.stop()
            assert higher.alerts()[-1].alert.status == Alert.ALERT_STATUS_CLEAR
            return {one.alert.alert_id for one in higher.alerts()}

    (alert_id,) = asyncio.run(scene())
    store = AlertStore(place.log / ALERTS_FILE)
    assert {one.alert_id for one in store.changes()} == {alert_id}
    assert store.open_alerts() == []
    store.close()
