from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError, InputError
from clearway.imaging import Sweep
from clearway.imaging.files import frame_count, load_mapping, read_sweep, shipped_mappings
from tests.imaging.files.making import assert_same, made_sweep

PLAIN: dict[str, Any] = {
    "title": "test",
    "source": "none",
    "confidence": "assumed",
    "arrays": {
        "samples": "s",
        "frequencies_hz": "f",
        "tx_positions_m": "t",
        "rx_positions_m": "r",
        "tx_times_s": "when",
        "propagation_speed_m_s": "v",
    },
    "axes": {"samples": ["freq", "tx", "rx"]},
}


def mapping_file(folder: Path, **tables: Any) -> Path:
    path = folder / "mapping.toml"
    path.write_text(tomli_w.dumps(PLAIN | tables))
    return path


def arrays_file(folder: Path, sweep: Sweep, **changed: Any) -> Path:
    arrays = {
        "s": sweep.samples,
        "f": sweep.frequencies_hz,
        "t": sweep.tx_positions_m,
        "r": sweep.rx_positions_m,
        "when": sweep.array.tx_times_s,
        "v": sweep.propagation_speed_m_s,
    }
    with h5py.File(folder / "a.h5", "w") as file:
        for name, value in (arrays | changed).items():
            file[name] = value
    return folder / "a.h5"


@pytest.mark.parametrize("name", ["3dried", "merit", "merit_npz", "wang_mimo"])
def test_shipped_mappings_say_how_sure_they_are(name: str) -> None:
    assert name in shipped_mappings()
    mapping = load_mapping(name)
    assert mapping.confidence in {"published", "assumed"}
    assert len(mapping.source) > 20


@given(st.permutations(["frame", "freq", "tx", "rx"]), st.integers(0, 1))
@settings(max_examples=12)
def test_axes_may_come_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, axes: list[str], frame: int
) -> None:
    folder = tmp_path_factory.mktemp("axes")
    sweeps = [made_sweep(1, times=True), made_sweep(2, times=True)]
    stacked = np.stack([sweep.samples for sweep in sweeps])
    order = [("frame", "freq", "tx", "rx").index(axis) for axis in axes]
    path = arrays_file(folder, sweeps[0], s=stacked.transpose(order))
    mapping = mapping_file(folder, axes={"samples": axes})
    assert frame_count(path, mapping=mapping) == 2
    assert_same(read_sweep(path, frame=frame, mapping=mapping), sweeps[frame])


def test_units_parts_and_sign_are_converted(tmp_path: Path) -> None:
    sweep = made_sweep(times=True)
    path = arrays_file(
        tmp_path,
        sweep,
        re=sweep.samples.real,
        im=-sweep.samples.imag,
        f=sweep.frequencies_hz / 1e9,
        t=1e3 * sweep.tx_positions_m.T,
        r=1e3 * sweep.rx_positions_m.T,
        when=1e6 * np.array(sweep.array.tx_times_s),
    )
    mapping = mapping_file(
        tmp_path,
        arrays=PLAIN["arrays"] | {"samples": ["re", "im"]},
        axes=PLAIN["axes"] | {"positions": "xyz, element"},
        units={"frequencies": "GHz", "positions": "mm", "times": "us"},
        signal={"conjugate": True},
    )
    found = read_sweep(path, mapping=mapping)
    np.testing.assert_array_equal(found.samples, sweep.samples)
    np.testing.assert_allclose(found.frequencies_hz, sweep.frequencies_hz, rtol=1e-12)
    np.testing.assert_allclose(found.tx_positions_m, sweep.tx_positions_m, rtol=1e-12)
    np.testing.assert_allclose(found.rx_positions_m, sweep.rx_positions_m, rtol=1e-12)
    times = np.array([found.array.tx_times_s, sweep.array.tx_times_s])
    np.testing.assert_allclose(times[0], times[1], rtol=1e-12)


def test_pairs_and_values_in_place_of_names(tmp_path: Path) -> None:
    sweep = made_sweep(pairs=True)
    assert sweep.array.pairs is not None
    path = arrays_file(tmp_path, sweep, when=0.0, p=sweep.array.pairs + 1.0)
    values = {"frequencies_hz": [8e9, 9e9], "propagation_speed_m_s": 2e8, "pairs": "p"}
    names = {name: PLAIN["arrays"][name] for name in ("samples", "tx_positions_m")}
    mapping = mapping_file(
        tmp_path,
        arrays={**names, **values, "rx_positions_m": "r"},
        axes={"samples": ["freq", "channel"]},
        signal={"first_element": 1},
    )
    assert_same(read_sweep(path, mapping=mapping), sweep)


def test_channels_without_pairs_are_antennas_that_hear_themselves(tmp_path: Path) -> None:
    sweep = made_sweep()
    path = arrays_file(tmp_path, sweep, s=np.ones((5, 3)), when=0.0)
    arrays = {"samples": "s", "frequencies_hz": "f", "tx_positions_m": "t"}
    mapping = mapping_file(tmp_path, arrays=arrays, axes={"samples": ["freq", "channel"]})
    found = read_sweep(path, mapping=mapping)
    assert found.array.is_monostatic
    np.testing.assert_array_equal(found.tx_positions_m, sweep.tx_positions_m)


