"""Sweeps and files of foreign layouts, made for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import savemat

from clearway.imaging import Sweep

QUANTITIES = (
    "samples",
    "frequencies_hz",
    "tx_positions_m",
    "rx_positions_m",
    "propagation_speed_m_s",
)


def made_sweep(seed: int = 1, *, pairs: bool = False, times: bool = False) -> Sweep:
    """Noise on five frequencies, three transmitters and four receivers."""
    rng = np.random.default_rng(seed)
    channels = [[0, 3], [2, 1], [1, 1]] if pairs else None
    shape = (5, 3) if pairs else (5, 3, 4)
    return Sweep(
        rng.standard_normal(shape) + 1j * rng.standard_normal(shape),
        np.linspace(8e9, 9e9, 5),
        np.random.default_rng(0).random((3, 3)),
        np.random.default_rng(1).random((4, 3)),
        2e8,
        pairs=channels,
        tx_times_s=[0.0, 1e-4, 2e-4] if times else None,
    )


def assert_same(found: Sweep, expected: Sweep) -> None:
    """Bit for bit."""
    for name in QUANTITIES:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert found.samples.dtype == np.complex64
    for name in ("pairs", "tx_times_s"):
        one, other = getattr(found.array, name), getattr(expected.array, name)
        assert (one is None) == (other is None), name
        np.testing.assert_array_equal(one, other, err_msg=name)


def wang_arrays(sweep: Sweep) -> dict[str, Any]:
    """Variables of a file of J. Wang's near-field MIMO arrays."""
    tx, rx = sweep.tx_positions_m.T, sweep.rx_positions_m.T
    return {
        "EMData": sweep.samples.transpose(2, 1, 0),
        "OperatingFreq": sweep.frequencies_hz[np.newaxis],
        "MIMOArray": {
            "Transmitter": {"TX": tx[:1], "TY": tx[1:2], "TZ": tx[2:], "vCellArea": tx[:1]},
            "Receiver": {"RX": rx[:1], "RY": rx[1:2], "RZ": rx[2:], "vCellArea": rx[:1]},
        },
    }


def write_matlab(path: Path, arrays: dict[str, Any], *, compressed: bool = True) -> Path:
    """Write MATLAB's version 7, or 6 without compression."""
    savemat(path, arrays, do_compression=compressed)
    return path


def write_matlab_73(path: Path, arrays: dict[str, Any]) -> Path:
    """Write version 7.3 as MATLAB does: reversed axes, pairs of numbers, a text before the HDF5."""
    with h5py.File(path, "w", userblock_size=512) as file:
        _write_group(file, arrays)
    text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with path.open("r+b") as bytes_of_file:
        bytes_of_file.write(text)
    return path


def _write_group(group: h5py.Group, arrays: dict[str, Any]) -> None:
    for name, value in arrays.items():
        if isinstance(value, dict):
            inner = group.create_group(name)
            inner.attrs["MATLAB_class"] = np.bytes_("struct")
            _write_group(inner, value)
            continue
        dataset = group.create_dataset(name, data=_numbers(value.T))
        dataset.attrs["MATLAB_class"] = np.bytes_("double")


def _numbers(value: NDArray[Any]) -> NDArray[Any]:
    if value.dtype.kind != "c":
        return value
    both = np.empty(value.shape, dtype=[("real", "f4"), ("imag", "f4")])
    both["real"], both["imag"] = value.real, value.imag
    return both


def write_merit(folder: Path, scans: dict[str, NDArray[Any]]) -> Path:
    """Three antennas, two channels and frequencies as many as there are rows."""
    folder.mkdir(exist_ok=True)
    rows = len(next(iter(scans.values())))
    tables = {
        "frequencies": "\n".join(f"{hz:g}" for hz in 1e9 + 1e8 * np.arange(rows)),
        "antenna_locations": "0.069,0,0.011\n0.056,0.041,0.011\n0.021,0.066,0.011",
        "channel_names": "1,2\n2,3",
    }
    for name, scan in scans.items():
        lines = [",".join(f"{z.real:.5g}{z.imag:+.5g}i" for z in row) for row in scan]
        tables[name] = "\n".join(lines)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text + "\n")
    return folder
