"""From rows of a file to a crowd: every check of recorded positions, and the uniform grid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.twin.crowd.people import Crowd, Origin

FASTEST_M_S = 3.0
"""A crowd whose median speed is higher runs; its unit is more likely wrong."""
SLOWEST_M_S = 0.02
"""People who move at all, but slower than this, are more likely in a wrong unit."""
PLAUSIBLE_HEIGHT_M = (0.5, 2.5)
"""Heights outside count as unknown: some recordings fill the column with a constant."""
_UNITS = {"centimetres": 0.01, "millimetres": 0.001}


LONGEST_GAP_S = 60.0
"""A person who was away for longer has made two passages."""
LONGEST_SPAN_S = 7 * 86400.0
"""A recording longer than a week has its times in another unit."""


def crowd_from_rows(
    person_id: NDArray[np.int64],
    time_s: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    height_m: NDArray[np.float64] | None,
    *,
    rate_hz: float,
    origin: Origin,
    description: str,
    source: Path | str = "rows",
    line_of: Callable[[int], int | None] = lambda _: None,
) -> Crowd:
    """Check rows, group them by person and resample them onto a uniform grid.

    The grid starts at the earliest time of all rows.  Positions are interpolated linearly, also
    across gaps.  People with fewer than two frames are left out.

    Parameters
    ----------
    person_id : (n,) int64
        Each person's rows in increasing time; different people may be mixed.
    time_s : (n,) float64
        Seconds on any clock.
    x_m, y_m : (n,) float64
        East and north in metres.
    height_m : (n,) float64, optional
        Body height; a person's median counts, and NaN where it is not between 0.5 and 2.5 m.
    rate_hz : float
        Frames per second of the grid.
    origin, description
        As in `Crowd`.
    source : Path or str
        The file, for error messages.
    line_of : callable
        Line number in the file of a row, for error messages.

    Returns
    -------
    Crowd
        In the frame of the rows.

    Raises
    ------
    InputError
        No rows, a position or time that is not finite, a person's time that repeats or goes
        backwards, nobody with two frames, or a median speed that betrays a wrong unit.
    """
    if len(person_id) == 0:
        raise InputError(source, Fault("holds no positions", "give a file with at least one walk"))
    position_m = np.column_stack((x_m, y_m))
    _check_finite(np.column_stack((time_s, position_m)), source, line_of)
    span_s = float(np.ptp(time_s))
    if span_s > LONGEST_SPAN_S:
        remedy = f"check the unit of the time; {LONGEST_SPAN_S / 86400:g} days at most"
        raise InputError(source, Fault(f"covers {span_s:g} s", remedy, field="time"))
    order = np.argsort(person_id, kind="stable")
    _check_order(person_id[order], time_s[order], order, source, line_of)
    ids, start = np.unique(person_id[order], return_index=True)
    walks = np.split(order, start[1:])
    _check_speed(walks, time_s, position_m, source)

    elapsed_s = time_s - time_s.min()
    frames: list[NDArray[np.int64]] = []
    positions: list[NDArray[np.float64]] = []
    heights: list[float] = []
    for walk in walks:
        seen_s = elapsed_s[walk]
        first, last = np.ceil(seen_s[0] * rate_hz - 1e-6), np.floor(seen_s[-1] * rate_hz + 1e-6)
        frame = np.arange(first, last + 1, dtype=np.int64)
        grid_s = frame / rate_hz
        frames.append(frame)
        positions.append(
            np.column_stack([np.interp(grid_s, seen_s, axis) for axis in position_m[walk].T])
        )
        heights.append(np.nan if height_m is None else _height(height_m[walk]))
    length = np.array([len(frame) for frame in frames])
    crowd = Crowd.from_frames(
        np.repeat(ids, length),
        np.concatenate(frames),
        np.concatenate(positions),
        np.repeat(np.array(heights), length),
        rate_hz=rate_hz,
        origin=origin,
        description=description,
    )
    if len(crowd) == 0:
        raise InputError(
            source,
            Fault("nobody has two frames", "give a recording with several positions per person"),
        )
    return crowd


def _height(rows: NDArray[np.float64]) -> float:
    height = float(np.median(rows))
    low, high = PLAUSIBLE_HEIGHT_M
    return height if low <= height <= high else np.nan


def _check_finite(
    columns: NDArray[np.float64], source: Path | str, line_of: Callable[[int], int | None]
) -> None:
    bad_rows, bad_columns = np.nonzero(~np.isfinite(columns))
    if len(bad_rows) == 0:
        return
    row, column = int(bad_rows[0]), int(bad_columns[0])
    raise InputError(
        source,
        Fault(
            f"{columns[row, column]} is not a number one can stand at",
            "remove the row, or give the position and time as finite numbers",
            field=("time", "x", "y")[column],
            line=line_of(row),
        ),
    )


def _check_order(
    person_id: NDArray[np.int64],
    time_s: NDArray[np.float64],
    order: NDArray[np.intp],
    source: Path | str,
    line_of: Callable[[int], int | None],
) -> None:
    step_s = np.diff(time_s)
    same = np.diff(person_id) == 0
    faulty = np.flatnonzero(same & ((step_s <= 0) | (step_s > LONGEST_GAP_S))) + 1
    if len(faulty) == 0:
        return
    first = faulty[np.argmin(order[faulty])]
    who, when = int(person_id[first]), float(time_s[first])
    if step_s[first - 1] > LONGEST_GAP_S:
        problem = f"person {who} is not seen for {step_s[first - 1]:g} s until {when:g} s"
        remedy = "check the unit of the time, and give each passage its own person id"
    elif step_s[first - 1] == 0:
        problem = f"person {who} is given twice at {when:g} s"
        remedy = "keep one row per person and frame"
    else:
        problem = f"time of person {who} goes backwards, from {time_s[first - 1]:g} s to {when:g} s"
        remedy = "sort each person's rows by time, and give each passage its own person id"
    raise InputError(source, Fault(problem, remedy, field="time", line=line_of(int(order[first]))))


def _check_speed(
    walks: list[NDArray[np.intp]],
    time_s: NDArray[np.float64],
    position_m: NDArray[np.float64],
    source: Path | str,
) -> None:
    """Refuse speeds at which no crowd walks; a factor of 100 in the unit is the usual cause."""
    speed = np.concatenate(
        [
            np.linalg.norm(np.diff(position_m[walk], axis=0), axis=1) / np.diff(time_s[walk])
            for walk in walks
        ]
    )
    moving = speed[speed > 0]
    if len(moving) == 0:
        return
    median = float(np.median(moving))
    if median > FASTEST_M_S:
        likely = next(
            (name for name, metres in _UNITS.items() if median * metres <= FASTEST_M_S), None
        )
        guess = f"the positions look like {likely} read as metres; " if likely else ""
        problem = f"the median speed is {median:.3g} m/s, too fast for walking people"
    elif median < SLOWEST_M_S:
        guess = "the positions look like metres read as centimetres or millimetres; "
        problem = f"the median speed is {median:.3g} m/s, too slow for walking people"
    else:
        return
    raise InputError(
        source,
        Fault(problem, guess + "state unit and rate_hz in the site's [crowd.recording]"),
    )
