"""From the control room's being told of people or an alarm to the pixel in a browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clearway.bench.console.browser import open_page
from clearway.bench.console.processes import beside
from clearway.bench.console.station import Doors, Played, Scene, run_station
from clearway.errors import ArgumentError

__all__ = ["Delays", "Latency", "measure_latency"]

_WARM_UP_S = 2.0
_ARRIVE_S = 0.5
_LOOK_S = 0.3
"""The list of alarms keeps the chosen one in sight; who waits for the next looks at its top."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long something took, milliseconds."""

    n: int
    p50: float
    p95: float
    longest: float

    @classmethod
    def of(cls, values_ms: Sequence[float]) -> Delays:
        """Summarise at least one.

        Raises
        ------
        ArgumentError
            There is none.

        Examples
        --------
        >>> Delays.of([1.0, 2.0, 9.0])
        Delays(n=3, p50=2.0, p95=9.0, longest=9.0)
        """
        if not values_ms:
            raise ArgumentError("seconds", "nothing was seen", "measure for longer")
        p50, p95 = np.quantile(values_ms, [0.5, 0.95], method="inverted_cdf")
        return cls(len(values_ms), float(p50), float(p95), max(values_ms))


@dataclass(frozen=True, slots=True)
class Latency:
    """What was found with one number of people."""

    scene: Scene
    browser: str
    reports: int
    to_drawing: Delays
    """From the report of people to the end of the drawing commands."""
    to_pixel: Delays
    """From the report to the animation frame after the drawing."""
    alarm_to_row: Delays
    """From the alert to the animation frame after its row was in the document."""
    alarms: int
    drift_ms: float


def measure_latency(scenes: Sequence[Scene]) -> list[Latency]:
    """Show each scene to one page.

    Parameters
    ----------
    scenes : sequence of Scene
        With people and alarms.

    Raises
    ------
    MissingExtraError
        Playwright is not installed.
    ArgumentError
        There is no Chromium, there are no pages, or nothing was seen.
    """
    return asyncio.run(_measure(scenes))


async def _measure(scenes: Sequence[Scene]) -> list[Latency]:
    found = []
    with beside(run_station, 1, frozenset(os.sched_getaffinity(0))) as station:
        doors: Doors = await asyncio.to_thread(station.hear)
        async with open_page(doors) as watched:
            for scene in scenes:
                warm_up = Scene(_WARM_UP_S, scene.people, scene.rate_hz)
                await asyncio.to_thread(station.ask, warm_up)
                await watched.start()
                async with watched.pressing("Home", every_s=_LOOK_S):
                    played: Played = await asyncio.to_thread(
                        station.ask, scene, scene.seconds + 60.0
                    )
                    await asyncio.sleep(_ARRIVE_S)
                seen = await watched.stop()
                rows = [
                    seen.rows[alarm] - told_ns / 1e6
                    for alarm, told_ns in played.alarms.items()
                    if alarm in seen.rows
                ]
                found.append(
                    Latency(
                        scene,
                        watched.browser,
                        played.reports,
                        Delays.of([drawn - picture for picture, drawn, _ in seen.frames]),
                        Delays.of([shown - picture for picture, _, shown in seen.frames]),
                        Delays.of(rows),
                        len(played.alarms),
                        seen.drift_ms,
                    )
                )
    return found
