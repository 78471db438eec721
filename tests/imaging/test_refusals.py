"""What cannot be imaged is refused before anything is computed, in words that name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from clearway.errors import ArgumentError, ClearwayError
from clearway.imaging import Array, Grid, Imager, Region, Sweep, backproject
from clearway.imaging.backends.choice import BACKEND_VARIABLE, backend_names

TX = [[0.0, 0.0, 0.0], [0.1, 0.0, 0.0]]
RX = [[0.0, 0.0, 0.1]]
FREQUENCIES = [8e9, 9e9, 10e9]
SAMPLES = np.ones((3, 2, 1), dtype=np.complex64)
GRID = Grid([0.0, 0.1], [1.0], [0.0, 0.1])
MISSPELT: Any = "haning"


def _sweep(**changed: Any) -> Sweep:
    given = {
        "samples": SAMPLES,
        "frequencies_hz": FREQUENCIES,
        "tx_positions_m": TX,
        "rx_positions_m": RX,
        **changed,
    }
    return Sweep(**given)


def _spoilt(value: complex) -> np.ndarray:
    samples = SAMPLES.copy()
    samples[1, 1, 0] = value
    return samples


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "NaN sample": (lambda: _sweep(samples=_spoilt(np.nan)), r"samples: holds 1 .*\(1, 1, 0\)"),
    "infinite sample": (lambda: _sweep(samples=_spoilt(np.inf)), "samples: holds 1 values"),
    "sample beyond float32": (
        lambda: _sweep(samples=SAMPLES.astype(np.complex128) * 1e300),
        "samples: holds 6 values",
    ),
    "shape of samples": (
        lambda: _sweep(samples=np.ones((3, 1, 2))),
        r"samples: has shape \(3, 1, 2\), expected 3 x 2 x 1",
    ),
    "text as samples": (lambda: _sweep(samples=[["a"]]), "samples: has dtype"),
    "uneven frequencies": (
        lambda: _sweep(frequencies_hz=[8e9, 9e9, 10.5e9]),
        "frequencies_hz: are not evenly spaced",
    ),
    "repeated frequency": (lambda: _sweep(frequencies_hz=[8e9, 8e9, 9e9]), "8e.09 Hz twice"),
    "frequency 0": (lambda: _sweep(frequencies_hz=[0.0, 1e9, 2e9]), "frequencies_hz: holds 0 Hz"),
    "no frequencies": (
        lambda: _sweep(samples=np.ones((0, 2, 1)), frequencies_hz=[]),
        "frequencies_hz: is empty",
    ),
    "no transmitters": (lambda: _sweep(tx_positions_m=np.ones((0, 3))), "tx_positions_m: is empty"),
    "flat positions": (lambda: _sweep(rx_positions_m=[[0, 1]]), "rx_positions_m: has shape"),
    "NaN position": (lambda: _sweep(tx_positions_m=[[0, 0, 0], [0, np.nan, 0]]), "tx_positions_m"),
    "speed 0": (lambda: _sweep(propagation_speed_m_s=0.0), "propagation_speed_m_s: is 0"),
    "pair that is not there": (
        lambda: _sweep(samples=np.ones((3, 1)), pairs=[[2, 0]]),
        "pairs: names transmitter 2",
    ),
    "pair named twice": (
        lambda: _sweep(samples=np.ones((3, 2)), pairs=[[1, 0], [1, 0]]),
        "pairs: names transmitter 1 and receiver 0 twice",
    ),
    "fractional pairs": (
        lambda: _sweep(samples=np.ones((3, 1)), pairs=[[0.5, 0]]),
        "pairs: has dtype",
    ),
    "times of too few": (lambda: _sweep(tx_times_s=[0.0]), "tx_times_s: has shape"),
    "empty axis": (lambda: Grid([], [1.0], [0.0]), "x_m: is empty"),
    "axis that turns": (lambda: Grid([0.0, 0.2, 0.1], [1.0], [0.0]), "x_m: is not strictly"),
    "axis with a step of 0": (lambda: Grid([0.0], [1.0, 1.0], [0.0]), "y_m: is not strictly"),
    "infinite axis": (lambda: Grid([0.0], [1.0], [0.0, np.inf]), "z_m: holds 1 values"),
    "spacing 0": (lambda: Grid.over((0, 0, 0), (1, 1, 1), 0.0), "spacing_m: is 0"),
    "region upside down": (lambda: Region((1, 0, 0), (0, 1, 1)), "region: has its lower corner"),
    "region elsewhere": (
        lambda: backproject(_sweep(), GRID, regions=[Region((5, 5, 5), (6, 6, 6))]),
        "regions: hold no voxel",
    ),
    "moving region, no times": (
        lambda: backproject(_sweep(), GRID, regions=[Region((0, 0, 0), (2, 2, 2), (1, 0, 0))]),
        "tx_times_s: are missing",
    ),
    "shape of mask": (
        lambda: backproject(_sweep(), GRID, mask=np.ones((2, 2), dtype=np.bool_)),
        "mask: has shape",
    ),
    "empty mask": (
        lambda: backproject(_sweep(), GRID, mask=np.zeros(GRID.shape, dtype=np.bool_)),
        "mask: leaves no voxel",
    ),
    "unknown window": (
        lambda: backproject(_sweep(), GRID, MISSPELT),
        'window: is .haning.\n.*"hann"',
    ),
    "unknown back end": (lambda: backproject(_sweep(), GRID, backend="gpu"), "backend: is 'gpu'"),
    "no thread": (lambda: backproject(_sweep(), GRID, threads=0), "threads: is 0"),
    "oversampling": (lambda: backproject(_sweep(), GRID, oversampling=1.0), "oversampling: is 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    attempt, message = REFUSED[name]
    with pytest.raises(ArgumentError, match=message) as refusal:
        attempt()
    assert refusal.value.fault.remedy


def test_prepared_imager_checks_each_sweep() -> None:
    imager = Imager(Array(TX, RX), FREQUENCIES, GRID)
    with pytest.raises(ArgumentError, match=r"samples: has shape \(2, 2, 1\), expected 3 x 2 x 1"):
        imager.form(SAMPLES[:2])
    with pytest.raises(ArgumentError, match="NaN or infinite"):
        imager.form(_spoilt(np.nan))


def test_environment_names_what_auto_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "numpy")
    assert Imager(Array(TX, RX), FREQUENCIES, GRID).backend == "numpy"
    monkeypatch.setenv(BACKEND_VARIABLE, "avx1024")
    with pytest.raises(ArgumentError, match=f"{BACKEND_VARIABLE}: is 'avx1024'"):
        Imager(Array(TX, RX), FREQUENCIES, GRID)
    monkeypatch.delenv(BACKEND_VARIABLE)
    assert Imager(Array(TX, RX), FREQUENCIES, GRID).backend == backend_names()[0]


def test_missing_graphics_card_is_named() -> None:
    if "cuda" in backend_names():
        pytest.skip("this machine has a graphics card")
    with pytest.raises(ClearwayError, match=r"clearway\[gpu\]|device"):
        Imager(Array(TX, RX), FREQUENCIES, GRID, backend="cuda")
