"""Messages that simulated sensors have sent and that have not arrived."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

from clearway.twin.observation import Observation


class UnderWay:
    """Sorts messages by their arrival; those of one instant keep the order of sending."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Observation]] = []
        self._sent = 0

    def send(self, observations: Iterable[Observation]) -> None:
        """Put messages on their way."""
        for observation in observations:
            self._sent += 1
            key = observation.detection.received_ns, self._sent
            heapq.heappush(self._heap, (*key, observation))

    def arrivals(self, before_ns: int | None) -> Iterator[tuple[Sequence[Observation], int]]:
        """Messages by instant of arrival, and that instant; all of them if there is no limit."""
        while self._heap and (before_ns is None or self._heap[0][0] < before_ns):
            clock_ns = self._heap[0][0]
            arrived = []
            while self._heap and self._heap[0][0] == clock_ns:
                arrived.append(heapq.heappop(self._heap)[2])
            yield arrived, clock_ns
