"""A page while alarms come by the second: whether it goes on showing people and obeying keys."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearway.bench.console.browser import Seen, open_page
from clearway.bench.console.latency import Delays
from clearway.bench.console.processes import beside
from clearway.bench.console.station import Doors, Played, Scene, run_station

__all__ = ["Flood", "measure_flood", "waits_ms"]

_KEY_S = 1.0
_KEYS = ("ArrowUp", "ArrowUp", "ArrowDown")
"""New alarms come in at the top: who looks at the first of them has all others above."""
_ARRIVE_S = 2.0
_WARM_UP_S = 2.0


@dataclass(frozen=True, slots=True)
class Flood:
    """How the page fared."""

    scene: Scene
    browser: str
    alarms: int
    counted: int
    """New alarms that the page said there were, at the end."""
    alarm_to_count: Delays
    """From the alert to the animation frame after the page counted it."""
    gaps: Delays
    """Between one animation frame and the next."""
    tasks: Delays | None
    """Of more than 50 ms in which the page could do nothing else; None if there was none."""
    keys: Delays
    """From a key to the animation frame after the row that it chose."""
    keys_pressed: int
    to_pixel: Delays
    """From a report of people to the animation frame after its drawing."""
    reports: int
    heap_before_bytes: int
    heap_after_bytes: int
    processor_share: float
    """Of one core, that the server's process used."""
    late_ms: float
    """Longest time by which the server's event loop was late with a report."""
    quiet: Delays
    """Between animation frames, with the same people and no alarm: what the machine can do."""


def measure_flood(scene: Scene) -> Flood:
    """Show a flood of alarms, all critical, to one page, while somebody walks through the list.

    Parameters
    ----------
    scene : Scene
        With people and alarms.

    Raises
    ------
    MissingExtraError
        Playwright is not installed.
    ArgumentError
        There is no Chromium, there are no pages, or nothing was seen.
    """
    return asyncio.run(_measure(scene))


def waits_ms(told_ns: Sequence[int], counts: Sequence[tuple[int, float]]) -> list[float]:
    """How long the page took to count each alarm.

    Parameters
    ----------
    told_ns : sequence of int
        When each was told, in order.
    counts : sequence of (int, float)
        How many the page counted, and since when, milliseconds.

    Returns
    -------
    list of float
        One per alarm that was counted.

    Examples
    --------
    >>> waits_ms([1_000_000, 2_000_000, 3_000_000], [(1, 5.0), (2, 6.0)])
    [4.0, 4.0]
    """
    waits: list[float] = []
    rising = iter(counts)
    count, at_ms = 0, 0.0
    for number, told in enumerate(told_ns, start=1):
        while count < number:
            step = next(rising, None)
            if step is None:
                return waits
            count, at_ms = step
        waits.append(at_ms - told / 1e6)
    return waits


async def _measure(scene: Scene) -> Flood:
    with beside(run_station, 1, frozenset(os.sched_getaffinity(0))) as station:
        doors: Doors = await asyncio.to_thread(station.hear)

        async def play(what: Scene) -> Played:
            played: Played = await asyncio.to_thread(station.ask, what, what.seconds + 60.0)
            return played

        async with open_page(doors) as watched:
            await play(Scene(_WARM_UP_S, scene.people, scene.rate_hz))
            before = await watched.heap_bytes()
            await watched.start()
            await play(Scene(_WARM_UP_S, scene.people, scene.rate_hz))
            quiet = await watched.stop()
            await watched.start()
            async with watched.pressing(*_KEYS, every_s=_KEY_S):
                played = await play(scene)
                await asyncio.sleep(_ARRIVE_S)
            seen = await watched.stop()
            after = await watched.heap_bytes()
            return _flood(scene, watched.browser, played, seen, quiet, (before, after))


def _flood(
    scene: Scene, browser: str, played: Played, seen: Seen, quiet: Seen, heap: tuple[int, int]
) -> Flood:
    told: Mapping[str, int] = played.alarms
    return Flood(
        scene=scene,
        browser=browser,
        alarms=len(told),
        counted=seen.counts[-1][0] if seen.counts else 0,
        alarm_to_count=Delays.of(waits_ms(list(told.values()), seen.counts)),
        gaps=Delays.of(seen.gaps_ms),
        tasks=Delays.of(seen.tasks_ms) if seen.tasks_ms else None,
        keys=Delays.of(seen.keys_ms),
        keys_pressed=seen.keys_pressed,
        to_pixel=Delays.of([shown - picture for picture, _, shown in seen.frames]),
        reports=played.reports,
        heap_before_bytes=heap[0],
        heap_after_bytes=heap[1],
        processor_share=played.processor_s / played.seconds,
        late_ms=1e3 * played.latest_s,
        quiet=Delays.of(quiet.gaps_ms),
    )
