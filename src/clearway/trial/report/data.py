"""Everything that the report is drawn from, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from clearway.domain import seconds
from clearway.errors import Fault, InputError
from clearway.site.schema import Site
from clearway.store.run_folder import RUN_FILE
from clearway.store.tables import read_table
from clearway.trial.files import SUMMARY_FILE, TIMINGS_FILE, read_json, read_run_file
from clearway.trial.instants import Instants
from clearway.trial.outcomes import THREATS, Outcomes, judge
from clearway.trial.report.paths import Paths

Row: TypeAlias = Mapping[str, Any]
"""One row of a table."""

_REMEDY = "repeat the run with this version of Clearway"
_RUN_KEYS = ("seed", "start_ns", "duration_s", "people", "crowd_description", "versions")
_SUMMARY_KEYS = (
    "alarms", "calibration", "candidate_set", "carriers", "crowd", "duration_s", "engine",
    "latency_s", "pd", "provenance", "right_person",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunData:
    """A run folder in memory."""

    run: Mapping[str, Any]
    site: Site
    summary: Mapping[str, Any]
    timings: Mapping[str, Any]
    outcomes: Outcomes
    instants: Instants
    truth: Paths
    """People."""
    tracks: Paths
    tracks_at: TracksAt
    carriers: Mapping[int, str]
    """What each person who carries a threat carries."""
    evidence: tuple[Row, ...]
    alerts: tuple[Row, ...]

    @property
    def duration_s(self) -> float:
        """Length of the run in simulated time."""
        return float(self.run["duration_s"])

    @property
    def start_ns(self) -> int:
        """UTC at which the run began."""
        return int(self.run["start_ns"])

    def since_start_s(self, time_ns: int) -> float:
        """Seconds since the start of the run."""
        return seconds(time_ns - self.start_ns)


class TracksAt:
    """Tracks at a report time, with their belief.

    Parameters
    ----------
    table : Table
        The tracks in the order of time.
    """

    def __init__(self, table: pa.Table) -> None:
        self._time_ns: NDArray[np.int64] = table["time_ns"].to_numpy()
        self._ids: NDArray[np.int64] = table["track_id"].to_numpy()
        self._p_threat: NDArray[np.float32] = table["p_threat"].to_numpy()

    def at(self, time_ns: int) -> dict[int, float]:
        """Probability of a threat by track."""
        rows = slice(*np.searchsorted(self._time_ns, [time_ns, time_ns + 1]).tolist())
        return dict(zip(self._ids[rows].tolist(), self._p_threat[rows].tolist(), strict=True))


def load_run(folder: Path) -> RunData:
    """Read a run folder.

    Raises
    ------
    InputError
        If a file is absent, unreadable or not of a run.
    """
    document = read_run_file(folder)
    run, site = document.get("run"), document.get("site")
    if not isinstance(run, dict) or not isinstance(site, dict):
        fault = Fault("has no [run] and [site]", "name the folder of a finished run")
        raise InputError(folder / RUN_FILE, fault)
    _need(folder / RUN_FILE, run, _RUN_KEYS)
    summary = read_json(folder / SUMMARY_FILE)
    _need(folder / SUMMARY_FILE, summary, _SUMMARY_KEYS)
    known_site = _site(folder / RUN_FILE, site)
    instants = Instants(folder)
    truth, tracks = read_table(folder, "truth"), read_table(folder, "tracks")
    return RunData(
        run=run,
        site=known_site,
        summary=summary,
        timings=read_json(folder / TIMINGS_FILE),
        outcomes=judge(folder, known_site.decision.deadline_s, instants),
        instants=instants,
        truth=Paths.from_table(truth, "person_id", run["start_ns"]),
        tracks=Paths.from_table(tracks, "track_id", run["start_ns"]),
        tracks_at=TracksAt(tracks),
        carriers={p: what for p, what in instants.carries.items() if what in THREATS},
        evidence=tuple(read_table(folder, "evidence").to_pylist()),
        alerts=tuple(read_table(folder, "alerts").to_pylist()),
    )


def _need(path: Path, content: object, keys: Iterable[str]) -> None:
    known = content if isinstance(content, dict) else {}
    missing = [key for key in keys if key not in known]
    if missing:
        raise InputError(path, Fault(f"has no `{missing[0]}`", _REMEDY, field=missing[0]))


def _site(path: Path, content: Mapping[str, Any]) -> Site:
    try:
        return Site.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in ("site", *first["loc"]))
        raise InputError(path, Fault(first["msg"], _REMEDY, field=field)) from None
