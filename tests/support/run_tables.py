"""A run folder drawn by hand: who stood where, whose track it was, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import tomli_w

from clearway.domain import nanoseconds
from clearway.store.run_folder import RUN_FILE
from clearway.store.tables import SCHEMAS, TableWriter

START_NS = 1_000_000_000_000
INTERVAL_S = 0.2

_Row: TypeAlias = dict[str, Any]
Follows: TypeAlias = Sequence[tuple[float, float, int]]
"""From when to when a track follows whom."""


def at(time_s: float) -> int:
    """UTC of a time since the start of the run."""
    return START_NS + nanoseconds(time_s)


class DrawnRun:
    """Collects rows; people stand still, 3 m from each other.

    Parameters
    ----------
    folder : Path
    duration_s : float
        Reports come every 0.2 s up to then.
    """

    def __init__(self, folder: Path, duration_s: float = 40.0) -> None:
        self.folder = folder
        reports = round(duration_s / INTERVAL_S) + 1
        self._times_s = [number * INTERVAL_S for number in range(reports)]
        self._rows: dict[str, list[_Row]] = {name: [] for name in SCHEMAS}

    def person(
        self,
        person_id: int,
        carries: str = "none",
        *,
        since_s: float = 0.0,
        until_s: float = 1e9,
        place_m: tuple[float, float] | None = None,
    ) -> None:
        """Somebody on the floor for some time."""
        x_m, y_m = place_m or (3.0 * person_id, 0.0)
        for time_s in self._between(since_s, until_s):
            self._add(
                "truth", time_ns=at(time_s), person_id=person_id, x_m=x_m, y_m=y_m, carries=carries
            )

    def track(self, track_id: int, follows: Follows | int) -> None:
        """A track that follows one person, or several in turn."""
        turns = [(0.0, 1e9, follows)] if isinstance(follows, int) else follows
        for since_s, until_s, person_id in turns:
            for time_s in self._between(since_s, until_s):
                self._add("tracks", time_ns=at(time_s), track_id=track_id, x_m=3.0 * person_id)

    def reading(
        self,
        time_s: float,
        person_id: int,
        sequence: int,
        *,
        carries: str = "none",
        declared: Sequence[str] = ("handgun",),
        examined: float = 1.0,
        harmless: bool = False,
        refused: str | None = None,
    ) -> None:
        """What a threat sensor said of somebody."""
        self._add(
            "evidence",
            time_ns=at(time_s),
            true_ns=at(time_s),
            judged_ns=at(time_s + 0.5),
            sensor_id="curtain-west",
            sequence=sequence,
            modality="curtain",
            examined=examined,
            declared=list(declared),
            log_likelihood_ratio=[0.0] * 7,
            track_ids=[],
            probabilities=[],
            refused=refused,
            true_person_id=person_id,
            true_carries=carries,
            truly_harmless_alarm=harmless,
        )

    def alert(
        self,
        time_s: float,
        candidates: Sequence[int],
        sequences: Sequence[int],
        *,
        alert_id: int = 1,
        state: str = "open",
        probability: float = 0.75,
    ) -> None:
        """A state of an alert, by these readings."""
        self._add(
            "alerts",
            time_ns=at(time_s),
            alert_id=alert_id,
            state=state,
            opened_ns=at(time_s),
            probability=probability,
            candidate_track_ids=list(candidates),
            candidate_probabilities=[1.0 / max(1, len(candidates))] * len(candidates),
            evidence_sensor_ids=["curtain-west"] * len(sequences),
            evidence_sequences=list(sequences),
        )

    def write(self) -> Path:
        """Write the tables and the run file."""
        for name, rows in self._rows.items():
            writer = TableWriter(self.folder, name)
            rows.sort(key=lambda row: row["time_ns"])
            writer.append({field: [row[field] for row in rows] for field in SCHEMAS[name].names})
            writer.close()
        run = {
            "crowd_origin": "simulated",
            "crowd_description": "drawn by hand",
            "sensors_origin": "simulated",
            "people_at_start": 0,
            "seed": 1,
        }
        (self.folder / RUN_FILE).write_text(tomli_w.dumps({"run": run}))
        return self.folder

    def _between(self, since_s: float, until_s: float) -> list[float]:
        return [time_s for time_s in self._times_s if since_s - 0.01 < time_s < until_s - 0.01]

    def _add(self, table: str, **row: Any) -> None:
        empty: _Row = dict.fromkeys(SCHEMAS[table].names, 0)
        absent: _Row = dict.fromkeys(("substance", "body_place", "closed_because", "merged_into"))
        self._rows[table].append(empty | absent | row)
