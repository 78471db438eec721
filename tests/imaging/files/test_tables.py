from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError, InputError
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.files import frame_count, read_sweep
from tests.imaging.files.making import write_merit

SCANS = {
    "B0_P3_p000": np.array([[1 + 2j, 3 - 4j], [0.5j, -0.25 + 0j], [1e-5 - 2e-7j, 7 + 1j]]),
    "B0_P3_p036": np.array([[1j, 2j], [3j, 4j], [5j, 6j]]),
}


def test_a_folder_of_scans(tmp_path: Path) -> None:
    folder = write_merit(tmp_path / "data", SCANS)
    assert frame_count(folder) == 2
    for frame, name in enumerate(SCANS):
        for found in (
            read_sweep(folder, frame=frame),
            read_sweep(folder, frame=name),
            read_sweep(folder / f"{name}.csv"),
        ):
            np.testing.assert_allclose(found.samples, SCANS[name], rtol=1e-6)
            np.testing.assert_array_equal(found.array.channels, [[0, 1], [1, 2]])
            np.testing.assert_allclose(found.frequencies_hz, [1e9, 1.1e9, 1.2e9])
            assert found.rx_positions_m[1].tolist() == [0.056, 0.041, 0.011]
    with pytest.raises(ArgumentError, match=r"is 'B0'; .* the last of them B0_P3_p036"):
        read_sweep(folder, frame="B0")


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_sweep(path)
    return str(caught.value)


@given(st.data())
@settings(max_examples=40)
def test_a_scan_cut_anywhere_is_never_read_as_a_smaller_or_other_one(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = write_merit(tmp_path_factory.mktemp("cut"), SCANS)
    scan = folder / "B0_P3_p000.csv"
    text = scan.read_text()
    # Without its last line break the file is whole.
    scan.write_text(text[: data.draw(st.integers(0, len(text) - 2))])
    assert "B0_P3_p000: " in refusal(scan)


def test_whole_rows_cut_off_tell_both_shapes(tmp_path: Path) -> None:
    folder = write_merit(tmp_path, SCANS)
    scan = folder / "B0_P3_p000.csv"
    scan.write_text("".join(scan.read_text().splitlines(keepends=True)[:2]))
    assert "B0_P3_p000: has shape (2, 2), expected (3, 2) on the axes freq, channel" in refusal(
        scan
    )


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("channel_names", "1,2\n2,4\n", "channel_names: names transmitter 1 and receiver 3 of 3"),
        ("channel_names", "1,2\n2,2.5\n", "channel_names: has dtype float64"),
        ("channel_names", "1,2\n", "has shape (3, 2), expected (3, 1) on the axes freq, channel"),
        (
            "antenna_locations",
            "0,0\n1,1\n",
            "antenna_locations: has shape (2, 2), expected any x 3",
        ),
        ("frequencies", "1e9\nnan\n1.2e9\n", "frequencies: holds 1 values that are NaN"),
        ("B0_P3_p000", "1,2\n3,x\n5,6\n", "could not convert string 'x' to float64 at row 1, colu"),
        ("frequencies", "", "frequencies: is not a table of numbers (the file is empty)"),
    ],
)
def test_tables_that_do_not_fit_one_another(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    folder = write_merit(tmp_path, SCANS)
    (folder / f"{name}.csv").write_text(text)
    assert problem in refusal(folder)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = write_merit(tmp_path, SCANS)
    (folder / "channel_names.csv").rename(folder / "channels.csv")
    message = refusal(folder / "B0_P3_p000.csv")
    assert "channel_names: there is no such array" in message
    assert 'did you mean "channels"?' in message


@pytest.mark.shared_data
def test_the_merit_archive_gives_the_documented_peak(merit_archive: Path, tmp_path: Path) -> None:
    shipped = files("clearway.imaging.files").joinpath("mappings", "merit_npz.toml").read_text()
    in_phantom = tmp_path / "in_phantom.toml"
    speed_m_s = 299_792_458.0 / 8.0**0.5
    in_phantom.write_text(
        shipped.replace("[arrays]", f"[arrays]\npropagation_speed_m_s = {speed_m_s}")
    )
    assert frame_count(merit_archive) == 8
    one, turned = (
        read_sweep(merit_archive, frame=f"B0_P3_{turn}", mapping=in_phantom)
        for turn in ("p000", "p036")
    )
    assert one.samples.shape == (76, 96)
    difference = one.with_samples(one.samples - turned.samples)
    peak = delay_and_sum(difference, np.array([[0.015, 0.0025, 0.0275]])).item()
    # Figures of the data's own description, there from plain double-precision NumPy.
    assert abs(peak) == pytest.approx(1.75270, abs=1e-5)
    assert np.angle(peak) == pytest.approx(2.8811, abs=1e-4)
