"""What the sum of echoes accepts, refuses and returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.scattering.echo_sum import backend_names, choice, echo_sum
from tests.scattering.echo_sum.scenes import error, scattered

ECHOES = scattered(np.random.default_rng(1), 11, 2, 3, 4, 6)


def given(**changed: Any) -> dict[str, Any]:
    return {
        "tx_amplitude": ECHOES.tx_amplitude,
        "rx_amplitude": ECHOES.rx_amplitude,
        "tx_range_m": ECHOES.tx_range_m,
        "rx_range_m": ECHOES.rx_range_m,
        "frequencies_hz": ECHOES.frequencies_hz,
        **changed,
    }


def with_nan(array: Any) -> Any:
    spoilt = array.copy()
    spoilt[-1, -1] = np.nan
    return spoilt


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tx_amplitude": ECHOES.tx_amplitude[0]}, r"tx_amplitude: has shape \(3, 11\)"),
        ({"tx_amplitude": ECHOES.tx_amplitude[:, :, :0]}, r"tx_amplitude: has shape \(2, 3, 0\)"),
        ({"rx_amplitude": ECHOES.rx_amplitude[:1]}, "rx_amplitude: .* expected 2 x 4 x 11"),
        ({"rx_amplitude": ECHOES.rx_amplitude[0]}, "rx_amplitude: .* expected 2 x 1 x 11"),
        ({"tx_range_m": ECHOES.tx_range_m[:, 1:]}, "tx_range_m: .* expected 3 x 11"),
        ({"rx_range_m": ECHOES.rx_range_m[1:]}, "rx_range_m: .* expected 4 x 11"),
        ({"tx_amplitude": with_nan(ECHOES.tx_amplitude)}, "tx_amplitude: holds 11 values"),
        (
            {
                "tx_amplitude": with_nan(ECHOES.tx_amplitude.astype(complex)),
                "rx_amplitude": ECHOES.rx_amplitude.astype(complex),
            },
            "tx_amplitude: holds 11 values",
        ),
        ({"rx_range_m": with_nan(ECHOES.rx_range_m)}, "rx_range_m: holds 1 values"),
        ({"rx_amplitude": ECHOES.rx_amplitude.astype(complex)}, "rx_amplitude: is complex128"),
        ({"frequencies_hz": [8e9, 9e9, 11e9]}, "frequencies_hz: are not evenly spaced"),
        ({"frequencies_hz": [8e9, 10e9, 9e9]}, "frequencies_hz: are in no order"),
        ({"propagation_speed_m_s": 0.0}, "propagation_speed_m_s: is 0"),
        ({"threads": 0}, "threads: is 0"),
        ({"backend": "best"}, "backend: is 'best'"),
        ({"out": np.empty((6, 3, 5), np.complex64)}, r"out: has shape \(6, 3, 5\)"),
    ],
)
def test_wrong_arguments_are_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        echo_sum(**given(**changed))


@pytest.mark.parametrize("backend", backend_names())
def test_samples_go_where_they_are_wanted(backend: str) -> None:
    out = np.empty((6, 3, 4), np.complex128)
    found = echo_sum(**given(backend=backend, out=out))
    assert found is out
    assert error(out, ECHOES.samples()) < 5e-3


def test_double_precision_is_kept() -> None:
    double = {name: given()[name].astype(complex) for name in ("tx_amplitude", "rx_amplitude")}
    found = echo_sum(**given(**double))
    assert found.dtype == np.complex128
    assert error(found, ECHOES.samples()) < 1e-10


@pytest.mark.parametrize("backend", backend_names())
def test_arrays_may_be_parts_of_others(backend: str) -> None:
    parts: dict[str, Any] = {
        name: np.repeat(array, 2, axis=-1)[..., ::2] for name, array in given().items()
    }
    assert error(echo_sum(**parts, backend=backend), ECHOES.samples()) < 5e-3


def test_without_a_compiler_the_exact_sum_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "IS_COMPILED", False)
    assert backend_names() == ["exact"]
    assert error(echo_sum(**given()), ECHOES.samples()) < 1e-4
    with pytest.raises(ArgumentError, match="this machine has exact"):
        echo_sum(**given(backend="native"))
