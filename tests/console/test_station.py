"""The control room beside a running service: served, kept, and found again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from clearway.alarms import Acknowledge, Actor, Role, Stage
from clearway.audit import read_checkpoints, verify
from clearway.console.security.authentication import session_cookie
from clearway.console.server import ServerSettings
from clearway.console.station import Station, StationSettings
from clearway.errors import OutputError
from clearway.sapient.bindings import Alert
from clearway.site.schema import Site
from tests.accounts.clock import PASSWORD
from tests.service.feeding import START_NS, Running, walk

OPEN_S = 6.0
ANA = Actor("ana", Role.OPERATOR)


class Hall:
    """A station, the service beside it, and a clock for both."""

    def __init__(self, site: Site, folder: Path, port: int = 0) -> None:
        self.addresses: list[str] = []
        self.links: list[str] = []
        self.folder = folder
        self.settings = StationSettings(
            site=site,
            folder=folder,
            simulated=True,
            server=ServerSettings(port=port),
            clock=self._now,
            on_address=self.addresses.append,
            on_first_admin=self.links.append,
        )
        self.station = Station(self.settings)
        self._ticks = 0
        self.running = Running(site, folder, observe=self.station.observe)

    def _now(self) -> int:
        self._ticks = getattr(self, "_ticks", 0) + 1
        running = getattr(self, "running", None)
        return (START_NS if running is None else running.now_ns) + self._ticks

    def play(self, then: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Feed the service beside the station, and do something while both run."""

        async def main() -> None:
            async with self.station.beside(self.running.service):
                self.running.feed(walk(self.running.site, OPEN_S))
                await then()

        with closing(self.station):
            asyncio.run(main())
        self.running.stop()


@pytest.fixture
def hall(station: Site, tmp_path: Path) -> Hall:
    return Hall(station, tmp_path)


async def _nothing() -> None:
    await asyncio.sleep(0)


def test_pages_are_served_while_the_service_runs(hall: Hall) -> None:
    async def look() -> None:
        (address,) = hall.addresses
        async with httpx.AsyncClient() as client:
            page = await client.get(f"{address}/")
            assert page.status_code == 200
            assert (await client.get(f"{address}/api/v1/me")).status_code == 401

    hall.play(look)
    (link,) = hall.links
    assert link.startswith(f"{hall.addresses[0]}/enrol#")
    with pytest.raises(httpx.ConnectError):
        httpx.get(hall.addresses[0])


def test_an_alert_is_an_alarm_and_the_answer_goes_to_the_network(hall: Hall) -> None:
    room = hall.station.context.room

    async def acknowledge() -> None:
        (alarm,) = room.desk.queue
        assert alarm.report.candidates
        assert alarm.report.evidence[0].sensor == "curtain-west"
        await room.act(Acknowledge(time_ns=0, actor=ANA, alarm_id=alarm.alarm_id))

    hall.play(acknowledge)
    statuses = [message.alert.status for message in hall.running.alerts()]
    assert statuses == [Alert.ALERT_STATUS_ACTIVE, Alert.ALERT_STATUS_ACKNOWLEDGE]


def test_everything_is_found_again(hall: Hall, station: Site) -> None:
    async def acknowledge() -> None:
        room = hall.station.context.room
        (alarm,) = room.desk.queue
        await room.act(Acknowledge(time_ns=0, actor=ANA, alarm_id=alarm.alarm_id))

    hall.play(acknowledge)
    left = {path.name for path in hall.folder.iterdir() if path.suffix != ".mcap"}
    ours = {"site.sqlite", "checkpoint-key.pem", "checkpoints", "tracks"}
    assert left == ours | {"alerts.sqlite", "checkpoint"}
    with closing(Station(hall.settings)) as again:
        (alarm,) = again.context.room.desk.queue
        assert alarm.stage is Stage.ACKNOWLEDGED
        span = again.context.history.span()
        assert span is not None
        pictures = [*again.context.history.pictures(span[0], span[1] + 1)]
        assert max(len(picture) for picture in pictures) == 2
        assert max(picture.mark.max(initial=0) for picture in pictures) == 2
        folder, key = again.context.checkpoints or pytest.fail("no checkpoints")
        verdict = verify(again.context.audit.stored(), read_checkpoints(folder), key)
        assert verdict.intact
        assert verdict.covered == verdict.records > 2


def test_a_port_that_is_taken_costs_the_pages_and_nothing_else(
    station: Site, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hall = Hall(station, tmp_path, port=taken.getsockname()[1])
        hall.play(_nothing)
    assert hall.addresses == []
    (said,) = [line for line in hall.running.notices if "IS NOT SERVED" in line]
    assert "cannot be listened on" in said
    with closing(Station(hall.settings)) as again:
        assert len(again.context.room.desk.queue) == 1


def test_a_job_that_fails_stops_nothing_else(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(hall.station._recorder, "write_due", broken)

    async def wait() -> None:
        while not any("a defect" in line for line in hall.running.notices):
            await asyncio.sleep(0.01)
        known = hall.station.context.room.notices
        assert any(one.text.endswith("(RuntimeError: a defect)") for one in known)

    hall.play(wait)
    assert len(hall.running.alerts()) == 1


def test_who_was_there_and_shown_what_is_kept_to_the_last(hall: Hall) -> None:
    context = hall.station.context
    now_ns = hall.settings.clock()
    context.users.add("ana", "Ana P.", Role.OPERATOR, PASSWORD, now_ns=now_ns)
    token = context.sessions.open("ana", now_ns=now_ns)

    async def look() -> None:
        (address,) = hall.addresses
        page = await connect(
            f"{address.replace('http', 'ws')}/api/v1/live",
            origin=Origin(address),
            additional_headers={"Cookie": f"{session_cookie('http')}={token}"},
            proxy=None,
        )
        await page.recv()  # and left open: the service stops before the page does

    hall.play(look)
    with closing(Station(hall.settings)) as again:
        (alarm,) = again.context.room.desk.queue
        kinds = [one.kind for one in again.context.audit.records(2)]
        assert kinds.count("control-room-entered") == kinds.count("control-room-left") == 1
        (shown,) = (
            row
            for row in again.context.audit.stored(2)
            if row.record is not None and row.record.kind == "alarms-shown"
        )
        assert alarm.alarm_id.encode() in (shown.payload or b"")
        folder, key = again.context.checkpoints or pytest.fail("no checkpoints")
        verdict = verify(again.context.audit.stored(), read_checkpoints(folder), key)
        assert verdict.covered == verdict.records


def test_a_disk_that_takes_no_such_record_is_told_and_tried_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = hall.station.context

    def refuses(*_: object, **__: object) -> NoReturn:
        raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")

    async def wait() -> None:
        with monkeypatch.context() as full:
            full.setattr(context.audit, "add", refuses)
            context.late.shown("ana", ["A"], time_ns=hall.settings.clock())
            while not any("who was shown what: " in one.text for one in context.room.notices):
                await asyncio.sleep(0.01)
        while "alarms-shown" not in {one.kind for one in context.audit.records(2)}:
            await asyncio.sleep(0.01)

    hall.play(wait)
