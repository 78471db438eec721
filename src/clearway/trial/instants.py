"""Who was where, and whose track was whose, at a report time of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clearway.store.tables import read_table

_GATE_M = 1.0
"""A track farther than this from everybody is nobody's."""


class _Positions:
    """One table's ids and positions, found by time."""

    def __init__(self, table: pa.Table, id_column: str) -> None:
        self.time_ns: NDArray[np.int64] = table["time_ns"].to_numpy()
        self.ids: NDArray[np.int64] = table[id_column].to_numpy()
        self.position_m = np.column_stack([table["x_m"].to_numpy(), table["y_m"].to_numpy()])

    def at(self, time_ns: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        first, last = np.searchsorted(self.time_ns, [time_ns, time_ns + 1])
        return self.ids[first:last], self.position_m[first:last]


class Instants:
    """Tracks and truth of a run folder at its report times.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._tracks = _Positions(read_table(folder, "tracks"), "track_id")
        truth = read_table(folder, "truth")
        self._truth = _Positions(truth, "person_id")
        people, first = np.unique(self._truth.ids, return_index=True)
        carries = truth["carries"].take(pa.array(first)).to_pylist()
        self.carries: dict[int, str] = dict(zip(people.tolist(), carries, strict=True))
        """What each person on the floor carried."""
        self.times_ns = np.union1d(self._tracks.time_ns, self._truth.time_ns)
        self._owners: dict[int, dict[int, int]] = {}

    def first_from(self, time_ns: int) -> int | None:
        """The first report time at or after ``time_ns``."""
        index = int(np.searchsorted(self.times_ns, time_ns))
        return int(self.times_ns[index]) if index < len(self.times_ns) else None

    def last_with(self, person_id: int, until_ns: int) -> int | None:
        """The last report time up to ``until_ns`` at which this person was on the floor."""
        stop = int(np.searchsorted(self._truth.time_ns, until_ns, side="right"))
        found = np.flatnonzero(self._truth.ids[:stop] == person_id)
        return int(self._truth.time_ns[found[-1]]) if len(found) else None

    def owner(self, track_id: int, time_ns: int) -> int | None:
        """The person whose track this is, or None.

        Tracks and people are matched one to one at least total distance within 1 m, so that a
        track that has swallowed two people belongs to one of them only.
        """
        return self._owners_at(time_ns).get(track_id)

    def track_of(self, person_id: int, time_ns: int) -> int | None:
        """The track that is this person's by `owner`, or None."""
        owners = self._owners_at(time_ns)
        return next((track for track, person in owners.items() if person == person_id), None)

    def _owners_at(self, time_ns: int) -> dict[int, int]:
        if time_ns not in self._owners:
            self._owners[time_ns] = self._match(time_ns)
        return self._owners[time_ns]

    def _match(self, time_ns: int) -> dict[int, int]:
        track_ids, track_position = self._tracks.at(time_ns)
        person_ids, person_position = self._truth.at(time_ns)
        gap = track_position[:, None] - person_position[None]
        distance = np.hypot(gap[..., 0], gap[..., 1])
        # Beyond the gate every pair costs the same: one unmatched track must not shift the others.
        rows, columns = linear_sum_assignment(np.minimum(distance, _GATE_M))
        return {
            int(track_ids[row]): int(person_ids[column])
            for row, column in zip(rows, columns, strict=True)
            if distance[row, column] <= _GATE_M
        }
