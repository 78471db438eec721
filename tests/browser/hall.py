"""A small station in real time: people who walk to and fro, a control room, and its pages."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Self, TypeAlias

import pyotp
import shapely

from clearway.alarms import Alarm, Role
from clearway.console.assets import read_assets
from clearway.console.context import ConsoleContext
from clearway.console.server import ServerSettings
from clearway.console.station import Station, StationSettings
from clearway.domain import Evidence, ThreatClass
from clearway.profile import (
    detection_message,
    sensor_node_id,
    sensor_registration,
    site_frame,
    status_message,
)
from clearway.recording import LogWriter
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.location import Converter
from clearway.sapient.server import MessageAccepted, NodeRegistered
from clearway.service.alert_store import AlertStore
from clearway.service.clock import SteadyClock
from clearway.service.live import LiveService
from clearway.service.recovery import ALERTS_FILE
from clearway.site.schema import Site
from tests.accounts.clock import PASSWORD, SECOND
from tests.service.feeding import PATIENT, STATION
from tests.support.builders import CLEAR, detection, evidence

__all__ = ["LiveHall", "pages_are_built"]

PEOPLE = 5
_STEP_S = 0.1
_STATUS_STEPS = 40
_WINDOW_S = 1.0
"""On a busy machine the station may be late by that without losing sight of anybody."""
_SPEED_M_S = 1.2
_LOOK_STEPS = 4
"""A curtain's images take so long to be judged."""
_LONGEST_STEPS = 600
_WEST_M, _EAST_M, _CURTAIN_M = 13.0, 23.0, 16.0
"""Everybody walks between the first two, always in sight."""

_HANDGUN = evidence(
    {"handgun": 9.0, "handgun_explosive": 9.0, "harmless_object": 4.0},
    declared=[ThreatClass.HANDGUN],
)
_Look: TypeAlias = tuple[int, int, int, tuple[float, float]]
"""The step in which it is told, of whom, and when and where they passed."""


def pages_are_built() -> bool:
    """Whether there are pages to look at."""
    return bool(read_assets())


