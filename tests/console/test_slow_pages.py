"""Pages that cannot keep up: they skip pictures, are told so, and miss nothing of an alarm."""

from __future__ import annotations

import asyncio
import json
import socket
from functools import partial
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect

from clearway.alarms import Acknowledge, Actor, Role, Unacknowledge
from clearway.console import conversation
from clearway.console.frames import TracksFrame, decode
from clearway.console.live import broadcast, listener
from clearway.console.live.outbox import Outbox
from clearway.console.routes import API
from clearway.console.security.authentication import session_cookie
from clearway.console.server import ConsoleServer
from clearway.service.outputs import PeopleReported
from tests.console.network import LOCAL, place_of, serve
from tests.console.room import Room
from tests.control_room.alerts import alert_told, people_reported

ANA = Actor("operator", Role.OPERATOR)


class TestOutbox:
    def test_of_frames_the_latest_waits_and_the_others_are_counted(self) -> None:
        outbox = Outbox()
        for frame in (b"1", b"2", b"3"):
            outbox.put_frame(frame)
        assert outbox.take_frame() == (b"3", 2)
        assert outbox.take_frame() == (None, 0)
        outbox.put_frame(b"4")
        assert outbox.take_frame() == (b"4", 0)

    def test_of_each_name_the_latest_text_waits(self) -> None:
        outbox = Outbox()
        outbox.put("alarm", lambda: "A, new", "A")
        outbox.put("alarm", lambda: "B", "B")
        outbox.put("alarm", lambda: None, "C")
        outbox.put("alarm", lambda: "A, acknowledged", "A")
        assert [outbox.take_text() for _ in range(3)] == ["A, acknowledged", "B", None]

    def test_of_a_thousand_that_come_to_nothing_few_are_looked_at_in_one_go(self) -> None:
        outbox = Outbox()
        looked_at: list[int] = []

        def nothing(number: int) -> None:
            looked_at.append(number)

        for number in range(1000):
            outbox.put("alarm", partial(nothing, number), str(number))
        outbox.put("clock", lambda: "now")

        async def sent() -> list[int]:
            """How many had been looked at after each time that all others could run."""
            seen = []
            while True:
                await outbox.wait()
                text = outbox.take_text()
                seen.append(len(looked_at))
                if text is not None:
                    return seen

        assert asyncio.run(sent()) == [*range(20, 1001, 20), 1000]
        assert looked_at == [*range(1000)]

    def test_of_many_notices_the_newest_wait(self) -> None:
        outbox = Outbox()
        for number in range(1000):
            outbox.put_notice(str(number))
        waiting = []
        while (text := outbox.take_text()) is not None:
            waiting.append(text)
        assert waiting == [str(number) for number in range(900, 1000)]

    def test_it_is_waited_for_until_something_comes(self) -> None:
        async def waits() -> bool:
            outbox = Outbox()
            outbox.put("clock", lambda: "now")
            await outbox.wait()
            outbox.take_text()
            outbox.take_text()
            outbox.take_frame()
            waiting = asyncio.create_task(outbox.wait())
            await asyncio.sleep(0)
            outbox.put_frame(b"1")
            early = waiting.done()
            await waiting
            return early

        assert asyncio.run(waits()) is False


def _crowd(number: int) -> PeopleReported:
    places = np.arange(500.0)
    return people_reported(
        [(one, float(place), 0.0) for one, place in enumerate(places)], later_s=float(number)
    )


async def _opened(room: Room, server: ConsoleServer, name: str = "operator") -> ClientConnection:
    """A page on a machine that hardly keeps anything for it."""
    host, port = place_of(server)
    bare = socket.socket()
    bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    bare.connect((host, port))
    return await connect(
        f"ws://{host}:{port}{API}/live",
        sock=bare,
        origin=server.address,  # type: ignore[arg-type]  # a name for str
        additional_headers={"Cookie": f"{session_cookie('http')}={room.session(name)}"},
        compression=None,
        max_queue=1,
    )


async def _heard(page: ClientConnection) -> dict[str, Any] | TracksFrame:
    message = await page.recv()
    if isinstance(message, bytes):
        return decode(message)
    text: dict[str, Any] = json.loads(message)
    return text


def test_a_page_that_is_too_slow_skips_pictures_and_is_told(room: Room) -> None:
    shown = 100

    async def run(server: ConsoleServer) -> None:
        control_room = room.context.room
        page = await _opened(room, server)
        while not control_room.desk.people:
            await asyncio.sleep(0.001)
        for number in range(shown):
            control_room.observe(_crowd(number))
            await asyncio.sleep(0)
        control_room.observe(alert_told())
        for act in (Acknowledge, Unacknowledge, Acknowledge):
            await control_room.act(act(alarm_id="A", actor=ANA, time_ns=0))
        frames: list[int] = []
        stages: list[str] = []
        skipped = 0
        while len(frames) + skipped < shown or not stages:
            match await _heard(page):
                case TracksFrame(sequence=sequence):
                    frames.append(sequence)
                case {"type": "skipped", "frames": count}:
                    skipped += count
                case {"type": "alarm", "alarm": alarm}:
                    stages.append(alarm["stage"])
                case _:
                    pass
        assert skipped > 0
        assert frames == sorted(frames)
        assert frames[-1] == shown
        assert stages[-1] == "acknowledged"
        await page.close()

    serve(room, LOCAL, run)


def test_a_page_that_takes_nothing_any_more_is_not_present(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "_TICK_S", 0.01)
    monkeypatch.setattr(listener, "_PATIENCE_S", 0.05)
    monkeypatch.setattr(conversation, "_CLOSE_S", 0.01)

    async def run(server: ConsoleServer) -> None:
        control_room = room.context.room
        page = await _opened(room, server)
        while not control_room.desk.people:
            await asyncio.sleep(0.001)
        number = 0
        while control_room.desk.people:
            control_room.observe(_crowd(number := number + 1))
            await asyncio.sleep(0.001)
        page.transport.abort()

    serve(room, LOCAL, run)
