"""What frames leave behind in a browser: nothing, or a page that is open for weeks would die of it.

The same ten seconds of people are shown again and again, through the control room and the live
WebSocket, faster than any sensor reports, to a page that is in the foreground and draws.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from clearway.bench.console.browser import open_page
from clearway.bench.console.processes import beside
from clearway.bench.console.station import Doors, Scene, run_station

__all__ = ["Heap", "measure_heap"]

_SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Heap:
    """Memory in use after forced collections."""

    people: int
    browser: str
    frames: tuple[int, ...]
    """That the page had taken when it was looked at."""
    heap_bytes: tuple[int, ...]

    @property
    def growth(self) -> float:
        """Of the last value over the first, as a share of the first."""
        return self.heap_bytes[-1] / self.heap_bytes[0] - 1.0


def measure_heap(
    scene: Scene,
    *,
    first: int = 5_000,
    frames: int = 200_000,
    looks: int = 10,
    tell: Callable[[int, int], object] = lambda _frames, _bytes: None,
) -> Heap:
    """Show frames to one page, and look at its heap now and then.

    Parameters
    ----------
    scene : Scene
        Played again and again; the page skips frames that it is too slow for, which do not count.
    first : int
        Frames before the first look.
    frames : int
        In all.
    looks : int
        After the first.
    tell : callable
        Is told frames and bytes of each look.

    Raises
    ------
    MissingExtraError
        Playwright is not installed.
    ArgumentError
        There is no Chromium, or there are no pages.
    """
    return asyncio.run(_measure(scene, first, frames, looks, tell))


async def _measure(
    scene: Scene, first: int, frames: int, looks: int, tell: Callable[[int, int], object]
) -> Heap:
    taken: list[int] = []
    heap: list[int] = []
    with beside(run_station, 1, frozenset(os.sched_getaffinity(0))) as station:
        doors: Doors = await asyncio.to_thread(station.hear)
        async with open_page(doors) as watched:
            for look in range(looks + 1):
                due = first + (frames - first) * look // looks
                while await watched.frames_taken() < due:
                    await asyncio.to_thread(station.ask, scene, scene.seconds + 60.0)
                # What is in the way is taken and drawn before the heap is looked at.
                await asyncio.sleep(_SETTLE_S)
                taken.append(await watched.frames_taken())
                heap.append(await watched.heap_bytes())
                tell(taken[-1], heap[-1])
            return Heap(scene.people, watched.browser, tuple(taken), tuple(heap))
