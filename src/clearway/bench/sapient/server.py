"""The service's server with a stop-watch at the socket.

The product measures nothing of this by itself; here its connection classes are extended at the two
ends of a message's way: the bytes handed over by the event loop, and the return of all that is
done with the message.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from time import perf_counter, time_ns
from typing import Any

from clearway.bench.sapient.latency import LatencyCounts
from clearway.errors import ClearwayError
from clearway.profile.wire import nanoseconds_of
from clearway.sapient.frames import FrameReader
from clearway.sapient.link import Link, LinkSettings
from clearway.sapient.server import MessageAccepted, MessageRefused, PeerThrottled, Server
from clearway.sapient.server.events import ServerEvent
from clearway.sapient.server.peer import Peer

__all__ = ["TimedServer"]


class TimedServer(Server):
    """A server that counts, and times every detection.

    Parameters
    ----------
    *arguments, **options
        Of `Server`.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.first_ns: float = float("inf")
        """Detections made earlier, by the sensor's clock, are not counted."""
        self.from_socket = LatencyCounts()
        """From the decrypted bytes, handed to the connection by the event loop, to the return of
        everything that the service does with the message: the log has it, the engine has observed
        it, and what follows from that has been told."""
        self.from_scan = LatencyCounts()
        """To the same end, from the time of the scan that the message states."""
        self.curtains: frozenset[str] = frozenset()
        """Nodes whose looks are counted apart: people are few, and one costs far more."""
        self.of_looks = LatencyCounts()
        """Of the curtains' looks, as `from_socket`."""
        self.counts: Counter[str] = Counter()
        """Detections and looks counted; messages accepted and refused, and peers slowed, of all."""
        self._current: MessageAccepted | None = None

    def tell(self, event: ServerEvent) -> None:
        """Pass an event on, and count it."""
        super().tell(event)
        match event:
            case MessageAccepted():
                self.counts["accepted"] += 1
                self._current = event
            case MessageRefused():
                self.counts["refused"] += 1
            case PeerThrottled():
                self.counts["throttled"] += 1
            case _:
                pass

    def handled(self, arrived_s: float) -> None:
        """A payload that came at ``arrived_s`` has had its effects."""
        event, self._current = self._current, None
        if event is None or not event.message.HasField("detection_report"):
            return
        made_ns = nanoseconds_of(event.message.timestamp)
        if made_ns < self.first_ns:
            return
        taken_s = perf_counter() - arrived_s
        if event.message.node_id in self.curtains:
            self.counts["looks"] += 1
            self.of_looks.add(taken_s)
        else:
            self.counts["detections"] += 1
            self.from_socket.add(taken_s)
            self.from_scan.add((time_ns() - made_ns) / 1e9)

    def _new_peer(self, loop: asyncio.AbstractEventLoop) -> asyncio.Protocol:
        self._connections += 1
        return _TimedPeer(self, self._connections, self._settings.link, loop).link


class _TimedPeer(Peer):
    def __init__(
        self,
        owner: TimedServer,
        number: int,
        settings: LinkSettings,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(owner, number, settings, loop)
        self._timed_server = owner
        self._timed_link = _TimedLink(self, settings, loop)
        self.link = self._timed_link

    def link_payload(self, payload: bytes) -> None:
        arrived_s = self._timed_link.arrivals.popleft()
        super().link_payload(payload)
        self._timed_server.handled(arrived_s)


class _TimedLink(Link):
    """Notes when the last byte of each frame came."""

    def __init__(
        self, owner: Peer, settings: LinkSettings, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(owner, settings, loop)
        self.arrivals: deque[float] = deque()
        self._cutter = FrameReader(settings.frame_bytes)

    def data_received(self, data: bytes) -> None:
        # What comes before the traffic is opened comes here a second time.
        if self._transport is not None:
            now_s = perf_counter()
            try:
                frames = self._cutter.feed(data)
            except ClearwayError:
                frames = []  # the connection itself tells of it and ends
            self.arrivals.extend([now_s] * len(frames))
        super().data_received(data)
