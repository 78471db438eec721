"""Pages that are told what happens, and remember it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from litestar.exceptions import WebSocketDisconnect
from litestar.testing import WebSocketTestSession

from clearway.console.frames import TracksFrame, decode
from tests.console.happenings import Hall
from tests.console.room import API, ORIGIN

__all__ = ["LIVE", "Page", "page", "until"]

SOCKETS = f"{ORIGIN.replace('https', 'wss')}{API}"
LIVE = f"{SOCKETS}/live"


class Page:
    """A page that remembers what it was told."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self._socket = socket
        self.texts: list[dict[str, Any]] = []
        self.frames: list[TracksFrame] = []

    def hear(self) -> None:
        """The next message."""
        message: Any = self._socket.receive(timeout=30)
        if message["type"] == "websocket.close":
            raise WebSocketDisconnect(detail="closed", code=message["code"])
        if message.get("text") is not None:
            self.texts.append(json.loads(message["text"]))
        else:
            self.frames.append(decode(message["bytes"]))

    def next(self, kind: str) -> dict[str, Any]:
        """The next message of a kind."""
        known = len(self.texts)
        while True:
            found = next((one for one in self.texts[known:] if one["type"] == kind), None)
            if found is not None:
                return found
            self.hear()

    def next_frame(self) -> TracksFrame:
        known = len(self.frames)
        while len(self.frames) == known:
            self.hear()
        return self.frames[-1]

    def kinds(self) -> set[str]:
        return {one["type"] for one in self.texts}

    @property
    def alarms(self) -> list[dict[str, Any]]:
        """All that it was told of alarms."""
        told: list[dict[str, Any]] = []
        for text in self.texts:
            told += text["alarms"] if text["type"] == "alarms" else []
            told += [text["alarm"]] if text["type"] == "alarm" else []
        return told

    def until_told(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        """Listen until this holds of the alarm that it was told of last."""
        while not (self.alarms and holds(self.alarms[-1])):
            self.hear()

    def until_closed(self) -> int:
        """Listen until the server ends it; the code that it gives."""
        try:
            while True:
                self.hear()
        except WebSocketDisconnect as closed:
            return closed.code


@contextmanager
def page(hall: Hall, name: str) -> Iterator[Page]:
    """A page of somebody, who has been told how things stand."""
    headers = {"Origin": ORIGIN} | hall.as_(name)
    with hall.client.websocket_connect(LIVE, headers=headers) as socket:
        opened = Page(socket)
        opened.next("clock")
        yield opened


def until(found: Callable[[], bool]) -> None:
    """Wait until the server has come to it; the test's own time limit bounds it."""
    while not found():
        time.sleep(0.001)
