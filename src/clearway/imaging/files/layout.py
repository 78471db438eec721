"""Clearway's own layout of sweeps, the same in Zarr and in HDF5.

==========================  ===================================  =======  ========================
variable                    dimensions                           unit     type
==========================  ===================================  =======  ========================
``samples``                 frame, freq, tx, rx                  1        complex64
``samples`` with ``pairs``  frame, freq, channel                 1        complex64
``frequencies_hz``          freq                                 Hz       float64
``tx_positions_m``          tx, xyz                              m        float64
``rx_positions_m``          rx, xyz                              m        float64
``propagation_speed_m_s``   medium (of length 1)                 m s-1    float64
``pairs``                   channel, element (tx, rx), from 0    1        int64, where not all
``tx_times_s``              tx                                   s        float64, where known
==========================  ===================================  =======  ========================

Attributes follow the CF conventions as far as these go: they know no complex numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import clearway
from clearway.errors import ArgumentError, Fault, InputError
from clearway.imaging.files.arrays import ArrayFile, as_input_error
from clearway.imaging.sweep import Sweep

__all__ = [
    "IMAGE_FORMAT",
    "SWEEP_FORMAT",
    "Variable",
    "check_format",
    "checked_frame",
    "chunk_shape",
    "file_attributes",
    "frame_count",
    "sweep",
    "variables",
]

SWEEP_FORMAT = "Clearway sweep"
IMAGE_FORMAT = "Clearway image"
FORMAT_VERSION = 1
_CONVENTIONS = "CF-1.12"
_LARGEST_CHUNK_BYTES = 64 * 2**20


class Variable(NamedTuple):
    """A named array as xarray takes it."""

    dims: tuple[str, ...]
    values: NDArray[Any]
    attributes: dict[str, str]


def variables(sweeps: Sequence[Sweep]) -> dict[str, Variable]:
    """Variables of the layout; all sweeps share everything but the samples.

    Raises
    ------
    ArgumentError
        No sweep, or sweeps of different arrays, frequencies or media.
    """
    if not sweeps:
        raise ArgumentError("sweeps", "holds no sweep", "give at least one")
    first = _shared(sweeps[0])
    for number, other in enumerate(sweeps):
        _check_same(first, _shared(other), number)
    channel_dims = ("channel",) if "pairs" in first else ("tx", "rx")
    samples = Variable(
        ("frame", "freq", *channel_dims),
        np.stack([one.samples for one in sweeps]),
        {
            "long_name": "complex transmission samples",
            "units": "1",
            "phase_convention": "a path of length L adds exp(-j 2 pi f L / v)",
        },
    )
    frame = Variable(("frame",), np.arange(len(sweeps)), {"long_name": "number of the sweep"})
    return {"samples": samples, "frame": frame, **first}


def file_attributes(kind: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Attributes of the whole file: those of the format and the caller's.

    Raises
    ------
    ArgumentError
        A name of the format, or a value that is neither text nor a number.
    """
    own = {
        "Conventions": _CONVENTIONS,
        "format": kind,
        "format_version": FORMAT_VERSION,
        "software_version": f"clearway {clearway.__version__}",
    }
    for name, value in (given or {}).items():
        if name in own:
            raise ArgumentError("attributes", f"sets {name!r}", "choose a name that is not taken")
        if not isinstance(value, str | int | float):
            problem = f"has {name!r} of type {type(value).__name__}"
            raise ArgumentError("attributes", problem, "give text or a number")
    return {**own, **(given or {})}


