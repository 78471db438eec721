"""Named arrays in a file of any format: what can go wrong with them, said once for all."""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError, ClearwayError, Fault, InputError

__all__ = ["ArrayFile", "as_input_error", "damage", "suggestion"]

LARGEST_COUNT = 2**28
"""Most numbers read at once: 2 GiB of complex64.  A damaged header declares any size."""
_COPY_AGAIN = "copy the whole file again, or write it anew"


class ArrayFile(ABC):
    """A file opened for reading its arrays by name.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If it is no readable file of this kind.
    """

    kind: str
    """What the file should be, for messages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = ExitStack()
        try:
            with damage(path, f"is not {self.kind} that can be read"):
                self._begin()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What the file says of itself as a whole; empty where the format has no such thing."""
        return {}

    @abstractmethod
    def _begin(self) -> None:
        """Open ``self.path``, and have it closed by ``self._open``."""

    @abstractmethod
    def names(self) -> list[str]:
        """Names of the arrays, without those inside structures or groups."""

    @abstractmethod
    def _shape(self, name: str) -> tuple[int, ...]:
        """Shape by the header.  Any exception counts as damage."""

    @abstractmethod
    def _values(self, name: str, index: int | tuple[()]) -> NDArray[Any]:
        """Content of an array whose shape was found acceptable, at an index of the first axis."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape that the file declares, without reading the values.

        Raises
        ------
        InputError
            No such array, or a header that cannot be read.
        """
        with damage(self.path, "its header cannot be read", name):
            return self._shape(name)

    def read(self, name: str, frame: int | None = None) -> NDArray[Any]:
        """Read an array.

        Parameters
        ----------
        name : str
        frame : int, optional
            Read only this index of the first axis.

        Returns
        -------
        ndarray
            Of whole, real or complex numbers.

        Raises
        ------
        InputError
            No such array, damage, too many numbers, or anything but numbers.
        """
        shape = self.shape(name)
        if prod(shape if frame is None else shape[1:]) > LARGEST_COUNT:
            raise InputError(
                self.path,
                Fault(
                    f"declares shape {shape}: more than {LARGEST_COUNT:,} numbers at once",
                    "the header is damaged, or the recording has to be split into smaller frames",
                    name,
                ),
            )
        with damage(self.path, f"declares shape {shape}, but its values cannot be read", name):
            values = np.asarray(self._values(name, () if frame is None else frame))
        if values.dtype.kind not in "biufc":
            raise InputError(
                self.path,
                Fault(f"holds {values.dtype}, not numbers", "save it as a numeric array", name),
            )
        return values

    def number(self, name: str) -> float:
        """Read one real number; errors as for `read`."""
        values = self.read(name)
        if values.size != 1 or values.dtype.kind == "c":
            fault = Fault(f"has shape {values.shape}", "give one real number", name)
            raise InputError(self.path, fault)
        return float(values.item())

    def missing(self, name: str, known: Iterable[str]) -> InputError:
        """Say that there is no such array, and which there are."""
        return InputError(
            self.path, Fault("there is no such array", suggestion(name, known), field=name)
        )


def suggestion(name: str, known: Iterable[str]) -> str:
    """Give the nearest of the known names, or all of them.

    Examples
    --------
    >>> suggestion("sampels", ["samples", "pairs"])
    'did you mean "samples"?'
    >>> suggestion("x", ["samples", "pairs"])
    'known are: samples, pairs'
    """
    names = [str(other) for other in known]
    near = get_close_matches(name, names, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    return textwrap.shorten(f"known are: {', '.join(names) or 'none'}", 300, placeholder=" ...")


@contextmanager
def damage(path: Path, problem: str, field: str | None = None) -> Iterator[None]:
    """Take whatever a library raises about a file's bytes for damage of the file."""
    try:
        yield
    except ClearwayError:
        raise
    except Exception as error:  # no library lists what damaged bytes can make it raise
        reason = textwrap.shorten(str(error) or type(error).__name__, 300, placeholder=" ...")
        raise InputError(path, Fault(f"{problem} ({reason})", _COPY_AGAIN, field)) from error


@contextmanager
def as_input_error(path: Path, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn the refusal of a value into a fault of the file that it came from.

    Parameters
    ----------
    path : Path
    names : mapping, optional
        The file's name of each argument.
    """
    try:
        yield
    except ArgumentError as error:
        fault = error.fault
        field = (names or {}).get(fault.field or "", fault.field)
        raise InputError(path, Fault(fault.problem, fault.remedy, field)) from None
