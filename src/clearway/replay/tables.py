"""The tables of a replay, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of a file that were not used, all for one reason."""

    count: int
    reason: str
    """In words that go after a colon."""
    first_line: int
    """Line in the file, from 1, of the first of them."""


@dataclass(frozen=True, slots=True)
class Detections:
    """Recorded detections of people, in any order."""

    sensor: NDArray[np.intp]
    """Shape (n,): position of the sensor in the list of sensors."""
    time_ns: NDArray[np.int64]
    """Shape (n,)."""
    time_s: NDArray[np.float64]
    """Shape (n,): the same as the file spells it, for output that compares equal."""
    position_m: NDArray[np.float64]
    """Shape (n, 2): east and north, finite."""
    height_m: NDArray[np.float64] | None = None
    """Shape (n,): body heights, NaN where unknown; None where the file has no such column."""
    rows: int = 0
    """How many the file holds, with those left out."""
    left_out: tuple[LeftOut, ...] = ()
    unused_columns: tuple[str, ...] = ()
    """Columns of the file that mean nothing here."""

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Recorded alarms of threat sensors, in any order."""

    alarm_id: tuple[str, ...]
    """One each, all different."""
    sensor_id: tuple[str, ...]
    source_id: tuple[str, ...]
    """Alarms of a sensor that share it are looks at one carrier; empty: a carrier of its own."""
    time_ns: NDArray[np.int64]
    """Shape (n,): when it was measured."""
    received_ns: NDArray[np.int64]
    """Shape (n,): when it arrived."""
    position_m: NDArray[np.float64]
    """Shape (n, 2): east and north, finite."""
    sigma_m: NDArray[np.float64]
    """Shape (n,): standard deviation per axis, > 0."""
    height_m: NDArray[np.float64]
    """Shape (n,): NaN where unknown."""
    height_sigma_m: NDArray[np.float64]
    """Shape (n,): NaN where unknown."""
    rows: int = 0
    """How many the file holds, with those left out."""
    left_out: tuple[LeftOut, ...] = ()
    unused_columns: tuple[str, ...] = ()
    """Columns of the file that mean nothing here."""

    def __len__(self) -> int:
        return len(self.alarm_id)


@dataclass(frozen=True, slots=True)
class CausalTracks:
    """The confirmed tracks after each instant as they were known then, by time and then by id."""

    time_s: NDArray[np.float64]
    track_id: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    scans: int
    """How many scans the tracker took."""
    empty_scans: int
    """How many of them saw nobody."""


@dataclass(frozen=True, slots=True)
class AttributionTable:
    """Who may be the source of each alarm; alarms in order of arrival, likeliest track first."""

    alarm_id: tuple[str, ...]
    track_id: tuple[int | None, ...]
    """None is nobody who is tracked."""
    probability: tuple[float, ...]
    """Those of one alarm sum to 1."""
    scans: int
    empty_scans: int
