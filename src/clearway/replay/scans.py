"""From recorded detections to scans, with those in which a sensor saw nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clearway.domain import seconds
from clearway.replay.clock import SAME_INSTANT_NS, SensorClock
from clearway.replay.tables import Detections
from clearway.tracking import PersonSensor, Scan


@dataclass(frozen=True, slots=True)
class Instant:
    """All scans of one instant."""

    time_ns: int
    time_s: float
    """As the file spells it; for an instant of empty scans alone, computed."""
    scans: tuple[Scan, ...]
    """In the order of the sensors; one or more."""
    known_ns: int
    """When the newest detection was made that it rests on: silence is known afterwards only."""

    @property
    def empty_scans(self) -> int:
        """How many of the scans saw nobody."""
        return sum(len(scan.position_m) == 0 for scan in self.scans)


def instants(detections: Detections, sensors: Sequence[PersonSensor]) -> Iterator[Instant]:
    """Group detections into scans, and insert the scans in which a sensor saw nobody.

    Detections of one sensor at one instant are a scan.  Times within a microsecond of the first
    are the same instant, for one sensor and for several.  From the first to the last instant of
    all detections every sensor is expected to scan at its rate (`SensorClock`); where it has
    reported nothing, there is an empty scan, so that a sensor that has died goes on being silent.
    A detection within half a period of an expected scan is that scan.

    The scans up to an instant of the recording depend on the detections up to that instant alone.
    Hence before its first detection a sensor is taken to scan with the first instant, whatever
    its phase will turn out to be.

    Parameters
    ----------
    detections : Detections
        In any order.
    sensors : sequence of PersonSensor
        That ``detections.sensor`` counts through.

    Yields
    ------
    Instant
        In order of time, whatever the order of the rows; no two within a microsecond.
    """
    if not len(detections):
        return
    rows, starts = _instant_rows(detections)
    first_ns = int(detections.time_ns[rows[0]])
    clocks = [SensorClock(sensor.rate_hz, first_ns) for sensor in sensors]
    for start, stop in pairwise([*starts, len(rows)]):
        members = rows[start:stop]
        time_ns = int(detections.time_ns[members].min())
        sensor = detections.sensor[members]
        reporting, begins = np.unique(sensor, return_index=True)  # rows are sorted by sensor
        present = set(reporting.tolist())
        for silent_ns, silent in _silences_before(clocks, time_ns, present):
            scans = tuple(Scan.empty(sensors[index].sensor_id, silent_ns) for index in silent)
            yield Instant(silent_ns, seconds(silent_ns), scans, time_ns)
        found = {
            index: _scan(detections, sensors[index], time_ns, part)
            for index, part in zip(reporting.tolist(), np.split(members, begins[1:]), strict=True)
        }
        for index, clock in enumerate(clocks):
            if index in present:
                clock.scanned(time_ns)
            elif clock.deadline_ns <= time_ns + SAME_INSTANT_NS:
                found[index] = Scan.empty(sensors[index].sensor_id, time_ns)
                clock.silent()
        yield Instant(
            time_ns,
            float(detections.time_s[members].min()),
            tuple(found[index] for index in sorted(found)),
            time_ns,
        )


def _instant_rows(detections: Detections) -> tuple[NDArray[np.intp], list[int]]:
    """Rows in order of instant, sensor and content; and where each instant begins."""
    times, inverse = np.unique(detections.time_ns, return_inverse=True)
    instant = np.empty(len(times), dtype=np.intp)
    count, first_ns = -1, 0
    for index, time_ns in enumerate(times.tolist()):
        if count < 0 or time_ns - first_ns > SAME_INSTANT_NS:
            count, first_ns = count + 1, time_ns
        instant[index] = count
    of_row = instant[inverse]
    x_m, y_m = detections.position_m.T
    keys = [detections.time_ns, y_m, x_m, detections.sensor, of_row]
    if detections.height_m is not None:
        keys.insert(0, detections.height_m)
    rows = np.lexsort(keys)
    return rows, np.searchsorted(of_row[rows], np.arange(count + 1)).tolist()


def _silences_before(
    clocks: Sequence[SensorClock], time_ns: int, present: set[int]
) -> Iterator[tuple[int, list[int]]]:
    """Times before ``time_ns``, when the sensors ``present`` report, and who is silent then."""
    before_ns = time_ns - SAME_INSTANT_NS

    def deadline(index: int) -> int:
        clock = clocks[index]
        is_this_scan = index in present and clock.replaces(time_ns)
        return before_ns if is_this_scan else clock.deadline_ns

    while True:
        deadlines = [deadline(index) for index in range(len(clocks))]
        first_ns = min(deadlines)
        if first_ns >= before_ns:
            return
        last_ns = min(first_ns + SAME_INSTANT_NS, before_ns - 1)
        silent = [index for index, due_ns in enumerate(deadlines) if due_ns <= last_ns]
        for index in silent:
            clocks[index].silent()
        yield first_ns, silent


def _scan(
    detections: Detections,
    sensor: PersonSensor,
    time_ns: int,
    rows: NDArray[np.intp],
) -> Scan:
    height_m = None if detections.height_m is None else detections.height_m[rows]
    if height_m is not None and np.isnan(height_m).all():
        height_m = None
    return Scan.of_positions(
        sensor.sensor_id, time_ns, detections.position_m[rows], sensor.sigma_m, height_m
    )
