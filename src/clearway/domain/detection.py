"""A detection: one sensor, one place, one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from clearway.domain.evidence import Evidence


class Covariance(NamedTuple):
    """Symmetric 2 x 2 position covariance in square metres."""

    xx: float
    xy: float
    yy: float


@dataclass(frozen=True, slots=True)
class Detection:
    """What one sensor reports of one place at one instant.

    A camera's detection says "a person is here".  A threat sensor's detection says in addition
    what it found there, as `evidence`.
    """

    sensor_id: str
    sequence: int
    """The sensor's own running number; with ``sensor_id`` it makes a repeated message known."""
    time_ns: int
    """When the content was measured, by the sensor's clock."""
    received_ns: int
    """When the message reached the engine, by the engine's clock."""
    x_m: float
    y_m: float
    covariance_m2: Covariance
    evidence: Evidence | None = None
    height_m: float | None = None
    """Body height, a cue that is not biometric; deleted with the track."""
    height_sigma_m: float | None = None
    """Its standard deviation."""
    source: int | None = None
    """The sensor's own number for what it believes is one person; its looks at one share it."""
    cue: str | None = None
    """Id of the cue that asked for this look, where the sensor says so."""
