"""Text files of numbers, plain or gzip, with faults located to the line."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError

_GZIP_MAGIC = b"\x1f\x8b"


LARGEST_ID = 2.0**53
"""Beyond this a whole number is not exact in double precision."""


def read_bytes(path: Path) -> bytes:
    """A file's content, unpacked where it is gzip.

    Raises
    ------
    InputError
        The file cannot be read, is empty, or its gzip stream is cut or damaged.
    """
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP_MAGIC):
            content = gzip.decompress(content)
    except EOFError as error:
        raise InputError(
            path, Fault("the gzip file is cut off before its end", "copy the whole file again")
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            path, Fault(f"the gzip file is damaged ({error})", "copy the file again")
        ) from error
    except OSError as error:
        raise InputError(
            path, Fault(f"cannot be read ({error.strerror})", "check the path and its permissions")
        ) from error
    if not content.strip():
        raise InputError(path, Fault("the file is empty", "give a file with at least one row"))
    return content


def decode(path: Path, content: bytes, expected: str) -> str:
    """A file's content as text.

    Raises
    ------
    InputError
        It is not UTF-8 text; the remedy names what was ``expected``.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, Fault("is neither text nor SQLite", f"give {expected}")) from error


def data_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number (from 1) and content of each line that is neither blank nor a ``#`` comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if content:
            yield number, content


def line_of_row(text: str, row: int) -> int:
    """Line number, from 1, of a data row, from 0."""
    return next(number for index, (number, _) in enumerate(data_lines(text)) if index == row)


def numeric_table(
    path: Path, text: str, columns: Sequence[str], *, required: int, delimiter: str | None
) -> NDArray[np.float64]:
    """Parse rows of numbers.

    Parameters
    ----------
    path : Path
        The file, for error messages.
    text : str
        Rows; blank lines and ``#`` comments are skipped.
    columns : sequence of str
        Names of all columns that a row may have.
    required : int
        How many of them it must have.
    delimiter : str or None
        None means white space.

    Returns
    -------
    (n, k) float64
        ``required <= k <= len(columns)``; further columns in the file are left out.

    Raises
    ------
    InputError
        No rows, a field that is not a number, or a row with too few fields, which at the end
        means a file cut in mid-line.
    """
    if next(data_lines(text), None) is None:
        raise InputError(path, Fault("the file has no rows", "give a file with at least one row"))
    try:
        table = np.loadtxt(io.StringIO(text), delimiter=delimiter, comments="#", ndmin=2)
    except ValueError as error:
        raise InputError(path, _fault(text, columns, required, delimiter)) from error
    if table.shape[1] < required:
        raise InputError(path, _fault(text, columns, required, delimiter))
    return table[:, : len(columns)]


def _fault(text: str, columns: Sequence[str], required: int, delimiter: str | None) -> Fault:
    """Scan line by line for what the fast parser stumbled over."""
    lines = list(data_lines(text))
    expected = max(required, len(lines[0][1].split(delimiter)))
    for number, line in lines:
        fields = line.split(delimiter)
        if len(fields) < expected and number == lines[-1][0] and len(lines) > 1:
            return Fault(
                f"the file ends in mid-line, after {len(fields)} of {expected} fields",
                "copy the whole file again, or delete its last line",
                line=number,
            )
        if len(fields) != expected:
            return Fault(
                f"{len(fields)} fields where {expected} are expected",
                f"give the columns {', '.join(columns[:expected])} in every row",
                line=number,
            )
        for index, field in enumerate(fields):
            if not _is_number(field):
                return Fault(
                    f"{field.strip()!r} is not a number",
                    "give a number with a decimal point",
                    field=columns[index] if index < len(columns) else None,
                    line=number,
                )
    return Fault("the rows cannot be read", "give numbers only, the same columns in every row")


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    # Python takes 1_000 for a number, NumPy's parser does not.
    return "_" not in field
