"""Who arrives when: Poisson arrivals, and demand lists with origin and destination."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.twin.crowd.text import LARGEST_ID, decode, read_bytes

DEMAND_COLUMNS = ("person_id", "origin", "destination", "entry_s", "exit_s")
"""Header of a demand list."""


@dataclass(frozen=True, eq=False)
class Arrivals:
    """People who want to walk through the site, in order of arrival."""

    person_id: NDArray[np.int64]
    """Shape (n,), unique."""
    time_s: NDArray[np.float64]
    """Shape (n,): since the start of the run, ascending; negative within a warm-up."""
    trips: tuple[tuple[str, str], ...] | None = None
    """Names of origin and destination of each person; None where the site's flows decide."""

    def __len__(self) -> int:
        return len(self.person_id)


def arrivals_at(time_s: NDArray[np.float64]) -> Arrivals:
    """People numbered from 1 in the order of the given times."""
    return Arrivals(np.arange(1, len(time_s) + 1, dtype=np.int64), np.sort(time_s))


def poisson_arrivals(
    rate_per_min: float, duration_s: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Arrival times of a Poisson process.

    Given their number, the arrivals of a Poisson process are independent and uniform.

    Parameters
    ----------
    rate_per_min : float
        Mean arrivals per minute.
    duration_s : float
        Length of the process.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    (n,) float64
        Seconds from 0 to ``duration_s``, ascending.
    """
    count = rng.poisson(rate_per_min * duration_s / 60.0)
    return np.sort(rng.uniform(0.0, duration_s, count))


def is_demand(path: Path) -> bool:
    """Whether a file begins with the header of a demand list.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    first_line = read_bytes(path).lstrip(b"\xef\xbb\xbf").partition(b"\n")[0]
    return first_line.strip() == ",".join(DEMAND_COLUMNS).encode()


def read_demand(path: Path) -> Arrivals:
    """Read a demand list: when each person entered, and from where to where.

    Parameters
    ----------
    path : Path
        CSV, plain or gzip, with the columns ``person_id`` (whole number, unique), ``origin``,
        ``destination`` (zone names), ``entry_s`` and ``exit_s`` (seconds on any clock).

    Returns
    -------
    Arrivals
        Sorted by entry; the first entry is at 0 s.

    Raises
    ------
    InputError
        The file cannot be read, is cut, or a row is wrong.
    """
    text = decode(path, read_bytes(path), "CSV text")
    people: dict[int, tuple[float, str, str]] = {}
    for line, row in _rows(path, text):
        person_id, entry_s, trip = _person(path, line, row)
        if person_id in people:
            raise InputError(
                path,
                Fault(
                    f"person {person_id} is given twice",
                    "keep one row per person",
                    field="person_id",
                    line=line,
                ),
            )
        people[person_id] = (entry_s, *trip)
    if not people:
        raise InputError(path, Fault("the list has no rows", "give at least one person"))
    ordered = sorted(people.items(), key=lambda item: (item[1][0], item[0]))
    entry_s_of = np.array([person[0] for _, person in ordered])
    return Arrivals(
        person_id=np.array([person_id for person_id, _ in ordered], dtype=np.int64),
        time_s=entry_s_of - entry_s_of[0],
        trips=tuple((origin, destination) for _, (_, origin, destination) in ordered),
    )


def _rows(path: Path, text: str) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    """Line number and fields of each row."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != DEMAND_COLUMNS:
            remedy = f"begin with {','.join(DEMAND_COLUMNS)}"
            raise InputError(path, Fault("not the header of a demand list", remedy))
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        remedy = "close every quotation mark; where it is the last row, copy the file again"
        raise InputError(path, Fault(f"not CSV: {error}", remedy, line=reader.line_num)) from None


def _person(
    path: Path, line: int, row: dict[str | None, str | None]
) -> tuple[int, float, tuple[str, str]]:
    """One checked row: id, entry time, origin and destination."""
    if None in row or None in row.values():
        count = sum(value is not None for key, value in row.items() if key is not None)
        raise InputError(
            path,
            Fault(
                f"{count} of {len(DEMAND_COLUMNS)} fields"
                if None not in row
                else f"more than {len(DEMAND_COLUMNS)} fields",
                "complete the row; where it is the last one, the file is cut off: copy it again",
                line=line,
            ),
        )
    person_id = _number(path, line, "person_id", row, whole=True)
    entry_s, exit_s = (_number(path, line, name, row) for name in ("entry_s", "exit_s"))
    if exit_s < entry_s:
        raise InputError(
            path,
            Fault(
                f"person {person_id:g} leaves at {exit_s:g} s before entering at {entry_s:g} s",
                "correct the two times",
                field="exit_s",
                line=line,
            ),
        )
    return int(person_id), entry_s, (str(row["origin"]), str(row["destination"]))


def _number(
    path: Path,
    line: int,
    field: str,
    row: dict[str | None, str | None],
    *,
    whole: bool = False,
) -> float:
    """A finite number of a row."""
    text = str(row[field])
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    usable = math.isfinite(number) and (not whole or number.is_integer())
    if not usable or abs(number) >= LARGEST_ID:
        wanted = "whole" if whole else "finite"
        raise InputError(
            path,
            Fault(
                f"{text!r} is not a {wanted} number",
                "give digits with a decimal point at most",
                field=field,
                line=line,
            ),
        )
    return number