def test_parts_of_different_shape_are_told(tmp_path: Path) -> None:
    path = arrays_file(tmp_path, made_sweep(times=True), re=np.ones((5, 3, 4)), im=np.ones((5, 4)))
    mapping = mapping_file(tmp_path, arrays=PLAIN["arrays"] | {"samples": ["re", "im"]})
    with pytest.raises(InputError, match=r"im: has shape \(5, 4\), but re has shape \(5, 3, 4\)"):
        read_sweep(path, mapping=mapping)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_mapping(path)
    return str(caught.value).replace(f"{path}: ", "")


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"array": {}},
            'array: is not a key of a mapping\n    remedy: did you mean "arrays"?',
        ),
        (
            {"arrays": PLAIN["arrays"] | {"sample": "x"}},
            'arrays.sample: is not a key of a mapping\n    remedy: did you mean "samples"?',
        ),
        (
            {"units": {"frequencies": "Ghz"}},
            "units.frequencies: holds 'Ghz'\n    remedy: give Hz, kHz, MHz or GHz",
        ),
        (
            {"arrays": {"frequencies_hz": "f"}},
            "arrays.samples: is missing\n    remedy: give a name, two names (real and imagi",
        ),
        (
            {"arrays": PLAIN["arrays"] | {"frequencies_hz": [1e9]}},
            "arrays.frequencies_hz: holds [1000000000.0]\n    remedy: give a name, or the fi",
        ),
        ({"signal": {"delay_s": float("nan")}}, "signal.delay_s: holds nan"),
        ({"signal": {"conjugate": "yes"}}, "signal.conjugate: holds 'yes'\n    remedy: give true"),
        (
            {"confidence": "guessed"},
            "confidence: holds 'guessed'\n    remedy: give published or as",
        ),
        ({"axes": {"samples": ["tx", "rx"]}}, "axes.samples: holds ['tx', 'rx']"),
        ({"axes": {"samples": ["freq", "freq", "tx", "rx"]}}, "axes.samples: holds ['freq', 'fr"),
        ({"axes": {"samples": ["freq", "tx"]}}, "axes.samples: holds ['freq', 'tx']"),
        (
            {"axes": {"samples": ["freq", "channel"]}},
            "remedy: give tx_positions_m, or pairs and rx_positions_m and tx_positions_m; no more",
        ),
        (
            {"axes": {"samples": ["freq", "x", "z"]}},
            "axes.samples: with the axes ['freq', 'x', 'z'], rx_positions_m and tx_positions_m is",
        ),
        (
            {
                "arrays": PLAIN["arrays"] | {"samples": "*"},
                "axes": {"samples": ["frame", "freq", "tx", "rx"]},
            },
            "axes.samples: holds frames, but each array is one",
        ),
        (
            {
                "arrays": {"samples": "s", "frequencies_hz": "f"},
                "axes": {"samples": ["freq", "x"]},
                "scan": {"first_m": [0.0, 0.0, 0.0], "spacing_m": [1.0, 0.0, 0.0], "snake": "x"},
            },
            "scan.snake: holds 'x'\n    remedy: name one of at least two axes of the scan",
        ),
    ],
)
def test_what_is_wrong_in_a_mapping_is_told(
    tmp_path: Path, tables: dict[str, Any], message: str
) -> None:
    assert message in refusal(mapping_file(tmp_path, **tables))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = mapping_file(tmp_path, unit={}, confidence=1, signal={"delay": 1.0})
    assert refusal(path).count("remedy") == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "is not valid TOML"),
        (b"\xff", "is not valid TOML"),
        (None, "cannot be read (No s"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "mapping.toml"
    if content is not None:
        path.write_bytes(content)
    assert refusal(path).startswith(message)


@given(st.text(max_size=12), st.sampled_from(["arrays", "axes", "units", "signal", "scan", ""]))
@settings(max_examples=60)
def test_no_key_is_passed_over(
    tmp_path_factory: pytest.TempPathFactory, key: str, table: str
) -> None:
    scan = {"first_m": [0.0, 0.0, 0.0], "spacing_m": [1.0, 1.0, 1.0]}
    tables = {**PLAIN, "scan": scan}
    fields = {
        "arrays": {*PLAIN["arrays"], "pairs"},
        "axes": {"samples", "positions"},
        "units": {"frequencies", "positions", "times"},
        "signal": {"conjugate", "delay_s", "first_element"},
        "scan": {"first_m", "spacing_m", "snake"},
        "": {*tables, "units", "signal"},
    }
    if key in fields[table]:
        return
    inner = {key: 1} if not table else {table: {**tables.get(table, {}), key: 1}}
    path = tmp_path_factory.mktemp("keys") / "mapping.toml"
    path.write_text(tomli_w.dumps({**tables, **inner}), encoding="utf-8")
    assert "is not a key of a mapping" in refusal(path)


def test_the_mappings_of_the_manual_are_valid(tmp_path: Path) -> None:
    manual = Path(__file__).parents[3] / "docs" / "how-to" / "sweep-files.md"
    whole, scan = re.findall(r"```toml\n(.*?)```", manual.read_text(), re.DOTALL)
    path = tmp_path / "mapping.toml"
    path.write_text(whole)
    assert load_mapping(path).arrays.samples == ("data.re", "data.im")
    raster = {"samples": "s", "frequencies_hz": "f"}
    mapping_file(tmp_path, arrays=raster, axes={"samples": ["x", "z", "freq"]})
    path.write_text(path.read_text() + scan)
    assert load_mapping(path).scan is not None


def test_a_frame_of_a_single_sweep_is_0(tmp_path: Path) -> None:
    path = arrays_file(tmp_path, made_sweep(times=True))
    with pytest.raises(ArgumentError, match="is 1; the file has 1 frames"):
        read_sweep(path, frame=1, mapping=mapping_file(tmp_path))
