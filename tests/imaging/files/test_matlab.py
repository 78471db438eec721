from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.imaging import Array
from clearway.imaging.echo import point_echoes
from clearway.imaging.files import read_sweep
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep
from tests.imaging.files.making import (
    assert_same,
    made_sweep,
    wang_arrays,
    write_matlab,
    write_matlab_73,
)


def in_air(sweep: Sweep) -> Sweep:
    """The same sweep; the data sets say nothing of the medium."""
    return Sweep.of(sweep.samples, sweep.frequencies_hz, sweep.array)


@pytest.mark.parametrize("write", [write_matlab, write_matlab_73])
def test_the_layout_of_wangs_arrays(
    tmp_path: Path, write: Callable[[Path, dict[str, Any]], Path]
) -> None:
    path = write(tmp_path / "SynData.mat", wang_arrays(made_sweep()))
    assert_same(read_sweep(path, mapping="wang_mimo"), in_air(made_sweep()))


def test_one_frequency_loses_its_axis_in_matlab(tmp_path: Path) -> None:
    sweep = Sweep(np.ones((1, 3, 4)), [9e9], np.eye(3), np.eye(4, 3))
    arrays = wang_arrays(sweep) | {"EMData": sweep.samples[0].T}
    assert_same(read_sweep(write_matlab(tmp_path / "a.mat", arrays), mapping="wang_mimo"), sweep)


@pytest.mark.parametrize("write", [write_matlab, write_matlab_73])
def test_the_layout_of_3dried(
    tmp_path: Path, write: Callable[[Path, dict[str, Any]], Path]
) -> None:
    # Positions and signal as the data set's own program makes them, on a smaller raster:
    # every second line runs backwards, and a delay inside the instrument adds to the path.
    n_x, n_z, n_freq, target = 5, 4, 6, np.array([[0.01, 0.6, -0.19]])
    positions = [
        (-0.203 + 0.001 * (i if line % 2 == 0 else n_x - 1 - i), 0.0, -0.2 + 0.002 * line)
        for i in range(n_x)
        for line in range(n_z)
    ]
    frequencies = np.linspace(77.0e9, 80.585045e9, n_freq)
    expected = point_echoes(Array.monostatic(positions), frequencies, target)
    delayed = expected.samples * np.exp(-2j * np.pi * frequencies * 0.62516e-9)[:, np.newaxis]
    echo = delayed.conj().T.reshape(n_x, n_z, n_freq)
    found = read_sweep(write(tmp_path / "scan.mat", {"Echo": echo}), mapping="3dried")
    assert found.array.is_monostatic
    np.testing.assert_allclose(found.tx_positions_m, positions, atol=1e-12)
    np.testing.assert_allclose(found.frequencies_hz, frequencies, rtol=1e-12)
    np.testing.assert_allclose(found.samples, expected.samples, atol=2e-5)
    assert found.propagation_speed_m_s == SPEED_OF_LIGHT_M_S


def test_the_last_frequency_of_3dried_follows_from_its_ramp(tmp_path: Path) -> None:
    echo = np.ones((1, 2, 256), dtype=np.complex64)
    found = read_sweep(write_matlab(tmp_path / "scan.mat", {"Echo": echo}), mapping="3dried")
    np.testing.assert_allclose(np.diff(found.frequencies_hz), 70.295e12 / 5e6, rtol=1e-6)


def refusal(path: Path, mapping: str = "wang_mimo") -> str:
    with pytest.raises(InputError) as caught:
        read_sweep(path, mapping=mapping)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("compressed", [True, False])
def test_a_cut_file_names_the_array_and_its_declared_shape(
    tmp_path: Path, compressed: bool
) -> None:
    path = write_matlab(tmp_path / "a.mat", wang_arrays(made_sweep()), compressed=compressed)
    content = path.read_bytes()
    path.write_bytes(content[:400])
    message = refusal(path)
    assert message.startswith("EMData: declares single of shape (4, 3, 5), but cannot be read (")
    assert "remedy: copy the whole file again" in message


def test_a_cut_file_of_version_73_is_refused(tmp_path: Path) -> None:
    path = write_matlab_73(tmp_path / "a.mat", wang_arrays(made_sweep()))
    path.write_bytes(path.read_bytes()[:-100])
    assert "truncated file" in refusal(path)


def test_bytes_that_end_the_reading_process_are_an_error_like_any_other(tmp_path: Path) -> None:
    path = write_matlab(tmp_path / "a.mat", {"EMData": np.ones((1, 4))}, compressed=False)
    content = bytearray(path.read_bytes())
    kind_of_numbers = content.rindex(struct.pack("<d", 1.0) * 4) - 8
    content[kind_of_numbers] = 0
    path.write_bytes(content)
    assert refusal(path).startswith("is not a MATLAB file that can be read (the reader ended with")


@pytest.mark.parametrize("write", [write_matlab, write_matlab_73])
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"OperatingFreq": np.linspace(8e9, 9e9, 4)[np.newaxis]},
            "EMData: has shape (4, 3, 5), expected (4, 3, 4) on the axes rx, tx, freq",
        ),
        (
            {"EMData": np.ones((3, 4, 5))},
            "EMData: has shape (3, 4, 5), expected (4, 3, 5) on the axes rx, tx, freq",
        ),
        (
            {"OperatingFreq": np.ones((2, 2))},
            "OperatingFreq: has shape (2, 2)",
        ),
        (
            {"OperatingFreq": np.array([[8e9, 9e9, 9.1e9, 9.2e9, 9.3e9]])},
            "OperatingFreq: are not evenly spaced",
        ),
    ],
)
def test_arrays_that_do_not_fit_one_another(
    tmp_path: Path,
    write: Callable[[Path, dict[str, Any]], Path],
    changed: dict[str, Any],
    problem: str,
) -> None:
    path = write(tmp_path / "a.mat", wang_arrays(made_sweep()) | changed)
    assert refusal(path).startswith(problem)


def test_coordinates_of_different_length_are_told_apart(tmp_path: Path) -> None:
    arrays = wang_arrays(made_sweep())
    arrays["MIMOArray"]["Receiver"]["RZ"] = np.ones((1, 3))
    assert refusal(write_matlab(tmp_path / "a.mat", arrays)).startswith(
        "MIMOArray.Receiver.RZ: has shape (3,), but MIMOArray.Receiver.RX has shape (4,)"
    )


@pytest.mark.parametrize("write", [write_matlab, write_matlab_73])
def test_a_missing_array_is_named_with_its_nearest_neighbour(
    tmp_path: Path, write: Callable[[Path, dict[str, Any]], Path]
) -> None:
    arrays = wang_arrays(made_sweep())
    arrays["OperatingFrequency"] = arrays.pop("OperatingFreq")
    message = refusal(write(tmp_path / "a.mat", arrays))
    assert message.startswith("OperatingFreq: there is no such array")
    assert 'did you mean "OperatingFrequency"?' in message


def test_cells_are_refused_by_name(tmp_path: Path) -> None:
    cells = np.empty((1, 2), dtype=object)
    cells[0, 0], cells[0, 1] = np.ones(2), np.ones(3)
    message = refusal(write_matlab(tmp_path / "a.mat", {"Echo": cells}), "3dried")
    assert message.startswith("Echo: is a cell or text")
    assert "save it as a plain numeric array" in message
