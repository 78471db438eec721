"""One world through the engine, into a run folder."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import tomli_w

from clearway.engine import CueRequested, DetectionRefused, Engine, Event
from clearway.site.schema import Site
from clearway.store.run_folder import RUN_FILE, run_folder
from clearway.trial.files import SUMMARY_FILE, TIMINGS_FILE, write_json
from clearway.trial.metrics import summarise
from clearway.trial.recorder import Recorder
from clearway.twin.crowd import open_crowd
from clearway.twin.random_streams import random_stream
from clearway.twin.under_way import UnderWay
from clearway.twin.world import START_NS, World

if TYPE_CHECKING:
    from clearway.twin.passages.crowd_passages import CurtainPhysics

_CHUNK_S = 2.0
LIBRARIES = ("numpy", "scipy", "shapely", "pyarrow", "jupedsim")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run: with the site file, enough to repeat it."""

    site: Site
    output: Path
    site_file: Path | None = None
    crowd_file: Path | None = None
    rate_per_min: float | None = None
    duration_s: float | None = None
    seed: int = 1
    threads: int = 1
    curtain_physics: CurtainPhysics | None = None
    """Simulates every passage of every curtain, in the place of rates and figures."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What a run tells while it works."""

    stage: Callable[[str], None] = field(default=lambda _stage: None)
    """A stage begins."""
    fraction: Callable[[float], None] = field(default=lambda _fraction: None)
    """Share of the present stage that is done."""
    events: Callable[[list[Event]], None] = field(default=lambda _events: None)
    """What the engine said."""
    message: Callable[[str], None] = field(default=lambda _message: None)
    """Something the user should know."""


def execute(request: RunRequest, progress: RunProgress | None = None) -> dict[str, Any]:
    """Run one world and write its folder.

    Parameters
    ----------
    request : RunRequest
    progress : RunProgress, optional

    Returns
    -------
    dict
        The summary, as in ``summary.json``.

    Raises
    ------
    InputError, OutputError, MissingExtraError
        With nothing half-written left behind.
    """
    progress = progress or RunProgress()
    with run_folder(request.output) as folder:
        summary = run_into(folder, request, progress)
        progress.stage("report")
        # The report draws with matplotlib, which a run of many worlds need not load.
        from clearway.trial.report import write_report

        write_report(folder)
    return summary


def run_into(folder: Path, request: RunRequest, progress: RunProgress) -> dict[str, Any]:
    """Run one world into a folder that exists: everything but the report.

    Parameters
    ----------
    folder : Path
        An empty folder; ``request.output`` is not used.
    request : RunRequest
    progress : RunProgress

    Returns
    -------
    dict
        The summary.
    """
    timings: dict[str, float] = {}
    progress.stage("crowd")
    with _Stopwatch() as watch:
        crowd = open_crowd(
            request.site,
            crowd_file=request.crowd_file,
            rate_per_min=request.rate_per_min,
            duration_s=request.duration_s,
            rng=random_stream(request.seed, "crowd"),
            on_progress=progress.fraction,
            on_message=progress.message,
        )
    timings["crowd_s"] = watch.total_s
    world = World(request.site, crowd, request.seed, physics=request.curtain_physics)
    write_run_file(folder, request, world)

    if request.curtain_physics is not None:
        progress.stage("curtain passages")
        with _Stopwatch() as watch:
            world.simulate_passages(request.threads, progress.fraction)
        timings["curtain_passages_s"] = watch.total_s

    progress.stage("sensors and engine")
    engine = Engine(request.site)
    engine_watch = _Stopwatch()
    counts: Counter[str] = Counter()
    with _Stopwatch() as watch, Recorder(folder, world) as recorder:
        for events, done in drive(engine, world, recorder, request.threads, engine_watch):
            recorder.record(events)
            counts.update(_counted(events))
            progress.events(events)
            progress.fraction(done)
    timings["sensors_and_engine_s"] = watch.total_s
    timings["engine_s"] = engine_watch.total_s
    timings["engine_times_real_time"] = crowd.duration_s / max(engine_watch.total_s, 1e-9)

    progress.stage("metrics")
    with _Stopwatch() as watch:
        summary = summarise(folder, request.site, crowd.duration_s, counts)
    timings["metrics_s"] = watch.total_s
    write_json(folder / SUMMARY_FILE, summary)
    write_json(folder / TIMINGS_FILE, timings)
    return summary


class _Stopwatch:
    """Adds up the wall time spent inside its blocks."""

    def __init__(self) -> None:
        self.total_s = 0.0

    def __enter__(self) -> Self:
        self._started = perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.total_s += perf_counter() - self._started


def drive(
    engine: Engine, world: World, recorder: Recorder, threads: int, stopwatch: _Stopwatch
) -> Iterator[tuple[list[Event], float]]:
    """Deliver what the sensors send in the order of arrival, and answer the engine's cues.

    What was measured before the end is delivered even if it arrives later; a cue after the end
    finds nobody to look at and is not answered.

    Yields
    ------
    (list of Event, float)
        What the engine said, and the share of the run that is done.
    """
    under_way = UnderWay()
    duration_s = world.crowd.duration_s
    for end_ns, observations in world.observations(duration_s, _CHUNK_S, threads):
        under_way.send(observations)
        # Nothing measured later can arrive before the chunk's end.
        for arrived, clock_ns in chain(under_way.arrivals(end_ns), [((), end_ns)]):
            recorder.remember(arrived)
            with stopwatch:
                events = engine.observe([o.detection for o in arrived], clock_ns)
            cues = [event for event in events if isinstance(event, CueRequested)]
            under_way.send(world.respond(event.cue, event.clock_ns) for event in cues)
            yield events, world.elapsed_s(end_ns) / duration_s
    for arrived, clock_ns in under_way.arrivals(None):
        recorder.remember(arrived)
        with stopwatch:
            events = engine.observe([o.detection for o in arrived], clock_ns)
        yield events, 1.0
    with stopwatch:
        events = engine.flush()
    yield events, 1.0


def write_run_file(folder: Path, request: RunRequest, world: World) -> None:
    """Write the full configuration, the seed and the versions."""
    physics = request.curtain_physics
    run = {
        "seed": request.seed,
        "duration_s": world.crowd.duration_s,
        "start_ns": START_NS,
        "people": len(world.crowd),
        "people_at_start": int((world.crowd.first_frame == 0).sum()),
        "crowd_origin": world.crowd.origin.value,
        "crowd_description": world.crowd.description,
        "site_file": _as_text(request.site_file),
        "crowd_file": _as_text(request.crowd_file),
        "crowd_file_sha256": _sha256(request.crowd_file),
        "rate_per_min": request.rate_per_min,
        "sensors_origin": "simulated",
        "curtain_figures": world.figures_source or None,
        "curtain_physics": None if physics is None else physics.record,
        "versions": {
            "clearway": version("clearway"),
            "python": platform.python_version(),
            **{name: library_version(name) for name in LIBRARIES},
        },
    }
    document = {
        "run": {name: value for name, value in run.items() if value is not None},
        "site": request.site.model_dump(mode="json", exclude_none=True),
    }
    (folder / RUN_FILE).write_text(tomli_w.dumps(document), encoding="utf-8")


def _as_text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _sha256(path: Path | None) -> str | None:
    if path is None:
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def library_version(name: str) -> str:
    """Version of a library that results may depend on."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _counted(events: list[Event]) -> Iterator[str]:
    """Names of the events that the summary counts."""
    for event in events:
        if isinstance(event, CueRequested):
            yield "cues"
        elif isinstance(event, DetectionRefused):
            yield event.reason.name.lower()
