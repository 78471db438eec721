"""Paths of people or tracks, in an order that drawing needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS


@dataclass(frozen=True, slots=True)
class Paths:
    """Positions of many ids, one id after the other, each in the order of time."""

    ids: NDArray[np.int64]
    """Shape (n,)."""
    time_s: NDArray[np.float64]
    """Shape (n,): since the start of the run."""
    position_m: NDArray[np.float32]
    """Shape (n, 2), site frame."""

    @classmethod
    def from_table(cls, table: pa.Table, id_column: str, start_ns: int) -> Paths:
        """Read ids, times and positions of a table that is in the order of time."""
        ids: NDArray[np.int64] = table[id_column].to_numpy()
        order = np.argsort(ids, kind="stable")
        time_s = (table["time_ns"].to_numpy() - start_ns) / NANOSECONDS
        position_m = np.column_stack([table["x_m"].to_numpy(), table["y_m"].to_numpy()])
        return cls(ids[order], time_s[order], position_m[order])

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def first(self) -> NDArray[np.bool_]:
        """Shape (n,): whether a row is the first of its id."""
        is_first: NDArray[np.bool_] = np.diff(self.ids, prepend=self.ids[:1] - 1) != 0
        return is_first

    def where(self, kept: NDArray[np.bool_]) -> Paths:
        """Some of the rows."""
        return Paths(self.ids[kept], self.time_s[kept], self.position_m[kept])

    def of(self, one_id: int) -> Paths:
        """The path of one id."""
        rows = slice(*np.searchsorted(self.ids, [one_id, one_id + 1]).tolist())
        return Paths(self.ids[rows], self.time_s[rows], self.position_m[rows])

    def thinned(self, most: int) -> Paths:
        """Every k-th row of each path, so that about ``most`` rows stay."""
        step = -(-len(self) // most)
        if step <= 1:
            return self
        starts = np.flatnonzero(self.first)
        count = np.diff(starts, append=len(self))
        in_path = np.arange(len(self)) - np.repeat(starts, count)
        return self.where(in_path % step == 0)

    def pieces(self, length_s: float) -> list[slice]:
        """Rows of each path in pieces of equal time, which share their end points.

        Parameters
        ----------
        length_s : float
            Infinite for whole paths.
        """
        period = np.floor(self.time_s / length_s)
        starts = np.flatnonzero(self.first | (np.diff(period, prepend=-1.0) != 0.0))
        ends = np.append(starts[1:], len(self))
        joined = np.zeros(len(starts), dtype=np.int64)
        joined[:-1] = self.ids[starts[:-1]] == self.ids[starts[1:]]
        return [
            slice(start, end)
            for start, end in zip(starts.tolist(), (ends + joined).tolist(), strict=True)
        ]
