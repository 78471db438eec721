"""The density ladder: right person and nuisance rate against flow, one-way and two-way.

Each cell of the table (a flow in persons per minute, one-way or two-way) runs worlds with the
seeds 1, 2, 3, ... until enough carriers have passed; their counts are added up.  Every finished
world is a small file, so a ladder that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from multiprocessing import active_children
from pathlib import Path
from typing import Any

from clearway.errors import ClearwayError
from clearway.site.schema import Site
from clearway.store.atomic import atomic_write, refusal
from clearway.trial.files import read_json, write_json
from clearway.trial.reliability import pool_reliabilities
from clearway.trial.run import LIBRARIES, RunProgress, RunRequest, library_version, run_into
from clearway.trial.statistics import Proportion, Rate, proportion, rate

_LONGEST_WORLD_S = 1200.0
_SCRATCH = ".scratch"
_WORLDS_TO_GIVE_UP = 3


class FlowKind(StrEnum):
    """Which of the site's flows walk."""

    ONE_WAY = "one-way"
    """Only the first flow."""
    TWO_WAY = "two-way"
    """The first two flows, half each."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the table."""

    rate_per_min: float
    flow: FlowKind

    @property
    def name(self) -> str:
        """Folder name of the cell."""
        return f"{self.rate_per_min:g}-per-min-{self.flow.value}"


@dataclass(frozen=True, slots=True)
class LadderRequest:
    """What to run."""

    site: Site
    output: Path
    cells: tuple[Cell, ...]
    passages: int
    """Least number of judged carrier passages per cell."""
    carrier_share: float
    """Share of people who carry; raised, so that a cell needs fewer people."""


def run_ladder(
    request: LadderRequest, processes: int
) -> Generator[tuple[Cell, dict[str, Any]], None, None]:
    """Run all cells, several side by side.

    Parameters
    ----------
    request : LadderRequest
    processes : int
        How many cells to run at once; changes no result.

    Yields
    ------
    (Cell, dict)
        Each cell's pooled figures as it ends.
    """
    # Sparse cells need the most worlds; started first, they leave no core idle at the end.
    ordered = sorted(request.cells, key=lambda cell: cell.rate_per_min)
    with ProcessPoolExecutor(max_workers=processes, initializer=_end_on_signals) as pool:
        try:
            futures = {pool.submit(run_cell, request, cell): cell for cell in ordered}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            # Otherwise the pool waits until the worlds under way have ended.
            for worker in active_children():
                worker.terminate()
            raise
        finally:
            shutil.rmtree(request.output / _SCRATCH, ignore_errors=True)


def _end_on_signals() -> None:
    """Let a worker end at once: its finished worlds are safe, the one under way is not needed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def run_cell(request: LadderRequest, cell: Cell) -> dict[str, Any]:
    """Run one cell's worlds, or read those that are already there."""
    site = _site_of(request, cell)
    folder = request.output / cell.name / _fingerprint(site)
    people = 1.05 * request.passages / request.carrier_share
    duration_s = min(_LONGEST_WORLD_S, max(120.0, 60.0 * people / cell.rate_per_min))
    summaries: list[dict[str, Any]] = []
    while sum(map(_judged_passages, summaries)) < request.passages:
        seed = len(summaries) + 1
        path = folder / f"seed-{seed:03d}-{duration_s:.0f}s.json"
        if not path.exists():
            with _scratch_folder(request.output) as scratch:
                world = RunRequest(
                    site, scratch, rate_per_min=cell.rate_per_min, duration_s=duration_s, seed=seed
                )
                summary = run_into(scratch, world, RunProgress())
            folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as temporary:
                write_json(temporary, summary)
        summaries.append(read_json(path))
        if len(summaries) >= _WORLDS_TO_GIVE_UP and not any(map(_judged_passages, summaries)):
            raise ClearwayError(
                f"no carrier passed a threat sensor in {len(summaries)} worlds of {cell.name}\n"
                "    remedy: see with `clearway site check` which flows pass a curtain"
            )
    return pool_summaries(summaries)


@contextmanager
def _scratch_folder(output: Path) -> Iterator[Path]:
    """A folder for one world's tables, which nobody needs once its summary is written."""
    try:
        (output / _SCRATCH).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output / _SCRATCH) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise refusal(output, error) from error


def _site_of(request: LadderRequest, cell: Cell) -> Site:
    """The site with the cell's flows and the raised share of carriers."""
    wanted = 1 if cell.flow is FlowKind.ONE_WAY else 2
    flows = request.site.crowd.flows[:wanted]
    if len(flows) < wanted:
        raise ClearwayError(
            "the site has one flow only\n    remedy: add a second, opposite flow to crowd.flows, "
            "or ask for --flow one-way"
        )
    crowd = request.site.crowd.model_copy(
        update={
            "flows": tuple(flow.model_copy(update={"share": 1.0}) for flow in flows),
            "carriers": request.site.crowd.carriers.model_copy(
                update={"share": request.carrier_share}
            ),
        }
    )
    return request.site.model_copy(update={"crowd": crowd})


def _fingerprint(site: Site) -> str:
    """Short name of configuration, code and libraries: worlds of others are never mixed in."""
    digest = hashlib.sha256(site.model_dump_json().encode())
    for figures in sorted({curtain.figures for curtain in site.curtains if curtain.figures}):
        digest.update(Path(figures).read_bytes())
    for source in sorted(Path(str(files("clearway"))).rglob("*.py")):
        digest.update(source.read_bytes())
    for library in LIBRARIES:
        digest.update(library_version(library).encode())
    return digest.hexdigest()[:12]


def _judged_passages(summary: dict[str, Any]) -> int:
    return int(summary["carriers"]["passages"])


def pool_summaries(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up the counts of several worlds and give their intervals.

    Parameters
    ----------
    summaries : sequence of dict
        As in ``summary.json``.
    """
    return {
        "worlds": len(summaries),
        "people": sum(summary["crowd"]["people"] for summary in summaries),
        "passages": sum(map(_judged_passages, summaries)),
        "peak_density_per_m2": max(s["crowd"]["peak_density_per_m2"] for s in summaries),
        "right_at_alarm": _pool_shares(s["right_person"]["at_alarm"] for s in summaries),
        "right_later": _pool_shares(s["right_person"]["later"] for s in summaries),
        "pd": _pool_shares(s["pd"]["any"]["system"] for s in summaries),
        "holds_carrier": _pool_shares(s["candidate_set"]["holds_carrier"] for s in summaries),
        "nuisance": _pool_rates(s["alarms"]["nuisance"] for s in summaries),
        "false": _pool_rates(s["alarms"]["false"] for s in summaries),
        "belief": pool_reliabilities(s["calibration"]["belief"] for s in summaries),
        "attribution": pool_reliabilities(s["calibration"]["attribution"] for s in summaries),
        "innocent_stops": _pool_rates(s["alarms"]["innocent_stops_per_person"] for s in summaries),
    }


def _pool_shares(shares: Iterable[Proportion]) -> Proportion:
    known = list(shares)
    return proportion(sum(share["k"] for share in known), sum(share["n"] for share in known))


def _pool_rates(rates: Iterable[Rate]) -> Rate:
    known = list(rates)
    exposure = sum(figure["exposure"] for figure in known)
    return rate(sum(figure["count"] for figure in known), exposure, known[0]["unit"])


def default_processes() -> int:
    """One process per core that this process may use."""
    return len(os.sched_getaffinity(0))
