"""From the arrays of a foreign file to a sweep, as a mapping says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.imaging.array import Array
from clearway.imaging.files.arrays import ArrayFile, as_input_error
from clearway.imaging.files.layout import checked_frame
from clearway.imaging.files.mapping import ArrayMapping, Coordinates, Scan
from clearway.imaging.sweep import Sweep

__all__ = ["frame_names", "sweep"]

_FACTORS = {
    "Hz": 1.0,
    "kHz": 1e3,
    "MHz": 1e6,
    "GHz": 1e9,
    "m": 1.0,
    "cm": 1e-2,
    "mm": 1e-3,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "ns": 1e-9,
}
"""What a unit is in SI units."""


def frame_names(file: ArrayFile, mapping: ArrayMapping) -> list[str]:
    """Names of the frames: those of their arrays, or else numbers from 0.

    Raises
    ------
    InputError
        If there is none.
    """
    samples, axes = mapping.arrays.samples, mapping.axes.samples
    if samples == "*":
        taken = {name for _, given in mapping.arrays for name in _names(given)}
        frames = [name for name in file.names() if name not in taken]
    elif "frame" in axes:
        first = samples if isinstance(samples, str) else samples[0]
        shape = dict(zip(axes, _padded(file.shape(first), len(axes)), strict=False))
        frames = [str(index) for index in range(shape["frame"])]
    else:
        frames = ["0"]
    if not frames:
        fault = Fault("holds no samples", "give a file with at least one array of samples")
        raise InputError(file.path, fault)
    return frames


def sweep(file: ArrayFile, mapping: ArrayMapping, frame: int | str) -> Sweep:
    """Read one frame.

    The samples are conjugated where the mapping says so, and a delay tau of the instrument is
    removed by exp(+j 2 pi f tau).

    Raises
    ------
    InputError
        Arrays that are missing, damaged, or do not fit one another.
    ArgumentError
        No such frame.
    """
    frames = frame_names(file, mapping)
    number = checked_frame(frame, frames)
    name = frames[number] if mapping.arrays.samples == "*" else mapping.arrays.samples
    label = name if isinstance(name, str) else name[0]
    axes = mapping.axes.samples
    samples = _complex(file, name)
    samples = samples.reshape(_padded(samples.shape, len(axes)))
    lengths: dict[str, int] = dict(zip(axes, samples.shape, strict=False))
    with as_input_error(file.path, {**_labels(mapping), "samples": label}):
        frequencies = _frequencies(file, mapping, lengths["freq"])
        array = _array(file, mapping, lengths)
        lengths |= {"freq": len(frequencies), "tx": array.n_tx, "rx": array.n_rx}
        lengths["channel"] = array.n_pairs
        expected = tuple(lengths[axis] for axis in axes)
        if samples.shape != expected:
            raise InputError(
                file.path,
                Fault(
                    f"has shape {samples.shape}, expected {expected} on the axes {', '.join(axes)}",
                    "correct the axes in the mapping, or the array that gives the other length",
                    label,
                ),
            )
        if "frame" in axes:
            samples = samples.take([number], axis=axes.index("frame"))
        samples = _ordered(samples, mapping).reshape(array.sample_shape(len(frequencies)))
        if mapping.signal.conjugate:
            samples = samples.conj()
        if mapping.signal.delay_s:
            undone = np.exp(2j * np.pi * frequencies * mapping.signal.delay_s)
            samples = samples * undone.reshape(-1, *[1] * (samples.ndim - 1))
        return Sweep.of(samples, frequencies, array, _speed(file, mapping))


def _array(file: ArrayFile, mapping: ArrayMapping, lengths: Mapping[str, int]) -> Array:
    spec = mapping.arrays
    if mapping.scan:
        steps = {axis: lengths[axis] for axis in mapping.channel_axes}
        return Array.monostatic(_scanned(mapping.scan, steps))
    tx = _positions(file, mapping, spec.tx_positions_m)
    times = None
    if spec.tx_times_s:
        times = _vector(file, spec.tx_times_s) * _FACTORS[mapping.units.times]
    if spec.rx_positions_m is None:
        return Array.monostatic(tx, times_s=times)
    rx = _positions(file, mapping, spec.rx_positions_m)
    pairs = None
    if spec.pairs:
        pairs = _whole(file.read(spec.pairs)) - mapping.signal.first_element
    return Array(tx, rx, pairs=pairs, tx_times_s=times)


def _scanned(scan: Scan, lengths: Mapping[str, int]) -> NDArray[np.float64]:
    """(n, 3) positions of the moved antenna; the last of the axes in ``lengths`` is fastest."""
    steps = dict(zip(lengths, np.indices(tuple(lengths.values())), strict=True))
    if scan.snake:
        line = sum(steps[axis] for axis in steps if axis != scan.snake)
        back = lengths[scan.snake] - 1 - steps[scan.snake]
        steps[scan.snake] = np.where(line % 2 == 1, back, steps[scan.snake])
    still = np.zeros(tuple(lengths.values()))
    return np.column_stack(
        [
            first + spacing * steps.get(axis, still).ravel()
            for axis, first, spacing in zip("xyz", scan.first_m, scan.spacing_m, strict=True)
        ]
    )


def _frequencies(file: ArrayFile, mapping: ArrayMapping, count: int) -> NDArray[np.float64]:
    given = mapping.arrays.frequencies_hz
    if isinstance(given, str):
        return _vector(file, given) * _FACTORS[mapping.units.frequencies]
    return np.linspace(*given, count)


def _speed(file: ArrayFile, mapping: ArrayMapping) -> float:
    given = mapping.arrays.propagation_speed_m_s
    return file.number(given) if isinstance(given, str) else given


def _positions(file: ArrayFile, mapping: ArrayMapping, name: Coordinates) -> NDArray[Any]:
    factor = _FACTORS[mapping.units.positions]
    if isinstance(name, str):
        one = file.read(name)
        return factor * (one.T if mapping.axes.positions == "xyz, element" else one)
    x, y, z = (_vector(file, part) for part in name)
    for other, part in ((y, name[1]), (z, name[2])):
        if other.shape != x.shape:
            raise _unequal(file, part, other.shape, name[0], x.shape)
    return factor * np.column_stack((x, y, z))


def _complex(file: ArrayFile, name: str | tuple[str, str]) -> NDArray[Any]:
    if isinstance(name, str):
        return file.read(name)
    real, imaginary = (file.read(part) for part in name)
    if real.shape != imaginary.shape:
        raise _unequal(file, name[1], imaginary.shape, name[0], real.shape)
    return np.asarray(real + 1j * imaginary)


def _vector(file: ArrayFile, name: str) -> NDArray[Any]:
    """Row, column or single number, as one axis; imaginary parts are refused by the sweep."""
    values = file.read(name)
    if values.size == 0 or max(values.shape, default=1) != values.size:
        fault = Fault(f"has shape {values.shape}", "give a row or a column of numbers", name)
        raise InputError(file.path, fault)
    return values.ravel()


def _whole(values: NDArray[Any]) -> NDArray[Any]:
    """MATLAB and CSV store whole numbers as floating-point ones."""
    whole = values.astype(np.int64) if values.dtype.kind == "f" else values
    return whole if np.array_equal(whole, values) else values


def _ordered(samples: NDArray[Any], mapping: ArrayMapping) -> NDArray[Any]:
    """Bring the axes into the order frame, frequency, transmitter or channel, receiver."""
    axes: list[str] = list(mapping.axes.samples)
    order = (
        ("frame", "freq", "tx", "rx") if "tx" in axes else ("frame", "freq", *mapping.channel_axes)
    )
    return samples.transpose([axes.index(axis) for axis in order if axis in axes])


def _unequal(
    file: ArrayFile, name: str, shape: tuple[int, ...], other: str, expected: tuple[int, ...]
) -> InputError:
    problem = f"has shape {shape}, but {other} has shape {expected}"
    return InputError(file.path, Fault(problem, "give arrays of one shape", field=name))


def _padded(shape: tuple[int, ...], n_axes: int) -> tuple[int, ...]:
    """MATLAB drops axes of length 1 at the end."""
    return shape + (1,) * (n_axes - len(shape))


def _labels(mapping: ArrayMapping) -> dict[str, str]:
    """The file's name of each argument of a sweep, for messages."""
    return {argument: ", ".join(_names(given)) for argument, given in mapping.arrays}


def _names(given: object) -> tuple[str, ...]:
    """Names of arrays that a key of the mapping gives, without the values it may give instead."""
    parts = given if isinstance(given, tuple) else (given,)
    return tuple(part for part in parts if isinstance(part, str))
