"""CSV files read as columns, with every fault located to its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS, nanoseconds
from clearway.errors import Fault, InputError
from clearway.site.reading import read_text

LATEST_S = 9e9
"""Seconds of the year 2255; later (or earlier by as much) the nanoseconds overflow."""


class Columns:
    """The rows of a CSV file below its header.

    Parameters
    ----------
    path : Path
        UTF-8, comma separated, the first line that is not blank being the header.
    required, optional : sequence of str
        Column names, in any order in the file; others are left aside.

    Raises
    ------
    InputError
        The file cannot be read or is empty, a required column is missing, a column is given
        twice, or a row has more or fewer fields than the header.
    """

    def __init__(self, path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.path = path
        self._expected = ",".join(required)
        # One kind of line end, so that Arrow and the search for a line agree on what a line is.
        text = io.StringIO(read_text(path), newline=None)
        header = ""
        self._header_line = 0
        for header in text:
            self._header_line += 1
            if header.strip():
                break
        if not header.strip():
            remedy = f"begin with the header {self._expected}"
            raise InputError(path, Fault("the file is empty", remedy))
        self._body = text.read()
        self._names = self._header(header, required, optional)
        known = {*required, *optional}
        self.unused = tuple(name for name in self._names if name not in known)
        self._table = self._parse([name for name in self._names if name in known])

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __contains__(self, name: str) -> bool:
        return name in self._table.column_names

    def texts(self, name: str) -> pa.Array:
        """A column as strings, without space around them."""
        return pc.utf8_trim_whitespace(self._table[name].combine_chunks())

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as numbers; an empty field is NaN.

        Raises
        ------
        InputError
            A field is no number.
        """
        texts = self.texts(name)
        filled = pc.if_else(pc.equal(texts, ""), "nan", texts)
        try:
            numbers = pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            # Python reads some spellings that Arrow does not, and finds the row of all others.
            values = [self._number(row, name, text) for row, text in enumerate(filled.to_pylist())]
            numbers = np.array(values, dtype=np.float64)
        return np.asarray(numbers, dtype=np.float64)

    def times(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """A column of times in seconds.

        Returns
        -------
        (n,) float64
            Seconds; NaN where the field is empty or not finite.
        (n,) int64
            Whole nanoseconds, rounded from the decimal digits of the file: of the seconds since
            1970 double precision keeps no more than a quarter of a microsecond.  0 where NaN.

        Raises
        ------
        InputError
            A field is no number, or too large for a time in seconds.
        """
        coded = pc.dictionary_encode(self.texts(name))
        index = coded.indices.to_numpy(zero_copy_only=False)
        texts = coded.dictionary.to_pylist()
        time_s = np.empty(len(texts))
        time_ns = np.zeros(len(texts), dtype=np.int64)
        for code, text in enumerate(texts):
            try:
                value = _float(text or "nan")
            except ValueError:
                raise self._no_number(_first(index == code), name, text) from None
            if not np.isfinite(value):
                time_s[code] = np.nan
                continue
            if abs(value) > LATEST_S:
                raise self.error(
                    _first(index == code),
                    name,
                    f"{text} is too large for a time in seconds",
                    "give seconds; milliseconds divided by 1,000, microseconds by 1,000,000",
                )
            time_s[code] = value
            time_ns[code] = _whole_nanoseconds(text, value)
        return time_s[index], time_ns[index]

    def line(self, row: int) -> int | None:
        """Line in the file, from 1, of a row, from 0."""
        return next((line for at, (line, _) in enumerate(self._rows()) if at == row), None)

    def error(self, row: int, name: str, problem: str, remedy: str) -> InputError:
        """Make the error of one field."""
        return InputError(self.path, Fault(problem, remedy, field=name, line=self.line(row)))

    def _header(self, header: str, required: Sequence[str], optional: Sequence[str]) -> list[str]:
        names = [name.strip().lower() for name in next(csv.reader([header]))]
        faults = []
        for name in required:
            if name not in names:
                strangers = [other for other in names if other not in {*required, *optional}]
                close = get_close_matches(name, strangers, n=1)
                guess = f"is `{close[0]}` meant? " if close else ""
                remedy = f"{guess}begin with the header {self._expected}, separated by commas"
                faults.append(
                    Fault(f"no column `{name}`", remedy, field=name, line=self._header_line)
                )
        faults += [
            Fault(
                f"{names.count(name)} columns `{name}`",
                "name each column once",
                field=name,
                line=self._header_line,
            )
            for name in (*required, *optional)
            if names.count(name) > 1
        ]
        if faults:
            raise InputError(self.path, faults)
        return names

    def _parse(self, wanted: Sequence[str]) -> pa.Table:
        if not self._body.strip("\n"):
            return pa.table({name: pa.array([], type=pa.string()) for name in wanted})
        # Numbered, since columns without a meaning here may share a name.
        places = [str(place) for place in range(len(self._names))]
        kept = [str(self._names.index(name)) for name in wanted]
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(self._body.encode()),
                read_options=pyarrow.csv.ReadOptions(column_names=places, use_threads=False),
                convert_options=pyarrow.csv.ConvertOptions(
                    include_columns=kept,
                    column_types=dict.fromkeys(kept, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid as error:
            raise InputError(self.path, self._malformed(error)) from None
        return table.rename_columns(list(wanted))

    def _malformed(self, error: pa.ArrowInvalid) -> Fault:
        """Search for the row that Arrow stumbled over."""
        expected = len(self._names)
        rows = list(self._rows())
        for line, fields in rows:
            if len(fields) < expected and line == rows[-1][0] and len(rows) > 1:
                return Fault(
                    f"the file ends in mid-line, after {len(fields)} of {expected} fields",
                    "copy the whole file again, or delete its last line",
                    line=line,
                )
            if len(fields) != expected:
                return Fault(
                    f"{len(fields)} fields where {expected} are expected",
                    f"give every row the columns of the header, {','.join(self._names)}",
                    line=line,
                )
        return Fault(f"the rows cannot be read ({error})", "write the file as plain CSV")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and fields of each row that is not blank."""
        reader = csv.reader(io.StringIO(self._body))
        before = self._header_line
        try:
            for fields in reader:
                if fields:
                    yield before + 1, fields
                before = self._header_line + reader.line_num
        except csv.Error:  # a field longer than any of these files can hold
            return

    def _number(self, row: int, name: str, text: str) -> float:
        try:
            return _float(text)
        except ValueError:
            raise self._no_number(row, name, text) from None

    def _no_number(self, row: int, name: str, text: str) -> InputError:
        return self.error(
            row, name, f"{text[:40]!r} is not a number", "give a number with a decimal point"
        )


def _float(text: str) -> float:
    if "_" in text:  # Python takes 1_000 for a number, nobody else does
        raise ValueError(text)
    return float(text)


def _whole_nanoseconds(text: str, value: float) -> int:
    try:
        return int((Decimal(text) * NANOSECONDS).to_integral_value())
    except ArithmeticError:  # an exponent beyond what decimals hold; the value is 0
        return nanoseconds(value)


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))
