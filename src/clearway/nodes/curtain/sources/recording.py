"""Frames of a recording: a folder of sweep files, and a table of what was when.

``recording.csv`` has one line per frame, in the order of time:

===========  ==================================================
``time_ns``  UTC of the middle of the sweep
``panel``    number of the panel, from 0
``file``     name of a sweep file in the folder
``frame``    number of the sweep in that file, from 0
===========  ==================================================

`clearway.imaging.files` says what a sweep file is.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event

from clearway.errors import Fault, InputError
from clearway.imaging.files import read_sweep, write_sweeps
from clearway.imaging.sweep import Sweep
from clearway.nodes.curtain.frames import RadarFrame
from clearway.site.radar import Radar
from clearway.store.atomic import atomic_write

__all__ = ["INDEX", "Entry", "Recording", "read_index", "write_recording"]

INDEX = "recording.csv"
_COLUMNS = ("time_ns", "panel", "file", "frame")
_REMEDY = f"write one line per frame with the columns {', '.join(_COLUMNS)}"
_LATEST_NS = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table."""

    time_ns: int
    panel: int
    file: str
    frame: int


class Recording:
    """Plays a recording.

    Parameters
    ----------
    folder : Path
    start_ns : int, optional
        UTC at which its first frame is to be; each frame then comes when its sweep ends.  Without
        it, the frames keep their own times and come as fast as they are taken.
    clock : callable
        The present as UTC nanoseconds.

    Raises
    ------
    InputError
        No table, or one that cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        start_ns: int | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._folder = folder
        self._entries = read_index(folder)
        self._shift_ns = 0 if start_ns is None else start_ns - self._entries[0].time_ns
        self.live = start_ns is not None
        self._clock = clock
        self._closed = Event()

    dropped = 0
    """Nothing is lost on the way from a file."""

    def frames(self) -> Iterator[RadarFrame]:
        """Frames until the recording ends.

        Raises
        ------
        InputError
            A sweep file that cannot be read.
        """
        for number, entry in enumerate(self._entries):
            sweep = read_sweep(self._folder / entry.file, frame=entry.frame)
            time_ns = entry.time_ns + self._shift_ns
            if self.live:
                self._wait_until(time_ns + _rest_of_sweep_ns(sweep))
            if self._closed.is_set():
                return
            yield RadarFrame(number, time_ns, entry.panel, sweep.samples)

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()

    def _wait_until(self, due_ns: int) -> None:
        delay_s = (due_ns - self._clock()) / 1e9
        if delay_s > 0.0:
            self._closed.wait(delay_s)


def read_index(folder: Path) -> tuple[Entry, ...]:
    """Read the table of a recording.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of Entry
        At least one, in the order of time.

    Raises
    ------
    InputError
        No table, or a line that cannot be: each is named.
    """
    path = folder / INDEX
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return _entries(path, file)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise InputError(path, Fault(problem, "name the folder of a recording")) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, Fault(f"is no table ({error})", _REMEDY)) from None


def write_recording(folder: Path, frames: Sequence[RadarFrame], radar: Radar) -> None:
    """Write a recording: one sweep file per panel, and the table.

    Parameters
    ----------
    folder : Path
        Made if absent.
    frames : sequence of RadarFrame
        In the order of time; at least one.
    radar : Radar
        Whose array and frequencies the files state.

    Raises
    ------
    ArgumentError
        No frames, or frames of another shape than the radar's.
    OutputError
        A place that cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[tuple[int, int, str, int]] = []
    for number, panel in enumerate(radar.panels):
        own = [frame for frame in frames if frame.panel == number]
        if not own and frames:
            continue
        name = f"panel-{number}.h5"
        sweeps = [Sweep.of(frame.samples, radar.frequencies_hz, panel.array) for frame in own]
        write_sweeps(folder / name, sweeps)
        lines += [(frame.time_ns, number, name, index) for index, frame in enumerate(own)]
    with (
        atomic_write(folder / INDEX) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows(sorted(lines))


def _entries(path: Path, lines: Iterator[str]) -> tuple[Entry, ...]:
    table = csv.DictReader(lines)
    if missing := [name for name in _COLUMNS if name not in (table.fieldnames or ())]:
        raise InputError(path, Fault(f"has no column {missing[0]}", _REMEDY, missing[0]))
    found = [_entry(path, row, table.line_num) for row in table]
    if not found:
        raise InputError(path, Fault("holds no frame", _REMEDY))
    for earlier, later in pairwise(found):
        if later.time_ns < earlier.time_ns:
            problem = f"goes back from {earlier.time_ns} to {later.time_ns}"
            raise InputError(path, Fault(problem, "sort the lines by time", "time_ns"))
    return tuple(found)


def _entry(path: Path, row: dict[str, str], line: int) -> Entry:
    numbers = {}
    for name, most in (("time_ns", _LATEST_NS), ("panel", 1), ("frame", 2**31)):
        text = row[name] or ""
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most):
            problem = f"is {text[:40]!r}, not a whole number from 0 to {most}"
            raise InputError(path, Fault(problem, _REMEDY, name, line))
        numbers[name] = int(text)
    file = row["file"] or ""
    if file != Path(file).name or not file.isprintable() or file in {"", ".", ".."}:
        problem = f"is {file[:40]!r}, not the name of a file beside the table"
        raise InputError(path, Fault(problem, _REMEDY, "file", line))
    return Entry(numbers["time_ns"], numbers["panel"], file, numbers["frame"])


def _rest_of_sweep_ns(sweep: Sweep) -> int:
    """From the middle of a sweep to its last sample."""
    times_s = sweep.array.tx_times_s
    return 0 if times_s is None else max(round(1e9 * float(times_s.max())), 0)