def chunk_shape(variable: Variable) -> tuple[int, ...]:
    """Shape of the blocks that a variable is stored in: one frame, or less where it is large."""
    shape = list(variable.values.shape)
    if variable.dims[0] == "frame" and len(shape) > 1:
        shape[0] = 1
    for axis, length in enumerate(shape):
        bytes_each = prod(shape) * variable.values.itemsize
        if bytes_each > _LARGEST_CHUNK_BYTES:
            shape[axis] = max(1, length * _LARGEST_CHUNK_BYTES // bytes_each)
    return tuple(shape)


def frame_count(file: ArrayFile) -> int:
    """Number of sweeps in a file of this layout.

    Raises
    ------
    InputError
        Another format or a later version, or samples that are missing or none.
    """
    check_format(file, SWEEP_FORMAT)
    shape = file.shape("samples")
    if not shape or shape[0] == 0:
        fault = Fault(f"has shape {shape}: no sweep", "write the file anew", "samples")
        raise InputError(file.path, fault)
    return shape[0]


def sweep(file: ArrayFile, frame: int | str) -> Sweep:
    """One sweep of a file of this layout.

    Raises
    ------
    InputError
        Arrays that are missing, damaged, or do not fit one another.
    ArgumentError
        No such frame.
    """
    number = checked_frame(frame, [str(index) for index in range(frame_count(file))])
    optional = {name: file.read(name) for name in ("pairs", "tx_times_s") if name in file.names()}
    with as_input_error(file.path):
        return Sweep(
            file.read("samples", number),
            file.read("frequencies_hz"),
            file.read("tx_positions_m"),
            file.read("rx_positions_m"),
            file.number("propagation_speed_m_s"),
            **optional,
        )


def checked_frame(frame: int | str, names: Sequence[str]) -> int:
    """Index of a frame given by number or name; there is at least one.

    Raises
    ------
    ArgumentError
        If there is no such frame.
    """
    if isinstance(frame, str) and frame in names:
        return names.index(frame)
    if isinstance(frame, str) or not 0 <= frame < len(names):
        raise ArgumentError(
            "frame",
            f"is {frame!r}; the file has {len(names)} frames, the last of them {names[-1]}",
            "count frames from 0, or give the name of one",
        )
    return frame


def check_format(file: ArrayFile, kind: str) -> None:
    """Refuse another kind of file, and one that a later version wrote."""
    found, version = file.attributes.get("format"), file.attributes.get("format_version")
    if found != kind:
        fault = Fault(f"is {found!r}, expected {kind!r}", "name another file", field="format")
        raise InputError(file.path, fault)
    if version != FORMAT_VERSION:
        raise InputError(
            file.path,
            Fault(
                f"is {version}, this version reads {FORMAT_VERSION}",
                "install the version of Clearway that the attribute software_version names",
                field="format_version",
            ),
        )


def _shared(one: Sweep) -> dict[str, Variable]:
    """Give everything of a sweep but its samples."""
    array = one.array
    position = {"units": "m", "axes": "x y z"}
    shared = {
        "frequencies_hz": Variable(
            ("freq",),
            one.frequencies_hz,
            {
                "long_name": "frequencies",
                "standard_name": "radiation_frequency",
                "units": "Hz",
            },
        ),
        "tx_positions_m": Variable(
            ("tx", "xyz"),
            array.tx_positions_m,
            {"long_name": "phase centres of the transmitters", **position},
        ),
        "rx_positions_m": Variable(
            ("rx", "xyz"),
            array.rx_positions_m,
            {"long_name": "phase centres of the receivers", **position},
        ),
        "propagation_speed_m_s": Variable(
            ("medium",),
            np.array([one.propagation_speed_m_s]),
            {"long_name": "propagation speed in the medium", "units": "m s-1"},
        ),
    }
    if array.pairs is not None:
        about = "transmitter and receiver of each channel, counted from 0"
        shared["pairs"] = Variable(
            ("channel", "element"), array.pairs.astype(np.int64), {"long_name": about, "units": "1"}
        )
    if array.tx_times_s is not None:
        about = "when each transmitter fires, from the instant that the image is to show"
        shared["tx_times_s"] = Variable(
            ("tx",), array.tx_times_s, {"long_name": about, "units": "s"}
        )
    return shared


def _check_same(first: Mapping[str, Variable], other: Mapping[str, Variable], number: int) -> None:
    for name in {**first, **other}:
        both = name in first and name in other
        if not both or not np.array_equal(first[name].values, other[name].values):
            raise ArgumentError(
                "sweeps",
                f"differ in {name}: that of sweep {number} is not that of sweep 0",
                "write sweeps of different arrays, frequencies or media to files of their own",
            )
