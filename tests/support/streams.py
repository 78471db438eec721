"""What sensors send of people walked by hand, and what an engine makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from clearway.domain import Detection, nanoseconds
from clearway.engine import Engine, Event
from clearway.twin.crowd.people import Crowd
from tests.support.builders import RATE_HZ, detection


def seen_by_camera(
    crowd: Crowd, sensor_id: str = "camera-1", *, seed: int = 1, noise_m: float = 0.05
) -> list[Detection]:
    """One detection per person and frame, without misses, clutter or delay."""
    rng = np.random.default_rng(seed)
    found: list[Detection] = []
    for frame in range(round(crowd.duration_s * RATE_HZ) + 1):
        time_s = frame / RATE_HZ
        measured = crowd.at(time_s).position_m
        for x_m, y_m in (measured + rng.normal(0.0, noise_m, measured.shape)).tolist():
            found.append(
                detection(time_s, (x_m, y_m), sensor_id=sensor_id, sequence=len(found) + 1)
            )
    return found


def delayed(detections: Sequence[Detection], delays_s: Iterable[float]) -> list[Detection]:
    """The same detections, each with its own time under way."""
    return [
        replace(one, received_ns=one.time_ns + nanoseconds(delay_s))
        for one, delay_s in zip(detections, delays_s, strict=True)
    ]


def deliver(engine: Engine, detections: Iterable[Detection]) -> Iterator[Event]:
    """Hand detections over as they arrive."""
    arriving = sorted(detections, key=lambda one: one.received_ns)
    for _, together in groupby(arriving, key=lambda one: one.received_ns):
        yield from engine.observe(together)
