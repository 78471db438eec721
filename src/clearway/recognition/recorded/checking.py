"""From text to checked rows and tables, with every fault located."""

from __future__ import annotations

import csv
import io
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clearway.errors import Fault, InputError
from clearway.imaging.files.arrays import suggestion

__all__ = ["checked_rows", "checked_toml"]

_Model = TypeVar("_Model", bound=BaseModel)


def checked_toml(path: Path, model: type[_Model]) -> _Model:
    """Read a TOML file.

    Raises
    ------
    InputError
        No such file, no TOML, or anything wrong in it; all faults at once.
    """
    try:
        content = tomllib.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(path, Fault(f"is not valid TOML: {error}", "correct it there")) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [_fault(detail, model) for detail in error.errors(include_url=False)]
        raise InputError(path, faults) from None


def checked_rows(path: Path, model: type[_Model]) -> tuple[tuple[int, _Model], ...]:
    """Read a CSV file: UTF-8, comma separated, the names of the columns in its first line.

    Empty fields count as not given.

    Parameters
    ----------
    path : Path
    model : type of BaseModel
        One column per field; those without a default must be there.

    Returns
    -------
    tuple of (int, model)
        The number of the line on which each row ends, and the row.

    Raises
    ------
    InputError
        No such file, other columns, or anything wrong in a row; all faults at once.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows: list[tuple[int, _Model]] = []
    faults: list[Fault] = []
    try:
        columns = next(reader, [])
        _check_columns(path, [name.strip() for name in columns], model)
        names = [name.strip() for name in columns]
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(names):
                problem = f"has {len(fields)} fields, the header {len(names)}"
                remedy = "give one field per column; put text with commas in quotation marks"
                faults.append(Fault(problem, remedy, line=reader.line_num))
                continue
            given = {
                name: field.strip()
                for name, field in zip(names, fields, strict=True)
                if field.strip()
            }
            try:
                rows.append((reader.line_num, model.model_validate(given)))
            except ValidationError as error:
                faults += [
                    _fault(detail, model, reader.line_num)
                    for detail in error.errors(include_url=False)
                ]
    except csv.Error as error:
        fault = Fault(
            f"is not CSV: {error}", "save it as comma separated text", None, reader.line_num
        )
        raise InputError(path, fault) from None
    if faults:
        raise InputError(path, faults)
    return tuple(rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = "name the folder of a campaign, which holds campaign.toml and passages.csv"
        raise InputError(path, Fault(f"cannot be read ({error.strerror})", remedy)) from None
    except ValueError:
        raise InputError(path, Fault("is not text in UTF-8", "save it as UTF-8")) from None


def _check_columns(path: Path, names: list[str], model: type[BaseModel]) -> None:
    known = model.model_fields
    faults = [
        Fault("is not a column of this file", suggestion(name, known), name or "(no name)", 1)
        for name in names
        if name not in known
    ]
    faults += [
        Fault("is there twice", "keep one of them", name, 1)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    faults += [
        Fault("is missing", f"add the column; each row holds {field.description}", name, 1)
        for name, field in known.items()
        if field.is_required() and name not in names
    ]
    if faults:
        raise InputError(path, faults)


def _fault(detail: ErrorDetails, model: type[BaseModel], line: int | None = None) -> Fault:
    """Put an error of pydantic into words."""
    place = detail["loc"]
    field = _path(place) or None
    known, description = _described(model, place)
    if detail["type"] == "extra_forbidden":
        return Fault("is not a key of this table", suggestion(str(place[-1]), known), field, line)
    if detail["type"] == "missing":
        return Fault("is missing", f"give {description}", field, line)
    if not place or isinstance(detail["input"], Mapping):
        problem = str(detail.get("ctx", {}).get("error", detail["msg"]))
        return Fault(problem, description or "let the fields of the row agree", field, line)
    problem = f"holds {reprlib.repr(detail['input'])}"
    return Fault(problem, f"give {description}", field, line)


def _path(place: tuple[int | str, ...]) -> str:
    """Keys as a path, such as ``panels[1].files``."""
    words = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(words).removeprefix(".")


def _described(model: type[BaseModel], place: tuple[int | str, ...]) -> tuple[list[str], str]:
    """Keys of the innermost table on a path, and the description of the last key found."""
    fields, description = model.model_fields, ""
    for part in _keys(place):
        if part not in fields:
            break
        description = fields[part].description or ""
        inner = _table_in(fields[part].annotation)
        if inner is None:
            break
        fields = inner.model_fields
    return list(fields), description


def _keys(place: tuple[int | str, ...]) -> Iterator[str]:
    return (part for part in place if isinstance(part, str))


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table of a field that holds one or several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = (_table_in(part) for part in getattr(annotation, "__args__", ()))
    return next((part for part in parts if part is not None), None)
