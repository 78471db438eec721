"""The simulated station as a whole: people, what they carry, and all sensors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np

from clearway.domain import nanoseconds, seconds
from clearway.fusion import Cue
from clearway.site.schema import Curtain, Sensor, Site
from clearway.twin.camera import CameraTwin
from clearway.twin.carriers import Loads, draw_loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.curtain import CurtainTwin
from clearway.twin.examining import Examiner
from clearway.twin.observation import Observation
from clearway.twin.random_streams import random_stream
from clearway.twin.trace import TraceTwin

if TYPE_CHECKING:
    from clearway.twin.passages.crowd_passages import CurtainPhysics, SimulatedPassages

START_NS = 1_767_225_600_000_000_000
"""UTC of a simulated run's frame 0: 2026-01-01T00:00:00Z, so that runs can be compared."""


class World:
    """People and sensors of one run.

    Parameters
    ----------
    site : Site
    crowd : Crowd
        In the site frame.
    seed : int
        Decides what people carry and what sensors make of it.
    only : collection of str, optional
        Ids of the sensors wanted; default all.  Each draws from its own stream, so what one of
        them sends does not depend on which others there are.
    physics : CurtainPhysics, optional
        Simulates every passage of every curtain, in the place of rates and figures.

    Raises
    ------
    InputError
        A file of figures, or of a radar's array, that cannot be read.
    ArgumentError
        Figures of another radar than the site file states; with physics, a curtain without a
        radar.
    """

    def __init__(
        self,
        site: Site,
        crowd: Crowd,
        seed: int,
        only: Collection[str] | None = None,
        physics: CurtainPhysics | None = None,
    ) -> None:
        self.crowd = crowd
        self.loads: Loads = draw_loads(
            len(crowd), site.crowd.carriers, site.trace_sensors, random_stream(seed, "carriers")
        )

        self.figures_source: dict[str, str] = {}
        """Where the passages of each curtain that goes by no rates come from, by its id."""
        self._simulated: list[tuple[SimulatedPassages, CurtainTwin]] = []

        def wanted(sensor: Sensor) -> bool:
            return only is None or sensor.id in only

        def stream(sensor: Sensor) -> np.random.Generator:
            return random_stream(seed, f"sensor {sensor.id}")

        def curtain(sensor: Curtain) -> CurtainTwin:
            line, rng = site.line(sensor.trigger_line), stream(sensor)
            if physics is None:
                examiner = self._examiner(sensor, seed, rng)
                return CurtainTwin(sensor, line, crowd, self.loads, rng, START_NS, examiner)
            passages = self._passages(sensor, seed, physics)
            twin = CurtainTwin(sensor, line, crowd, self.loads, rng, START_NS, passages)
            self._simulated.append((passages, twin))
            return twin

        self._sensing: list[CameraTwin | CurtainTwin] = [
            *(
                CameraTwin(sensor, crowd, stream(sensor), START_NS)
                for sensor in filter(wanted, site.cameras)
            ),
            *(curtain(sensor) for sensor in filter(wanted, site.curtains)),
        ]
        self._traces = {
            sensor.id: TraceTwin(sensor, crowd, self.loads, stream(sensor), START_NS)
            for sensor in filter(wanted, site.trace_sensors)
        }

    def _examiner(self, sensor: Curtain, seed: int, rng: np.random.Generator) -> Examiner | None:
        """For a curtain with figures; the others go by their rates."""
        if sensor.figures is None:
            return None
        # A world without figures starts without the second that the recogniser's side takes.
        from clearway.twin.figures.examiner import DrawnPassages, draw_people  # noqa: PLC0415
        from clearway.twin.figures.file import read_figures  # noqa: PLC0415

        figures = read_figures(Path(sensor.figures))
        self.figures_source[sensor.id] = figures.source
        people = draw_people(len(self.crowd), random_stream(seed, "figures"))
        return DrawnPassages(sensor, self.crowd, self.loads, people, figures, rng)

    def _passages(self, sensor: Curtain, seed: int, physics: CurtainPhysics) -> SimulatedPassages:
        # As with figures: whoever wants no physics does not wait for its libraries.
        from clearway.twin.passages.crowd_passages import SimulatedPassages  # noqa: PLC0415
        from clearway.twin.passages.crowd_walks import Cast  # noqa: PLC0415

        self.figures_source[sensor.id] = physics.source
        return SimulatedPassages(sensor, self.crowd, Cast(self.loads, seed), seed, physics)

    def simulate_passages(
        self, threads: int = 1, progress: Callable[[float], None] = lambda _: None
    ) -> None:
        """Simulate the passages of all curtains ahead of time; without physics there are none.

        Left out, each is simulated when the curtain is to tell of it, with the same result.

        Parameters
        ----------
        threads : int
            How many curtains to simulate at once; changes no result.
        progress : callable
            Told the share of the passages that are done, after each.

        Raises
        ------
        MissingExtraError
            No Embree.
        """
        total = sum(len(twin.crossings.person) for _, twin in self._simulated)
        done, stopped = count(1), Event()

        def work(passages: SimulatedPassages, twin: CurtainTwin) -> None:
            crossings = twin.crossings
            for _ in passages.simulate(crossings.person, crossings.time_s, crossings.position_m):
                progress(next(done) / total)
                if stopped.is_set():
                    return

        with ThreadPoolExecutor(threads) as pool:
            try:
                for future in [pool.submit(work, *one) for one in self._simulated]:
                    future.result()
            finally:
                stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def observations(
        self, duration_s: float, chunk_s: float, threads: int
    ) -> Iterator[tuple[int, list[Observation]]]:
        """What the sensors that need no cue send, chunk by chunk.

        Sensors work side by side and one chunk ahead of whoever reads; each draws from its own
        stream, so the number of threads changes nothing.

        Parameters
        ----------
        duration_s : float
            Length of the run.
        chunk_s : float
            Length of a chunk.
        threads : int
            How many sensors to simulate at once.

        Yields
        ------
        (int, list of Observation)
            The end of the chunk in UTC nanoseconds, and all that was measured before it and not
            in an earlier chunk.
        """
        ends = [
            min(nanoseconds(duration_s), (index + 1) * nanoseconds(chunk_s))
            for index in range(-(-nanoseconds(duration_s) // nanoseconds(chunk_s)))
        ]
        if not ends:
            return
        with ThreadPoolExecutor(max_workers=threads) as pool:
            ahead = None
            for end_ns, following_ns in zip(ends, [*ends[1:], None], strict=True):
                current = ahead or [pool.submit(sensor.sense, end_ns) for sensor in self._sensing]
                found = [future.result() for future in current]
                if following_ns is not None:
                    ahead = [pool.submit(sensor.sense, following_ns) for sensor in self._sensing]
                yield START_NS + end_ns, list(chain.from_iterable(found))

    def respond(self, cue: Cue, clock_ns: int) -> Observation:
        """What a cued sensor sends."""
        return self._traces[cue.sensor_id].shoot(cue, clock_ns)

    def elapsed_s(self, time_ns: int) -> float:
        """Seconds since the start of the run."""
        return seconds(time_ns - START_NS)
