"""The small parts of an hour become one when it is over.

The merged part says which ones it replaces.  It is whole and on the disk before they are removed:
a crash in between leaves both, a reader counts the merged one, and the next start removes the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa

from clearway.domain import NANOSECONDS
from clearway.history.columns import DAMAGE, open_part, writer
from clearway.history.parts import (
    REPLACES,
    Part,
    clusters,
    current,
    days,
    hour_of,
    part_path,
    parts,
    parts_of_day,
    replaced,
    replaces,
)
from clearway.store.atomic import atomic_write, sync_folder

__all__ = ["merge_hour", "tidy"]

_STAGING: Final = re.compile(r"\.[0-9a-f]{12}\.parquet")
"""What `atomic_write` leaves where the process is killed."""
_GROUP_NS: Final = 60 * NANOSECONDS
"""A reader takes in whole row groups: long ones pack better, short ones are read sooner."""
_HOUR_NS: Final = 3600 * NANOSECONDS


def tidy(folder: Path) -> set[int]:
    """Remove what a crash has left behind, and say which hours have several parts.

    Parameters
    ----------
    folder : Path
        Of a history to which nobody else writes.

    Raises
    ------
    InputError
        The folder cannot be read.
    """
    hours = set()
    for day in days(folder):
        found = parts_of_day(day)
        with suppress(OSError):  # a folder that cannot be tidied can be read all the same
            for path in [path for path in day.iterdir() if _STAGING.fullmatch(path.name)]:
                path.unlink()
            for part in replaced(found):
                part.path.unlink()
        in_hours = [hour_of(part.start_ns) for part in current(found)]
        hours |= {hour for hour in in_hours if in_hours.count(hour) > 1}
    return hours


def merge_hour(folder: Path, hour: int, pause: Callable[[], None]) -> None:
    """Make one part of those of an hour.

    Parts that overlap, because the clock was set back, damaged ones, and those that were merged
    before, stay as they are.

    Parameters
    ----------
    folder : Path
        Of the history.
    hour : int
        Since 1970.
    pause : callable
        Is called now and then.  What it raises ends the merge, and everything is as before.

    Raises
    ------
    InputError
        The folder cannot be read.
    OutputError
        The merged part cannot be written; everything is as before.
    """
    found = parts(folder, hour * _HOUR_NS, (hour + 1) * _HOUR_NS)
    sources = [cluster[0] for cluster in clusters(found) if len(cluster) == 1]
    sources = [part for part in sources if _is_readable(part.path) and not replaces(part.path)]
    if len(sources) < 2:
        return
    target = part_path(folder, sources[0].start_ns, sources[-1].end_ns)
    with atomic_write(target) as staging:
        merged = _write(staging, sources, pause)
    sync_folder(target.parent)
    for part in merged:
        with suppress(OSError):  # it has been replaced, whether it goes now or later
            part.path.unlink()


def _write(staging: Path, sources: Sequence[Part], pause: Callable[[], None]) -> list[Part]:
    merged: list[Part] = []
    group: list[pa.Table] = []
    with writer(staging) as output:
        for part in sources:
            pause()
            try:
                with open_part(part.path) as file:
                    table = file.read()
            except DAMAGE:
                continue
            if group and part.end_ns - group[0]["time_ns"][0].as_py() > _GROUP_NS:
                output.write_table(pa.concat_tables(group))
                group = []
            group.append(table)
            merged.append(part)
        if group:
            output.write_table(pa.concat_tables(group))
        output.add_key_value_metadata({REPLACES: json.dumps([part.path.name for part in merged])})
    return merged


def _is_readable(path: Path) -> bool:
    try:
        open_part(path).close()
    except DAMAGE:
        return False
    return True
