"""Detections in, sorted by source time, out."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Mapping

from clearway.domain import HYPOTHESES, Detection, Evidence
from clearway.engine.budget import ReadingBudget
from clearway.engine.events import Refusal

_Key = tuple[int, str, int]

_LARGEST = 1e6
"""In metres, square metres or as a log ratio: more is a fault, and squares could overflow."""
_LEAST_VARIANCE_M2 = 1e-9
_MOST_CORRELATED = 1.0 - 1e-9
"""Squared correlation of the axes; closer to 1 the covariance has no inverse."""
_HEIGHTS_M = 0.3, 3.0
"""Of a body; what lies outside is a fault or another unit."""
_LARGEST_HEIGHT_SIGMA_M = 1.0


class ReorderBuffer:
    """Holds detections until nothing older may still come.

    Parameters
    ----------
    sensor_ids : set of str
        Known sensors.
    window_ns : int
        How long a position detection may be under way.
    memory_ns : int
        How long a threat sensor's detection may be under way, and how long sequence numbers are
        remembered.
    future_ns : int
        How far a sensor's clock may run ahead of the engine's.
    budgets : mapping of str to ReadingBudget, optional
        Of sensors that may only send so much; of none by default.

    Notes
    -----
    O(log n) per detection for n waiting ones; memory is bounded by what arrives within
    ``memory_ns``.
    """

    def __init__(
        self,
        sensor_ids: set[str],
        window_ns: int,
        memory_ns: int,
        future_ns: int,
        budgets: Mapping[str, ReadingBudget] | None = None,
    ) -> None:
        self._sensor_ids = sensor_ids
        self._window_ns = window_ns
        self._memory_ns = memory_ns
        self._future_ns = future_ns
        self._budgets = budgets or {}
        self._heap: list[tuple[_Key, Detection]] = []
        self._seen: set[tuple[str, int]] = set()
        self._seen_order: deque[tuple[int, str, int]] = deque()
        self._clock_ns: int | None = None

    @property
    def clock_ns(self) -> int | None:
        """The newest time the engine has been told; None before the first."""
        return self._clock_ns

    @property
    def watermark_ns(self) -> int | None:
        """Detections up to this source time are released."""
        return None if self._clock_ns is None else self._clock_ns - self._window_ns

    def advance(self, clock_ns: int) -> int:
        """Move the clock, which never goes back, and read it."""
        self._clock_ns = clock_ns if self._clock_ns is None else max(clock_ns, self._clock_ns)
        return self._clock_ns

    def push(self, detection: Detection) -> Refusal | None:
        """Take one detection in, or say why not."""
        clock_ns = self.advance(detection.received_ns)
        refusal = self._refusal(detection, clock_ns)
        budget = self._budgets.get(detection.sensor_id)
        # Only what would be used counts.
        if refusal is None and budget is not None and not budget.take(clock_ns):
            refusal = Refusal.TOO_MANY
        if refusal is None:
            self._remember(detection)
            key = (detection.time_ns, detection.sensor_id, detection.sequence)
            heapq.heappush(self._heap, (key, detection))
        return refusal

    def release(self, until_ns: int) -> Iterator[list[Detection]]:
        """Give out what is not newer than ``until_ns``, one list per sensor and instant."""
        while self._heap and self._heap[0][0][0] <= until_ns:
            (time_ns, sensor_id, _), first = heapq.heappop(self._heap)
            scan = [first]
            while self._heap and self._heap[0][0][:2] == (time_ns, sensor_id):
                scan.append(heapq.heappop(self._heap)[1])
            yield scan

    def _refusal(self, detection: Detection, clock_ns: int) -> Refusal | None:
        if detection.sensor_id not in self._sensor_ids:
            return Refusal.UNKNOWN_SENSOR
        if not _is_usable(detection):
            return Refusal.NOT_FINITE
        if (detection.sensor_id, detection.sequence) in self._seen:
            return Refusal.REPEATED
        if detection.time_ns > clock_ns + self._future_ns:
            return Refusal.FUTURE
        if detection.evidence is not None:
            too_old = detection.time_ns < clock_ns - self._memory_ns
            return Refusal.FORGOTTEN if too_old else None
        return Refusal.LATE if detection.time_ns <= clock_ns - self._window_ns else None

    def _remember(self, detection: Detection) -> None:
        self._seen.add((detection.sensor_id, detection.sequence))
        self._seen_order.append((detection.received_ns, detection.sensor_id, detection.sequence))
        # An alarm dated ahead of the clock is still young enough when its arrival is not.
        horizon_ns = detection.received_ns - self._memory_ns - self._future_ns
        while self._seen_order[0][0] < horizon_ns:
            _, sensor_id, sequence = self._seen_order.popleft()
            self._seen.discard((sensor_id, sequence))


def _is_usable(detection: Detection) -> bool:
    """Whether no number in it could spoil what is known of other people."""
    evidence, (xx, xy, yy) = detection.evidence, detection.covariance_m2
    height_m, sigma_m = detection.height_m, detection.height_sigma_m
    # NaN fails every comparison.
    return (
        all(abs(value) < _LARGEST for value in (detection.x_m, detection.y_m, xx, xy, yy))
        and min(xx, yy) > _LEAST_VARIANCE_M2
        and xy * xy < _MOST_CORRELATED * xx * yy
        and (height_m is None or _HEIGHTS_M[0] <= height_m <= _HEIGHTS_M[1])
        and (sigma_m is None or 0.0 < sigma_m <= _LARGEST_HEIGHT_SIGMA_M)
        and (evidence is None or _is_usable_evidence(evidence))
    )


def _is_usable_evidence(evidence: Evidence) -> bool:
    ratios = evidence.log_likelihood_ratio
    return (
        len(ratios) == len(HYPOTHESES)
        and ratios[0] == 0.0  # "none" against "none"
        and all(ratio < _LARGEST for ratio in ratios)  # minus infinity is: never
        and 0.0 <= evidence.examined <= 1.0
    )
