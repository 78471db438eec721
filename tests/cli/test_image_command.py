"""`clearway image` from the outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from typer.testing import CliRunner

from clearway.cli.main import app
from clearway.errors import ArgumentError, ClearwayError, InputError, OutputError
from clearway.imaging import Array, Sweep
from clearway.imaging.echo import point_echoes
from clearway.imaging.files import read_image, read_sweep, write_sweeps
from clearway.imaging.files.mapping import shipped_mappings
from clearway.imaging.pictures.peak import find_peak

TARGET_M = (0.1, 0.5, 0.2)
CLUTTER_M = (-0.15, 0.6, 0.4)
BOX = ("--x", "-0.2", "0.2", "--y", "0.4", "0.7", "--z", "0.1", "0.5", "--spacing", "0.02")


def _panel() -> Array:
    places = np.random.default_rng(1).uniform((-0.4, 0, 0), (0.4, 0, 0.8), (2, 12, 3))
    return Array(*places)


def _echo(point_m: tuple[float, float, float], amplitude: float = 1.0) -> Sweep:
    return point_echoes(_panel(), np.linspace(4e9, 8e9, 30), [point_m], amplitude)


@pytest.fixture
def scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sweep file of one target, in the working folder."""
    monkeypatch.chdir(tmp_path)
    write_sweeps("scan.h5", [_echo(TARGET_M)])
    return Path("scan.h5")


def call(*arguments: str | Path) -> str:
    command = ["image", *map(str, arguments), "--threads", "1"]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def names() -> set[str]:
    return {path.name for path in Path().iterdir()}


def peak_m(path: str) -> tuple[float, float, float]:
    stored = read_image(path)
    return find_peak(stored.image, stored.grid).position_m


def test_volume_picture_and_words(scan: Path) -> None:
    output = call(scan, "-o", "out", *BOX)
    assert names() == {"scan.h5", "out.zarr", "out.png"}
    stored = read_image("out.zarr")
    assert stored.grid.shape == (21, 16, 21)
    assert peak_m("out.zarr") == pytest.approx(TARGET_M, abs=0.011)
    assert {"sweep": "scan.h5", "frame": "0", "window": "hann"}.items() <= dict(
        stored.attributes
    ).items()
    assert matplotlib.image.imread("out.png").shape[0] > 500
    assert "scan.h5, frame 0: 12 transmitters, 12 receivers, 144 channels, 30 freq" in output
    assert "grid: x -0.2 to 0.2 m, y 0.4 to 0.7 m, z 0.1 to 0.5 m; 21 x 16 x 21" in output
    assert "peak 0.0 dB at x 0.100 m" in output
    assert "right third along x, middle third along y, lower third along z" in output
    assert "Image: out.zarr\nPicture: out.png" in output
    assert "%" not in output


def test_everything_has_a_default(scan: Path) -> None:
    output = call(scan)
    assert names() == {"scan.h5", "scan-image.zarr", "scan-image.png"}
    stored = read_image("scan-image.zarr")
    wavelength_m = 299_792_458.0 / 8e9
    assert np.diff(stored.grid.x_m) == pytest.approx(wavelength_m / 4, rel=0.06)
    assert peak_m("scan-image.zarr") == pytest.approx(TARGET_M, abs=wavelength_m / 4)
    assert "note:" not in output


@pytest.mark.parametrize("given", ["other.png", "other.zarr"])
def test_a_suffix_of_the_output_is_taken_off(scan: Path, given: str) -> None:
    call(scan, "-o", given, *BOX)
    assert names() == {"scan.h5", "other.zarr", "other.png"}


def test_an_earlier_image_is_replaced(scan: Path) -> None:
    call(scan, "-o", "out", *BOX)
    call(scan, "-o", "out", *BOX[:-1], "0.05", "--window", "none")
    assert read_image("out.zarr").grid.shape == (9, 7, 9)
    assert read_image("out.zarr").attributes["window"] == "none"
    assert names() == {"scan.h5", "out.zarr", "out.png"}


def test_a_coarse_grid_is_pointed_out(scan: Path) -> None:
    output = call(scan, *BOX[:-1], "0.05")
    assert "note: the voxels lie 0.05 m apart, more than half the shortest wavelength" in output


def test_background_and_calibration_are_taken_out(scan: Path) -> None:
    rng = np.random.default_rng(2)
    sweep, static = _echo(TARGET_M), _echo(CLUTTER_M, 5.0)
    gain = rng.uniform(0.5, 2, sweep.samples.shape) * np.exp(
        2j * np.pi * rng.random(sweep.samples.shape)
    )
    write_sweeps("raw.h5", [sweep.with_samples(gain * (sweep.samples + static.samples))])
    write_sweeps("rooms.h5", [sweep, sweep.with_samples(gain * static.samples)])
    write_sweeps("gains.h5", [sweep.with_samples(gain)])
    call("raw.h5", "-o", "raw", *BOX)
    call("raw.h5", "-o", "clean", *BOX, "--background", "rooms.h5", "--background-frame", "1",
         "--calibration", "gains.h5")  # fmt: skip
    call(scan, "-o", "exact", *BOX)
    clean, exact = read_image("clean.zarr"), read_image("exact.zarr")
    np.testing.assert_allclose(clean.image, exact.image, atol=1e-3 * np.abs(exact.image).max())
    assert (clean.attributes["background"], clean.attributes["calibration"]) == (
        "rooms.h5",
        "gains.h5",
    )
    assert np.linalg.norm(np.subtract(peak_m("raw.zarr"), TARGET_M)) > 0.1


