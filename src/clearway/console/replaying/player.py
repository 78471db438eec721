"""One page that looks at the past."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import WebSocket

from clearway.accounts import Session
from clearway.alarms import Alarm
from clearway.console.alarm_shapes import AlarmView
from clearway.console.alarm_view import alarm_view
from clearway.console.context import ConsoleContext
from clearway.console.frames import FrameFlag, TracksFrame, encode
from clearway.console.live.messages import Alarms, AlarmTold, Clock, text_of
from clearway.console.replaying.commands import Commands, Pause, Play, Seek, SetSpeed
from clearway.console.replaying.course import Course
from clearway.console.replaying.tape import Tape
from clearway.console.security.problems import Refusal
from clearway.console.times import microseconds, nanoseconds_of
from clearway.domain import TrackPicture
from clearway.errors import ClearwayError

__all__ = ["Player"]

_LOG = logging.getLogger(__name__)

_STEP_S: Final = 0.04
_CLOCK_S: Final = 0.25
"""A page that hears nothing for five seconds takes the line for broken; a scrubber is smoother."""
_PATIENCE_S: Final = 10.0


class Player:
    """Shows a page the record.

    Parameters
    ----------
    context : ConsoleContext
    socket : WebSocket
        Accepted already.
    displays : mapping of str to str
        How people are shown to others.
    at_us : int
        The moment to begin with.
    speed : float
    """

    def __init__(
        self,
        context: ConsoleContext,
        socket: WebSocket[Session, str, Any],
        displays: Mapping[str, str],
        at_us: int,
        speed: float,
    ) -> None:
        self._socket = socket
        self._displays = displays
        self._tape = Tape(context)
        self._sought_ns: int | None = nanoseconds_of(at_us)
        self._course = Course(nanoseconds_of(at_us), speed, _now_s())
        self._woken = asyncio.Event()
        self._clock_s = 0.0
        self._sequence = 0
        simulated = FrameFlag.SIMULATED if context.site.simulated else FrameFlag(0)
        self._flags = FrameFlag.REPLAY | simulated

    async def show(self) -> None:
        """Show the record, as it is asked for, until cancelled.

        Raises
        ------
        Refusal
            The record cannot be read.
        """
        try:
            while True:
                if self._sought_ns is not None:
                    await self._seek(self._sought_ns)
                else:
                    await self._go_on()
                await self._rest()
        except ClearwayError as error:
            _LOG.error("a replay ended: %s", error)
            raise Refusal(503, "store", "The record cannot be read.") from None
        finally:
            self._tape.close()

    async def obey(self) -> None:
        """Do what the page asks for, until it leaves.

        Raises
        ------
        Refusal
            It asks for something else.
        """
        while True:
            said = await self._socket.receive_data("text")
            try:
                command = msgspec.json.decode(said, type=Commands)
            except msgspec.DecodeError as error:
                raise Refusal(400, "no-such-command", f"No such command: {error}.") from None
            self._do(command)
            self._woken.set()

    def _do(self, command: Commands) -> None:
        match command:
            case Seek(time_us=time_us):
                self._sought_ns = nanoseconds_of(time_us)
            case SetSpeed(speed=speed):
                self._course.set_speed(speed, _now_s())
            case Pause():
                self._course.set_playing(False, _now_s())
            case Play():
                self._course.set_playing(True, _now_s())

    async def _seek(self, time_ns: int) -> None:
        self._sought_ns = None
        moment = await self._tape.seek(time_ns)
        self._course.move(moment.time_ns, _now_s())
        views = tuple(map(self._view, moment.alarms))
        await self._send(text_of(Alarms(alarms=views, groups=())))
        await self._send_picture(moment.picture)
        await self._send_clock(moment.time_ns)

    async def _go_on(self) -> None:
        self._tape.read_on(self._course.speed)
        now_s = _now_s()
        time_ns = self._course.at(now_s)
        if time_ns >= self._tape.ready_ns:
            time_ns = self._tape.ready_ns - 1
            self._course.move(time_ns, now_s)
        picture, changes = self._tape.take(time_ns)
        for change in changes:
            await self._send(text_of(AlarmTold(alarm=self._view(change.alarm))))
        if picture is not None:
            await self._send_picture(picture)
        if now_s - self._clock_s >= _CLOCK_S:
            await self._send_clock(time_ns)

    async def _rest(self) -> None:
        wait_s = _STEP_S if self._course.playing else _CLOCK_S
        try:
            async with asyncio.timeout(wait_s):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    def _view(self, alarm: Alarm) -> AlarmView:
        return alarm_view(alarm, self._displays, place=alarm.report.last_seen)

    async def _send_picture(self, picture: TrackPicture) -> None:
        self._sequence += 1
        await self._send(encode(TracksFrame(picture, self._sequence, self._flags)))

    async def _send_clock(self, time_ns: int) -> None:
        self._clock_s = _now_s()
        speed = self._course.speed if self._course.playing else 0.0
        clock = Clock(time_us=microseconds(time_ns), live=False, speed=speed)
        await self._send(text_of(clock))

    async def _send(self, message: str | bytes) -> None:
        # What a client is too slow for is not shown: the next picture is the one of then.
        async with asyncio.timeout(_PATIENCE_S):
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_text(message)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
