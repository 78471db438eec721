"""Recorded alarms to the tracks of recorded detections, with what was known on their arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

import numpy as np

from clearway.domain import Attribution, TrackStates
from clearway.domain.detection import Covariance
from clearway.domain.time import seconds
from clearway.fusion.handover import HandOver, Look
from clearway.replay.scans import Instant
from clearway.replay.tables import Alarms, AttributionTable, Detections
from clearway.replay.track import follow
from clearway.tracking import PersonSensor, Tracker, TrackHistory

MEMORY_S = 60.0
"""How far back from the latest alarm's measurement the tracks are remembered."""
LONGEST_LAG_S = 600.0
"""For an alarm that arrives later than this nothing more is remembered."""


def attribute(
    detections: Detections,
    sensors: Sequence[PersonSensor],
    alarms: Alarms,
    tracker: Tracker | None = None,
    progress: Callable[[float], None] | None = None,
) -> AttributionTable:
    """Say of each alarm to which track it belongs, with what was known when it arrived.

    That is: the detections up to its arrival, and the alarms that arrived before it; of alarms
    that arrive together, the one measured first comes first.  Each threat sensor has a hand-over of
    its own, which learns that sensor's offset from its alarms so far.

    Parameters
    ----------
    detections, sensors, tracker, progress
        As for `follow`.
    alarms : Alarms

    Returns
    -------
    AttributionTable
        All alarms, in order of arrival.
    """
    past = _Past(follow(detections, sensors, tracker, progress), _memory_s(alarms))
    hand_overs: defaultdict[str, HandOver] = defaultdict(HandOver)
    alarm_ids: list[str] = []
    track_ids: list[int | None] = []
    probabilities: list[float] = []
    for index in _order_of_arrival(alarms):
        past.advance(int(alarms.received_ns[index]))
        found = hand_overs[alarms.sensor_id[index]].attribute(
            _source(alarms, index), _look(alarms, index), past.at
        )
        for track_id, probability in _likeliest_first(found):
            alarm_ids.append(alarms.alarm_id[index])
            track_ids.append(track_id)
            probabilities.append(probability)
    return AttributionTable(
        tuple(alarm_ids),
        tuple(track_ids),
        tuple(probabilities),
        past.scans,
        past.empty_scans,
    )


class _Past:
    """The tracks as they were, of the part of a replay that was known at an arrival."""

    def __init__(self, replay: Iterator[tuple[Instant, TrackStates]], length_s: float) -> None:
        self._replay = replay
        self._history = TrackHistory(length_s)
        self._next = next(replay, None)
        self.scans = self.empty_scans = 0

    def advance(self, received_ns: int) -> None:
        # One instant is always taken in advance; it must not be remembered before its time.
        while self._next is not None and self._next[0].known_ns <= received_ns:
            instant, states = self._next
            self._history.append(states)
            self.scans += len(instant.scans)
            self.empty_scans += instant.empty_scans
            self._next = next(self._replay, None)

    def at(self, time_ns: int) -> TrackStates:
        return self._history.at(time_ns)


def _memory_s(alarms: Alarms) -> float:
    lag_ns = (alarms.received_ns - alarms.time_ns).max(initial=0)
    return MEMORY_S + min(seconds(int(lag_ns)), LONGEST_LAG_S)


def _order_of_arrival(alarms: Alarms) -> list[int]:
    """Of equal arrivals the earlier measured, then by id, so that the order of rows is nothing."""
    by_id = np.argsort(np.array(alarms.alarm_id, dtype=object), kind="stable")
    order = np.lexsort([alarms.time_ns[by_id], alarms.received_ns[by_id]])
    ordered: list[int] = by_id[order].tolist()
    return ordered


def _source(alarms: Alarms, index: int) -> Hashable:
    source = alarms.source_id[index]
    return ("source", source) if source else ("alarm", alarms.alarm_id[index])


def _look(alarms: Alarms, index: int) -> Look:
    x_m, y_m = alarms.position_m[index].tolist()
    variance = float(alarms.sigma_m[index]) ** 2
    height_m, height_sigma_m = float(alarms.height_m[index]), float(alarms.height_sigma_m[index])
    known = not np.isnan(height_m)
    return Look(
        int(alarms.time_ns[index]),
        x_m,
        y_m,
        Covariance(variance, 0.0, variance),
        height_m if known else None,
        height_sigma_m if known else None,
    )


def _likeliest_first(found: Attribution) -> list[tuple[int | None, float]]:
    rows: list[tuple[int | None, float]] = [
        *zip(found.track_ids, found.probabilities, strict=True),
        (None, found.none),
    ]
    # Equal ones by id, nobody last.
    return sorted(rows, key=lambda row: (-row[1], row[0] is None, row[0] or 0))
