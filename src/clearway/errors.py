"""The errors a user can meet: each names the place, the problem and the remedy.

Everything a user can get wrong (a file, a field, a folder, an option) raises a
`ClearwayError`; the command line prints it as one message and exits with 2.  Any other
exception is a defect of Clearway and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ArgumentError",
    "ClearwayError",
    "Fault",
    "InputError",
    "MissingExtraError",
    "OutputError",
]


class ClearwayError(Exception):
    """Base of all errors that a user can mend."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in an input file."""

    problem: str
    """What is wrong, in words, with the offending value."""
    remedy: str
    """What the user can do about it."""
    field: str | None = None
    """The key as a path, for example ``sensors[2].error_model.sigma_m``, or a column name."""
    line: int | None = None
    """Line number in the file, counted from 1."""

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", self.field or "") if part
        )
        return f"{place + ': ' if place else ''}{self.problem}\n    remedy: {self.remedy}"


class InputError(ClearwayError):
    """An input file cannot be used.

    Parameters
    ----------
    path : Path or str
        The file.
    faults : sequence of Fault
        Everything found wrong, so that one attempt shows all of it.
    """

    def __init__(self, path: Path | str, faults: Sequence[Fault] | Fault) -> None:
        self.path = Path(path)
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(f"{self.path}: {fault}" for fault in self.faults))


class ArgumentError(ClearwayError, ValueError):
    """A value handed to a function cannot be used.

    Parameters
    ----------
    name : str
        The argument, as the caller spells it.
    problem : str
        What is wrong, with the offending value or both shapes.
    remedy : str
        What to do about it.
    """

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.fault = Fault(problem, remedy, name)
        super().__init__(str(self.fault))


class OutputError(ClearwayError):
    """A result cannot be written; nothing half-written is left behind."""

    def __init__(self, path: Path | str, problem: str, remedy: str) -> None:
        self.path = Path(path)
        super().__init__(f"{self.path}: {problem}\n    remedy: {remedy}")


class MissingExtraError(ClearwayError):
    """A feature needs a library that a plain install leaves out."""

    def __init__(self, feature: str, command: str) -> None:
        super().__init__(f"{feature} needs a library that is not installed\n    remedy: {command}")
