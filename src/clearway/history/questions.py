"""Questions to the history, in SQL.

``tracks``
    a row per person and picture: the columns of `columns.SCHEMA`, and ``time`` in UTC
``pictures``
    a row per picture: ``time_ns``, ``time`` and ``people``, also where that is 0
``visits``
    a row per track from when it was first shown to when it was last: ``track_id``, ``time_ns`` and
    ``time`` of its beginning, ``duration_s``, and of all its pictures the largest ``threat``,
    ``examined_curtain`` and ``examined_trace``.  Ids begin anew when the service does: a track
    that was not shown in a whole minute by the clock is another one

A condition on ``time_ns`` of tracks or pictures leaves all else unread.  Nobody is known again: who
comes twice is two people.

DuckDB, which answers, gets no access to any file: it is handed rows, and can write none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds

from clearway.errors import ArgumentError, Fault, InputError, MissingExtraError
from clearway.history.columns import DAMAGE, SCHEMA, open_part
from clearway.history.parts import current, days, parts_of_day

try:
    import duckdb
except ImportError as error:
    remedy = 'pip install "clearway[history]"'
    raise MissingExtraError("asking the track history (duckdb)", remedy) from error

__all__ = ["QUESTIONS", "Question", "ask"]

_LOG = logging.getLogger(__name__)

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",  # or a name in a query could be a variable of ours
    "memory_limit": "2GB",  # there may be a live service beside it
}
_VIEWS: Final = """
CREATE VIEW tracks AS
    SELECT make_timestamp_ns(time_ns) AS time, * FROM kept WHERE track_id IS NOT NULL;
CREATE VIEW pictures AS
    SELECT time_ns, make_timestamp_ns(time_ns) AS time, count(track_id) AS people
    FROM kept GROUP BY time_ns;
CREATE VIEW visits AS
    WITH minutes AS (
        SELECT track_id, time_ns // 60_000_000_000 AS minute,
            min(time_ns) AS first_ns, max(time_ns) AS last_ns, max(threat) AS threat,
            max(examined_curtain) AS examined_curtain, max(examined_trace) AS examined_trace
        FROM tracks GROUP BY track_id, minute
    ), numbered AS (
        SELECT *, minute - row_number() OVER (PARTITION BY track_id ORDER BY minute) AS visit
        FROM minutes
    )
    SELECT track_id, min(first_ns) AS time_ns, make_timestamp_ns(min(first_ns)) AS time,
        (max(last_ns) - min(first_ns)) / 1e9 AS duration_s, max(threat) AS threat,
        max(examined_curtain) AS examined_curtain, max(examined_trace) AS examined_trace
    FROM numbered GROUP BY track_id, visit;
SET lock_configuration = true;
"""


class Question(NamedTuple):
    """One that is often asked."""

    meaning: str
    sql: str


QUESTIONS: Final = {
    "people-per-hour": Question(
        "people who came in each hour, and the most at one time",
        """
        WITH busy AS (
            SELECT date_trunc('hour', time) AS hour, max(people) AS most_at_once
            FROM pictures GROUP BY hour
        ), came AS (
            SELECT date_trunc('hour', time) AS hour, count(*) AS people FROM visits GROUP BY hour
        )
        SELECT hour, coalesce(people, 0) AS people, most_at_once
        FROM busy LEFT JOIN came USING (hour) ORDER BY hour
        """,
    ),
    "stays": Question(
        "for how long people were followed, by the hour in which they came",
        """
        SELECT date_trunc('hour', time) AS hour, count(*) AS people,
            quantile_cont(duration_s, 0.1) AS shortest_tenth_s, median(duration_s) AS median_s,
            quantile_cont(duration_s, 0.9) AS longest_tenth_s
        FROM visits GROUP BY hour ORDER BY hour
        """,
    ),
    "examined": Question(
        "mean share of a person that was examined by the end, by the hour in which they came",
        """
        SELECT date_trunc('hour', time) AS hour, count(*) AS people,
            avg(examined_curtain) AS curtain, avg(examined_trace) AS trace
        FROM visits GROUP BY hour ORDER BY hour
        """,
    ),
    "crowding": Question(
        "mean number of people on each square metre, by its south-western corner",
        """
        SELECT floor(x_m)::INTEGER AS x_m, floor(y_m)::INTEGER AS y_m,
            count(*) / (SELECT count(*) FROM pictures) AS people
        FROM tracks GROUP BY ALL ORDER BY people DESC, x_m, y_m
        """,
    ),
}
"""By name."""


def ask(folder: Path, question: str, *, tell: Callable[[str], None] = _LOG.warning) -> pa.Table:
    """Ask what is on the disk; a recorder has a few seconds more in memory.

    Parameters
    ----------
    folder : Path
        Of a history.
    question : str
        A key of `QUESTIONS`, or one ``SELECT`` in DuckDB's SQL.
    tell : callable, optional
        Is given a sentence about each file that cannot be opened; the others are asked.  By default
        the module's logger.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    ArgumentError
        The question cannot be answered.
    InputError
        The folder, or a file in it, cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     ask(Path(folder), "SELECT count(*) AS n FROM tracks").to_pydict()
    {'n': [0]}
    """
    kept = _readable(folder, tell)
    sql = QUESTIONS[question].sql if question in QUESTIONS else question
    with duckdb.connect(config=_SETTINGS) as connection, _errors_in_words(kept):
        connection.register("kept", _rows(kept))
        connection.execute(_VIEWS)
        found = connection.extract_statements(sql)
        if [statement.type for statement in found] != [duckdb.StatementType.SELECT]:
            remedy = "give one SELECT, or one of " + ", ".join(QUESTIONS)
            raise ArgumentError("question", "is not one SELECT", remedy)
        return connection.sql(found[0].query).to_arrow_table()


def _readable(folder: Path, tell: Callable[[str], None]) -> list[Path]:
    if not folder.is_dir():
        raise InputError(folder, Fault("there is no such folder", "name a track history's folder"))
    kept = []
    for part in current(part for day in days(folder) for part in parts_of_day(day)):
        try:
            open_part(part.path).close()
        except FileNotFoundError:
            continue  # its time is over
        except DAMAGE as error:
            reason = str(error).partition("\n")[0]
            tell(f"{part.path} is damaged and left out: {reason}")
            continue
        kept.append(part.path)
    return kept


def _rows(kept: list[Path]) -> ds.Dataset:
    reading = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    return ds.dataset(
        [str(path) for path in kept],
        schema=SCHEMA,
        format=ds.ParquetFileFormat(default_fragment_scan_options=reading),
    )


@contextmanager
def _errors_in_words(kept: list[Path]) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, (duckdb.InvalidInputException, duckdb.OperationalError)):
            for path in kept:
                _check(path)
        raise ArgumentError(
            "question",
            f"cannot be answered: {error}",
            "ask tracks, pictures or visits; `DESCRIBE tracks` names the columns",
        ) from error


def _check(path: Path) -> None:
    """Say so where the content of a file is what could not be read."""
    try:
        with open_part(path) as file:
            for number in range(file.num_row_groups):
                file.read_row_group(number)
    except DAMAGE as error:
        reason = str(error).partition("\n")[0]
        remedy = "ask again, if it was merged meanwhile; otherwise move the file away"
        raise InputError(path, Fault(f"cannot be read: {reason}", remedy)) from error
