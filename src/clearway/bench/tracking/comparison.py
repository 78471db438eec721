"""Trackers by recordings, variants of the sensors and seeds, in a folder that can be resumed.

Each cell, one tracker on one scenario, is a file of its own, written when it is done.  A cell
whose file is there is not computed again, unless the tracker's settings, its library's version or
the length of the recording are no longer those of the file.  Clearway's own code may change
without its version: whoever changes it removes its cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from clearway.bench.tracking.peers import (
    CLEARWAY,
    GNN,
    JPDA,
    NEAREST_NEIGHBOUR,
    ByteTrack,
    Norfair,
    Peer,
    follow,
)
from clearway.bench.tracking.scenario import (
    BASE,
    HARD,
    Scenario,
    Variant,
    load_scenario,
    recording_name,
    watched_s,
)
from clearway.bench.tracking.scoring import Scores, score
from clearway.errors import ArgumentError, Fault, InputError
from clearway.store.atomic import atomic_write, refusal

__all__ = ["RECORDINGS", "TRACKERS", "VARIANTS", "Cell", "Job", "compare", "jobs"]

TRACKERS: dict[str, Peer] = {
    peer.name: peer for peer in (CLEARWAY, NEAREST_NEIGHBOUR, GNN, JPDA, Norfair(), ByteTrack())
}
"""By name."""
VARIANTS: dict[str, Variant] = {variant.name: variant for variant in (BASE, HARD)}
RECORDINGS = (
    "bot-300-085-085",
    "bot-360-160-160",
    "bo-360-090-090",
    "uo-180-180-120",
    "uo-240-240-160",
)
"""The one on which trackers are tuned comes first."""

Progress = Callable[["Cell", int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A cell to be computed."""

    tracker: Peer
    recording: Path
    variant: Variant
    seed: int

    @property
    def setup(self) -> str:
        """All that must be the same for a stored cell to be this one."""
        return f"{self.tracker!r}, version {self.tracker.version()}, {watched_s(self.recording)} s"

    @property
    def file_name(self) -> str:
        """Of the cell."""
        name = "-".join(
            (self.tracker.name, recording_name(self.recording), self.variant.name, str(self.seed))
        )
        return re.sub(r"[^a-z0-9]+", "-", name.lower()) + ".json"


@dataclass(frozen=True, slots=True)
class Cell:
    """One tracker on one scenario."""

    # JSON has no NaN, which a survival may be; Python's reader and pydantic's take it.
    __pydantic_config__: ClassVar = ConfigDict(ser_json_inf_nan="constants")

    tracker: str
    recording: str
    variant: str
    seed: int
    setup: str
    people_at_once: float
    """Mean over the frames."""
    scores: Scores
    cpu_ms: list[float]
    """Processor time of each frame."""


_CELL = TypeAdapter(Cell)


def jobs(
    trackers: Sequence[Peer],
    recordings: Sequence[Path],
    variants: Sequence[Variant],
    seeds: Sequence[int],
) -> list[Job]:
    """Every combination; those of the first seed come first, so that an early stop is of use."""
    return [
        Job(tracker, recording, variant, seed)
        for seed in seeds
        for recording in recordings
        for variant in variants
        for tracker in trackers
    ]


def compare(
    wanted: Sequence[Job],
    folder: Path,
    *,
    processes: int = 1,
    progress: Progress = lambda _cell, _done, _total: None,
) -> list[Cell]:
    """Compute what is not in the folder yet.

    Parameters
    ----------
    wanted : sequence of Job
    folder : Path
        Of the cells; made if absent.
    processes : int
        Trackers share the processor's caches: compare times of one process only.
    progress : callable
        Is told of each cell, with how many are done and how many there are.

    Returns
    -------
    list of Cell
        In the order of ``wanted``.

    Raises
    ------
    ArgumentError
        Fewer than one process.
    InputError
        If a recording or a stored cell cannot be read.
    MissingExtraError
        If a tracker or TrackEval is not installed.
    OutputError
        If a cell cannot be written; those written before stay.
    """
    if processes < 1:
        raise ArgumentError("processes", f"is {processes}", "give at least 1")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(folder, error) from error
    cells = {job: cell for job in wanted if (cell := _stored(job, folder)) is not None}
    done = 0
    for cell in cells.values():
        done += 1
        progress(cell, done, len(wanted))
    left = [job for job in wanted if job not in cells]
    for job, cell in _computed(left, folder, processes):
        cells[job] = cell
        done += 1
        progress(cell, done, len(wanted))
    return [cells[job] for job in wanted]


def _computed(left: Sequence[Job], folder: Path, processes: int) -> Iterator[tuple[Job, Cell]]:
    if processes == 1:
        for job in left:
            yield job, _compute(job, folder)
        return
    # A forked process would inherit the threads of numerical libraries in an unknown state.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        submitted = {pool.submit(_compute, job, folder): job for job in left}
        try:
            for future in as_completed(submitted):
                yield submitted[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _compute(job: Job, folder: Path) -> Cell:
    scenario = _scenario(job.recording, job.variant, job.seed)
    followed = follow(job.tracker, scenario)
    cell = Cell(
        job.tracker.name,
        scenario.recording,
        job.variant.name,
        job.seed,
        job.setup,
        float(np.mean([len(frame.person_id) for frame in scenario.frames])),
        score(scenario, followed.answers),
        (1e3 * followed.cpu_s).round(4).tolist(),
    )
    with atomic_write(folder / job.file_name) as temporary:
        temporary.write_bytes(_CELL.dump_json(cell, indent=1))
    return cell


@lru_cache(maxsize=1)
def _scenario(recording: Path, variant: Variant, seed: int) -> Scenario:
    """All trackers of a scenario follow each other in the list of jobs."""
    return load_scenario(recording, variant, seed)


def _stored(job: Job, folder: Path) -> Cell | None:
    path = folder / job.file_name
    if not path.exists():
        return None
    try:
        cell = _CELL.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        remedy = "remove it, and it is computed again"
        raise InputError(path, Fault(f"is no cell of a comparison: {error}", remedy)) from error
    return cell if cell.setup == job.setup else None