@pytest.mark.shared_data
def test_a_measured_scan_of_another_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, merit_archive: Path
) -> None:
    """A tumour phantom of 11 mm at (15, 0, 35) mm in a bowl of antennas of 14 cm."""
    monkeypatch.chdir(tmp_path)
    assert "merit_npz" in shipped_mappings()
    Path("eps8.toml").write_text(_merit_mapping_with_speed(), encoding="utf-8")
    output = call(merit_archive, "-o", "merit", "--mapping", "eps8.toml", "--frame", "B0_P3_p000",
                  "--background", merit_archive, "--background-frame", "B0_P3_p036",
                  "--window", "none")  # fmt: skip
    assert "96 channels" in output
    # Published for plain delay-and-sum of these samples; the voxels lie 5.9 mm apart.
    assert peak_m("merit.zarr") == pytest.approx((0.0150, 0.0025, 0.0275), abs=0.006)


def test_another_medium(scan: Path) -> None:
    # In half the speed the same delays are half the way.
    half = point_echoes(
        _panel(), np.linspace(4e9, 8e9, 30), [TARGET_M], propagation_speed_m_s=1.5e8
    )
    write_sweeps("half.h5", [half])
    assert "waves at 1.5e+08 m/s" in call("half.h5", "-o", "as-said", *BOX)
    call("half.h5", "-o", "wrong", *BOX, "--speed", "3e8")
    assert peak_m("as-said.zarr") == pytest.approx(TARGET_M, abs=0.011)
    assert peak_m("wrong.zarr") != pytest.approx(TARGET_M, abs=0.05)


def _merit_mapping_with_speed() -> str:
    from importlib.resources import files

    mapping = files("clearway.imaging.files") / "mappings" / "merit_npz.toml"
    text = mapping.read_text(encoding="utf-8")
    return text.replace("[arrays]\n", "[arrays]\npropagation_speed_m_s = 1.0599e8\n", 1)


def _other_array() -> None:
    moved = point_echoes(Array([[0, 0, 0]], [[0, 0, 0.1]]), np.linspace(4e9, 8e9, 30), [TARGET_M])
    write_sweeps("other.h5", [moved])


def _dead_channel() -> None:
    sweep = _echo(TARGET_M)
    gain = np.ones_like(sweep.samples)
    gain[:, 1, 2] = 0
    write_sweeps("gains.h5", [sweep.with_samples(gain)])


def _cut_short() -> None:
    whole = Path("scan.h5").read_bytes()
    Path("cut.h5").write_bytes(whole[: len(whole) // 2])


WRONG: dict[str, tuple[list[str], Callable[[], object], type[ClearwayError], str]] = {
    "no sweep": (["none.h5"], lambda: 0, InputError, "none.h5: no such file"),
    "damaged sweep": (["cut.h5"], _cut_short, InputError, "cut.h5"),
    "no sweep file": (
        ["notes.txt"],
        lambda: Path("notes.txt").write_text("hello"),
        InputError,
        "notes.txt: is of no known format",
    ),
    "no such frame": (["scan.h5", "--frame", "3"], lambda: 0, ArgumentError, "frame: is 3"),
    "no such mapping": (["scan.h5", "--mapping", "x"], lambda: 0, InputError, "x"),
    "no such back end": (["scan.h5", "--backend", "x"], lambda: 0, ArgumentError, "backend: is"),
    "box upside down": (["scan.h5", "--z", "1", "0"], lambda: 0, ArgumentError, "z_m: runs from"),
    "too many voxels": (["scan.h5", "--spacing", "1e-9"], lambda: 0, ArgumentError, "spacing_m"),
    "background of another array": (
        ["scan.h5", "--background", "other.h5"],
        _other_array,
        InputError,
        "other.h5: background.tx_positions_m: has shape",
    ),
    "background is the sweep itself": (
        ["scan.h5", *BOX, "--background", "scan.h5"],
        lambda: 0,
        ArgumentError,
        "image: holds nothing but zeros",
    ),
    "dead channel": (
        ["scan.h5", "--calibration", "gains.h5"],
        _dead_channel,
        InputError,
        "gains.h5: gain: is 0 for 30 values",
    ),
    "no folder": (["scan.h5", "-o", "no/out"], lambda: 0, OutputError, "create the folder first"),
    "another folder in the way": (
        ["scan.h5", "-o", "out"],
        lambda: Path("out.zarr").mkdir(),
        InputError,
        "out.zarr: is not Zarr",
    ),
    "picture in the way": (
        ["scan.h5", "-o", "out"],
        lambda: Path("out.png").mkdir(),
        OutputError,
        "out.png",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_named_and_nothing_is_written(scan: Path, case: str) -> None:
    arguments, prepare, kind, message = WRONG[case]
    prepare()
    before = names()
    result = CliRunner().invoke(app, ["image", *arguments, "--threads", "1"])
    assert isinstance(result.exception, kind)
    assert message in str(result.exception)
    assert "remedy: " in str(result.exception)
    assert names() == before


def test_a_recording_is_never_replaced(scan: Path) -> None:
    write_sweeps("scan.zarr", [read_sweep(scan)])
    result = CliRunner().invoke(app, ["image", "scan.zarr", "-o", "scan"])
    assert isinstance(result.exception, InputError)
    assert "scan.zarr: format: is 'Clearway sweep'" in str(result.exception)
    np.testing.assert_array_equal(read_sweep("scan.zarr").samples, read_sweep(scan).samples)
    assert names() == {"scan.h5", "scan.zarr"}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(scan: Path, stop: signal.Signals) -> None:
    # A shell lets its background jobs ignore interrupts, and this process would inherit that.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = f"{listening}from clearway.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, "image", "scan.h5", "--spacing", "0.003",
         "--backend", "numpy", "--threads", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while "voxels" not in process.stdout.readline():
            assert process.poll() is None
        os.kill(process.pid, stop)
        _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in message
    assert "Traceback" not in message
    assert names() == {"scan.h5"}