@dataclass
class LiveHall:
    """The station; as a context it runs, in the event loop that it is entered in.

    Nothing is played back: a test that takes longer sees more people pass, and an alarm comes when
    the test asks for one.
    """

    site: Site
    folder: Path
    is_demonstration: bool = False
    secrets: dict[str, str] = field(default_factory=dict)
    """Of the authenticators, by account."""
    invitations: list[str] = field(default_factory=list)
    """Links by which the first administrator gets in."""

    def __post_init__(self) -> None:
        engine = self.site.engine.model_copy(update={"reorder_window_s": _WINDOW_S})
        self.site = self.site.model_copy(update={"engine": engine})
        self.clock = SteadyClock()
        self._port = 0
        self._address = ""
        self._sequence = count(1)
        self._steps = count()
        self._suspects: set[int] = set()
        self._cleared: set[int] = set()
        self._looks: deque[_Look] = deque()
        self._armed = False
        """Whether the curtain raises an alarm about the next who passes."""
        self._converter = Converter(site_frame(self.site))
        self._node_ids = {one.id: sensor_node_id(self.site, one) for one in self.site.sensors}
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._running.enter_async_context(self._opened())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def restart(self, away_s: float = 1.0) -> None:
        """Stop the service as a signal does, and start it again on what it has left."""
        await self._running.aclose()
        await asyncio.sleep(away_s)
        await self._running.enter_async_context(self._opened())

    @property
    def address(self) -> str:
        """Of the pages."""
        return self._address

    @property
    def context(self) -> ConsoleContext:
        """What the console's operations work on."""
        return self._station.context

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """On the desk, in the order of their coming."""
        return tuple(self.context.room.desk.alarms.values())

    async def account(self, name: str, role: Role, display: str | None = None) -> None:
        """Let somebody in from now on."""
        add, now_ns = self.context.users.add, self.clock()
        shown = display or name.title()
        _, secret = await asyncio.to_thread(add, name, shown, role, PASSWORD, now_ns=now_ns)
        self.secrets[name] = secret

    def code(self, name: str) -> str:
        """What somebody's authenticator shows."""
        return pyotp.TOTP(self.secrets[name]).at(self.clock() // SECOND)

    async def alarm(self) -> Alarm:
        """Let the western curtain raise an alarm about the next who passes it, and wait for it."""
        known = {alarm.alarm_id for alarm in self.alarms}
        self._armed = True
        for _ in range(_LONGEST_STEPS):
            await asyncio.sleep(_STEP_S)
            for alarm in self.alarms:
                if alarm.alarm_id not in known:
                    return alarm
        told = [notice.text for notice in self.context.room.notices]
        raise AssertionError(f"no alarm came: {told}")

    def kinds(self) -> list[str]:
        """What the audit log says was done."""
        return [record.kind for record in self.context.audit.records(2)]

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        settings = StationSettings(
            site=self.site,
            folder=self.folder,
            simulated=True,
            is_demonstration=self.is_demonstration,
            server=ServerSettings(port=self._port),
            clock=self.clock,
            on_address=self._note,
            on_first_admin=self.invitations.append,
        )
        async with AsyncExitStack() as stack:
            self._station = stack.enter_context(closing(Station(settings)))
            store = stack.enter_context(closing(AlertStore(self.folder / ALERTS_FILE)))
            log = LogWriter(
                self.folder,
                site=STATION.read_text(encoding="utf-8"),
                now_ns=self.clock(),
                settings=PATIENT,
            )
            stack.callback(log.close)
            service = LiveService(
                self.site,
                self.folder,
                log=log,
                store=store,
                clock=self.clock,
                send=lambda _node_id, _message: False,
                observe=self._station.observe,
            )
            stack.callback(service.close)
            await stack.enter_async_context(self._station.beside(service))
            await stack.enter_async_context(_beside(self._feed(service)))
            yield

    def _note(self, address: str) -> None:
        self._address = address
        self._port = int(address.rpartition(":")[2])

    async def _feed(self, service: LiveService) -> None:
        """Let the sensors speak, ten times a second."""
        for sensor in self.site.sensors:
            registration = sensor_registration(sensor, self._converter)
            node_id = self._node_ids[sensor.id]
            service.handle(NodeRegistered(node_id, registration, b"", self.clock(), False, ()))
        while True:
            step = next(self._steps)
            for message in self._messages(step):
                payload, now_ns = message.SerializeToString(), self.clock()
                service.handle(MessageAccepted(message.node_id, message, payload, now_ns, ()))
            service.tick()
            await asyncio.sleep(_STEP_S)

    def _messages(self, step: int) -> Iterator[SapientMessage]:
        now_ns = self.clock()
        if step % _STATUS_STEPS == 0:
            for node_id in self._node_ids.values():
                yield status_message(node_id, now_ns, new=step == 0)
        for person in range(PEOPLE):
            place_m, passes = self._place(person, step)
            # One time for all: each camera sees everybody in one picture.
            for camera in self.site.cameras:
                if shapely.Polygon(camera.coverage).contains(shapely.Point(place_m)):
                    yield self._said(camera.id, now_ns, place_m)
            if passes:
                self._looks.append((step + _LOOK_STEPS, person, now_ns, place_m))
        yield from self._told_looks(step)

    def _told_looks(self, step: int) -> Iterator[SapientMessage]:
        """What the curtain says by now of those who have passed it."""
        while self._looks and self._looks[0][0] <= step:
            _, person, time_ns, place_m = self._looks.popleft()
            if person in self._suspects:
                continue
            if self._armed:
                self._armed = False
                self._suspects.add(person)
                yield self._said("curtain-west", time_ns, place_m, _HANDGUN)
            elif person not in self._cleared:
                # Once for each: no alarm is raised about who was found clear time and again.
                self._cleared.add(person)
                yield self._said("curtain-west", time_ns, place_m, CLEAR)

    def _place(self, person: int, step: int) -> tuple[tuple[float, float], bool]:
        """Where somebody is, and whether they pass the curtain in this step."""
        length_m = _EAST_M - _WEST_M

        def east_m(at: int) -> float:
            # Each in a lane of their own, evenly spread over the way there and back.
            walked_m = at * _STEP_S * _SPEED_M_S + 2.0 * length_m * person / PEOPLE
            return _WEST_M + abs((walked_m % (2.0 * length_m)) - length_m)

        now_m, before_m = east_m(step), east_m(step - 1)
        passes = min(now_m, before_m) < _CURTAIN_M <= max(now_m, before_m)
        return (now_m, 0.75 + 0.9 * person), passes

    def _said(
        self,
        sensor_id: str,
        time_ns: int,
        place_m: tuple[float, float],
        found: Evidence | None = None,
    ) -> SapientMessage:
        number = next(self._sequence)
        said = detection(0.0, place_m, sensor_id=sensor_id, sequence=number, evidence=found)
        said = replace(said, time_ns=time_ns, received_ns=time_ns)
        return detection_message(said, self._node_ids[sensor_id], self._converter)


@asynccontextmanager
async def _beside(job: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run something as long as the block does; where it fails, so does the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(job)
        yield
        task.cancel()
