"""The part that all bridges share: sending from a bounded queue, and coming back after a fault."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from clearway.bridges.outbox import Outbox
from clearway.sapient.bindings import SapientMessage

__all__ = ["Bridge", "BridgeState", "Link", "Pace"]

_LOG = logging.getLogger(__name__)

T_contra = TypeVar("T_contra", contravariant=True)
T = TypeVar("T")


class Link(Protocol[T_contra]):
    """An open way to the other system."""

    async def send(self, item: T_contra) -> None:
        """Send; return when the other side, or the system's own send buffer, has it."""

    async def watch(self) -> None:
        """Return or raise when the link is lost; otherwise never."""


@dataclass(frozen=True, slots=True)
class BridgeState:
    """What a health panel shows of a bridge."""

    name: str
    """Which bridge."""
    connected: bool
    """Whether the link is open.  A datagram or a folder always is, heard or not."""
    waiting: int
    """Messages that wait."""
    sent: int
    """Messages that were sent."""
    refused: int
    """Messages that have no translation; ``last_error`` says why the last had none."""
    dropped_reports: int
    """Detection and status reports dropped because too many waited or the link was lost."""
    dropped_alerts: int
    """Alerts dropped because too many waited."""
    last_error: str | None
    """The latest fault in words; it stays after the link came back."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a bridge sends and how long it waits."""

    track_period_s: float = 0.0
    """Persons are sent in rounds this far apart, each at its latest place; 0: as they come."""
    alert_repeat_s: float | None = None
    """Alerts that have not ended are sent again this often; None: only after a reconnect."""
    send_timeout_s: float = 5.0
    """A link that takes longer for one message is given up."""
    first_retry_s: float = 1.0
    """Wait after a fault; it doubles with every further one."""
    last_retry_s: float = 30.0
    """Longest wait."""


class Bridge(ABC, Generic[T]):
    """Sends to one other system, at its own speed and at nobody else's cost.

    A subclass says how a message is translated and how the link is opened.  `offer` and `run`
    belong to the same event loop; `offer` is not for other threads.

    Parameters
    ----------
    name : str
        For the health panel and the log.
    pace : Pace
        Times.
    outbox : Outbox, optional
        The queue, where other limits are wanted.

    Notes
    -----
    Delivery is at least once for alerts: what a lost link may or may not have delivered is sent
    again, and what waits when `run` is cancelled is sent before the link is closed.  A message that
    cannot be translated is refused once and not tried again, as it would otherwise hold up all that
    follow.
    """

    def __init__(self, name: str, pace: Pace, outbox: Outbox | None = None) -> None:
        self._name = name
        self._pace = pace
        self._outbox = Outbox() if outbox is None else outbox
        self._offered = asyncio.Event()
        self._connected = False
        self._busy = False
        self._sent = 0
        self._refused = 0
        self._last_error: str | None = None

    @abstractmethod
    def _translate(self, message: SapientMessage) -> list[T]:
        """What to send for a message, perhaps nothing; an exception refuses it."""

    @abstractmethod
    def _open(self) -> AbstractAsyncContextManager[Link[T]]:
        """Open the link, and close it at the end."""

    def offer(self, message: SapientMessage) -> None:
        """Take a message to be sent, now or never; returns at once and does not fail.

        Parameters
        ----------
        message : SapientMessage
            A detection report of a fused person, an alert or a status report; all else is left
            alone.  It must not be changed afterwards.
        """
        self._outbox.offer(message)
        self._offered.set()

    @property
    def state(self) -> BridgeState:
        """How the bridge fares."""
        return BridgeState(
            name=self._name,
            connected=self._connected,
            waiting=len(self._outbox) + self._busy,
            sent=self._sent,
            refused=self._refused,
            dropped_reports=self._outbox.dropped_reports,
            dropped_alerts=self._outbox.dropped_alerts,
            last_error=self._last_error,
        )

    async def run(self) -> None:
        """Send until cancelled; a fault is noted and the link opened again after a wait.

        Cancelled, it still sends the alerts that wait, for as long as one message may take.
        """
        wait_s = self._pace.first_retry_s
        while True:
            try:
                async with self._open() as link:
                    self._connected = True
                    wait_s = self._pace.first_retry_s
                    self._outbox.restore_standing()
                    try:
                        _heed_cancellation()
                        await _until_one_ends(self._pump(link.send), link.watch(), *self._repeats())
                    except asyncio.CancelledError:
                        await self._send_last(link.send)
                        raise
                    self._note("the other side closed the link")
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach fusion
                self._note(f"{type(error).__name__}: {error}")
            finally:
                self._connected = False
            _heed_cancellation()
            self._outbox.drop_tracks()
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, self._pace.last_retry_s)

    async def _pump(self, send: Callable[[T], Coroutine[Any, Any, None]]) -> None:
        clock = asyncio.get_running_loop().time
        next_round = clock()
        while True:
            _heed_cancellation()
            tracks_due = clock() >= next_round
            message = self._outbox.take(tracks=tracks_due)
            if message is not None:
                await self._deliver(message, send)
                # A link that is never busy never waits, and a thousand persons are a long turn.
                await asyncio.sleep(0)
                continue
            if tracks_due:
                next_round = clock() + self._pace.track_period_s
            wait_s = next_round - clock() if self._outbox.tracks_waiting else None
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._offered.wait()
            self._offered.clear()

    async def _send_last(self, send: Callable[[T], Coroutine[Any, Any, None]]) -> None:
        """Send the alerts that wait: whoever was told of one must not miss its end."""
        with suppress(Exception):
            async with asyncio.timeout(self._pace.send_timeout_s):
                while (message := self._outbox.take(tracks=False)) is not None:
                    await self._deliver(message, send)

    async def _deliver(
        self, message: SapientMessage, send: Callable[[T], Coroutine[Any, Any, None]]
    ) -> None:
        try:
            items = self._translate(message)
        except Exception as error:  # noqa: BLE001 - the messages behind it must not suffer
            self._refused += 1
            self._note(f"refused a message: {error}")
            return
        self._busy = True
        try:
            for item in items:
                async with asyncio.timeout(self._pace.send_timeout_s):
                    await send(item)
        except BaseException:
            self._outbox.restore(message)
            raise
        finally:
            self._busy = False
        self._sent += 1

    def _repeats(self) -> list[Coroutine[Any, Any, None]]:
        period_s = self._pace.alert_repeat_s
        return [] if period_s is None else [self._repeat(period_s)]

    async def _repeat(self, period_s: float) -> None:
        while True:
            await asyncio.sleep(period_s)
            self._outbox.restore_standing()
            self._offered.set()

    def _note(self, what: str) -> None:
        self._last_error = what
        _LOG.warning("bridge %s: %s", self._name, what)


def _heed_cancellation() -> None:
    """End a task that was cancelled, though a library has kept that to itself.

    One does that fails while it is being cancelled, and one that uses `asyncio.wait_for`: up to
    Python 3.11 it goes on if what it waits for is ready in the same turn.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run side by side until one returns or fails; the others are then cancelled."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


AnyBridge: TypeAlias = Bridge[Any]
"""Any of them, whatever it sends."""
