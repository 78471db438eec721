"""Checks that every array handed to the imaging package passes before anything is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError

__all__ = ["complex_array", "finite_real_array", "positions"]

_FREE = -1
"""In an expected shape: any length, but not zero."""


def finite_real_array(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Read-only float64 copy of a finite array.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
    shape : tuple of int
        Expected shape; -1 stands for any length but zero.

    Raises
    ------
    ArgumentError
        Not numeric, another shape, empty, NaN or infinite.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError(name, f"is not numeric ({error})", "give real numbers") from None
    _check_shape(name, array.shape, shape)
    _check_finite(name, array)
    array.flags.writeable = False
    return array


def positions(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Read-only (n, 3) float64 positions in metres; n >= 1."""
    return finite_real_array(name, value, (_FREE, 3))


def complex_array(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    """Finite complex64 array of the expected shape; a view where the input already is one.

    Raises
    ------
    ArgumentError
        Not numeric, another shape, empty, NaN, infinite, or too large for float32.
    """
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "biufc":
            raise ArgumentError(name, f"has dtype {given.dtype}", "give complex numbers")
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(given, dtype=np.complex64)
    except (TypeError, ValueError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError(name, f"is not numeric ({error})", "give complex numbers") from None
    _check_shape(name, array.shape, shape)
    _check_finite(name, array)
    return array


def _check_shape(name: str, found: tuple[int, ...], expected: tuple[int, ...]) -> None:
    words = " x ".join("any" if length == _FREE else str(length) for length in expected)
    fits = len(found) == len(expected) and all(
        want in (_FREE, length) for length, want in zip(found, expected, strict=True)
    )
    if not fits:
        raise ArgumentError(name, f"has shape {found}, expected {words}", "give matching arrays")
    if 0 in found:
        raise ArgumentError(name, f"is empty (shape {found})", "give at least one value per axis")


def _check_finite(name: str, array: NDArray[np.float64] | NDArray[np.complex64]) -> None:
    # One pass without a temporary of the array's size: any NaN or infinity survives the sum.
    # A finite array may overflow it, hence the exact look only when the sum is not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.sum(array.view(np.float32) if array.dtype == np.complex64 else array)
    if np.isfinite(total):
        return
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        count = int(finite.size - np.count_nonzero(finite))
        raise ArgumentError(
            name,
            f"holds {count} values that are NaN or infinite, the first at index {first}",
            "repair or leave out these channels",
        )
