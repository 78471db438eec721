"""The files of a history.

``2026-11-03/101500.000000000-101509.920000000.parquet`` holds what was shown from its first to its
last picture, both in UTC and on the same hour of the same day.  What does not bear such a name is
left alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow.parquet as pq

from clearway.domain import NANOSECONDS
from clearway.errors import Fault, InputError
from clearway.history.columns import DAMAGE

__all__ = [
    "REPLACES",
    "Forgotten",
    "Part",
    "clusters",
    "current",
    "days",
    "forget",
    "hour_of",
    "part_path",
    "parts",
    "parts_of_day",
    "replaced",
    "replaces",
]

REPLACES: Final = b"clearway.replaces"
"""Key in a file's metadata: names of the parts whose place it has taken, as a list in JSON."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NAME: Final = re.compile(r"(\d{6})\.(\d{9})-(\d{6})\.(\d{9})\.parquet")
_HOUR_NS: Final = 3600 * NANOSECONDS


class Part(NamedTuple):
    """One file, as its name tells it."""

    start_ns: int
    """Of its first picture, UTC."""
    end_ns: int
    """Of its last picture."""
    path: Path

    def overlaps(self, start_ns: int, end_ns: int) -> bool:
        """Whether it may have a picture from a time on and before another."""
        return self.start_ns < end_ns and self.end_ns >= start_ns


def hour_of(time_ns: int) -> int:
    """Number of the hour since 1970 that a time is in."""
    return time_ns // _HOUR_NS


def part_path(folder: Path, start_ns: int, end_ns: int) -> Path:
    """Where the part with these first and last pictures is.

    Examples
    --------
    >>> print(part_path(Path("tracks"), 1_800_000_000_000_000_000, 1_800_000_009_920_000_000))
    tracks/2027-01-15/080000.000000000-080009.920000000.parquet
    """
    start, end = (datetime.fromtimestamp(time // NANOSECONDS, UTC) for time in (start_ns, end_ns))
    name = "-".join(
        f"{moment:%H%M%S}.{time % NANOSECONDS:09}"
        for moment, time in ((start, start_ns), (end, end_ns))
    )
    return folder / f"{start:%Y-%m-%d}" / f"{name}.parquet"


def days(folder: Path) -> list[Path]:
    """The folders of the days, oldest first; none where there is no history yet.

    Raises
    ------
    InputError
        The folder cannot be read.
    """
    return [folder / name for name in sorted(_listed(folder, of_folders=True))]


def parts_of_day(day: Path) -> list[Part]:
    """The parts in a day's folder, oldest first, also those whose place another has taken."""
    found = (_part(day, name) for name in _listed(day, of_folders=False))
    return sorted(part for part in found if part is not None)


def parts(folder: Path, start_ns: int, end_ns: int) -> list[Part]:
    """The parts that may have pictures of a time, oldest first, each picture once.

    Parameters
    ----------
    folder : Path
        Of the history.
    start_ns, end_ns : int
        From when on, and before when; UTC.

    Raises
    ------
    InputError
        The folder cannot be read.
    """
    found: list[Part] = []
    for day in days(folder):
        if _day_start_ns(day.name) < end_ns and _day_start_ns(day.name) + 24 * _HOUR_NS > start_ns:
            found += (part for part in parts_of_day(day) if part.overlaps(start_ns, end_ns))
    return current(found)


def current(found: Iterable[Part]) -> list[Part]:
    """Parts without those whose place another has taken, which a crash may leave behind."""
    found = sorted(found)
    over = {part.path for part in replaced(found)}
    return [part for part in found if part.path not in over]


def replaced(found: Iterable[Part]) -> list[Part]:
    """The parts whose place another one has taken."""
    over = []
    for cluster in clusters(found):
        if len(cluster) > 1:
            names = {part.path.parent / name for part in cluster for name in replaces(part.path)}
            over += [part for part in cluster if part.path in names]
    return over


def replaces(path: Path) -> list[str]:
    """Names of the parts whose place this one has taken."""
    try:
        written = (pq.read_metadata(path).metadata or {}).get(REPLACES)
    except DAMAGE:
        return []  # it takes nobody's place while it cannot be read
    return [] if written is None else [*json.loads(written)]


def clusters(found: Iterable[Part]) -> Iterator[list[Part]]:
    """Groups of parts, in the order of their times, that overlap with no other group."""
    cluster: list[Part] = []
    end_ns = 0
    for part in sorted(found):
        if cluster and part.start_ns > end_ns:
            yield cluster
            cluster = []
        end_ns = max(end_ns, part.end_ns) if cluster else part.end_ns
        cluster.append(part)
    if cluster:
        yield cluster


class Forgotten(NamedTuple):
    """What was deleted."""

    files: int
    failures: tuple[str, ...]
    """Of each file that could not be deleted, which and why."""


def forget(folder: Path, before_ns: int) -> Forgotten:
    """Delete the parts that begin before a time; nothing is kept longer, some up to an hour less.

    Parameters
    ----------
    folder : Path
        Of the history.
    before_ns : int
        UTC.

    Raises
    ------
    InputError
        The folder cannot be read.
    """
    files = 0
    failures = []
    for day in days(folder):
        if _day_start_ns(day.name) >= before_ns:
            break
        for part in parts_of_day(day):
            if part.start_ns < before_ns:
                try:
                    part.path.unlink(missing_ok=True)
                    files += 1
                except OSError as error:
                    failures.append(f"{part.path}: cannot be deleted ({error.strerror})")
        with suppress(OSError):  # there is more in it
            day.rmdir()
    return Forgotten(files, tuple(failures))


def _part(day: Path, name: str) -> Part | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        start_ns = _time_ns(day.name + match[1]) + int(match[2])
        end_ns = _time_ns(day.name + match[3]) + int(match[4])
    except ValueError:  # 99 o'clock
        return None
    return Part(start_ns, end_ns, day / name) if start_ns <= end_ns else None


def _day_start_ns(day: str) -> int:
    return _time_ns(f"{day}000000")


def _time_ns(text: str) -> int:
    moment = datetime.strptime(text, "%Y-%m-%d%H%M%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * NANOSECONDS


def _listed(folder: Path, *, of_folders: bool) -> set[str]:
    """Names in a folder that two looks agree on.

    One look, while a merged part is put in and its sources are removed, may see neither.
    """
    seen: set[str] | None = None
    while True:
        try:
            with os.scandir(folder) as entries:
                names = {
                    entry.name
                    for entry in entries
                    if (_is_day(entry.name) and entry.is_dir() if of_folders else entry.is_file())
                }
        except FileNotFoundError:
            return set()
        except OSError as error:
            problem = f"cannot be read ({error.strerror})"
            raise InputError(folder, Fault(problem, "name a folder that you may read")) from None
        if names == seen:
            return names
        seen = names


def _is_day(name: str) -> bool:
    if not _DAY.fullmatch(name):
        return False
    with suppress(ValueError):
        _day_start_ns(name)
        return True
    return False
