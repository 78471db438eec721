"""`clearway doctor` says what is there, and what to do about the rest."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import clearway.imaging.backends.choice
from clearway.cli.main import app
from clearway.imaging.backends.choice import BACKEND_VARIABLE, backend_names


def call(monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command prints, on a terminal wide enough not to break its lines."""
    monkeypatch.setenv("COLUMNS", "400")
    result = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def line(output: str, label: str) -> str:
    """Give the row of a table whose first cell begins with a label."""
    (found,) = (row for row in output.splitlines() if row.startswith(f"│ {label}"))
    return found


def test_versions_and_back_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BACKEND_VARIABLE, raising=False)
    output = call(monkeypatch)
    assert version("clearway") in line(output, "Clearway")
    assert version("numpy") in line(output, "Python, NumPy")
    assert ", ".join(backend_names()) in line(output, "back ends")
    assert backend_names()[0] in line(output, '"auto" takes')
    assert "not set" in line(output, BACKEND_VARIABLE)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "reference")
    assert f"reference, as {BACKEND_VARIABLE} says" in line(call(monkeypatch), '"auto" takes')


def test_a_back_end_that_is_not_there_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "abacus")
    taken = line(call(monkeypatch), '"auto" takes')
    assert f"none: {BACKEND_VARIABLE} is 'abacus'; this machine has" in taken


@pytest.mark.parametrize(
    ("is_compiled", "expected"), [(True, "present"), (False, "install a C++17 compiler")]
)
def test_compiled_kernels(
    monkeypatch: pytest.MonkeyPatch, is_compiled: bool, expected: str
) -> None:
    monkeypatch.setattr(clearway.imaging.backends.choice, "IS_COMPILED", is_compiled)
    assert expected in line(call(monkeypatch), "compiled kernels")


def test_parts_that_are_missing_come_with_the_way_to_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: {"numba": ["numpy"]})
    output = call(monkeypatch)
    assert 'jupedsim is missing; pip install "clearway[crowd]"' in line(output, "crowd:")
    assert 'cupy is missing; pip install "clearway[gpu]"' in line(output, "gpu:")
    bench = line(output, "bench:")
    assert f"numba {version('numpy')}" in bench
    assert "fastsar is missing" in bench
    assert 'pip install "clearway[bench]"' in bench


def test_parts_that_are_present_need_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "importlib.metadata.packages_distributions",
        lambda: {
            name: ["numpy"] for name in ("jupedsim", "cupy", "fastsar", "numba", "threadpoolctl")
        },
    )
    output = call(monkeypatch)
    for extra in ("crowd:", "gpu:", "bench:"):
        assert "missing" not in line(output, extra)
        assert "pip install" not in line(output, extra)


def _cupy(monkeypatch: pytest.MonkeyPatch, cupy: Any) -> None:
    load = importlib.import_module

    def stand_in(name: str) -> Any:
        if name != "cupy":
            return load(name)
        if cupy is None:
            raise ModuleNotFoundError(name)
        return cupy

    monkeypatch.setattr(importlib, "import_module", stand_in)


def test_a_machine_without_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    _cupy(monkeypatch, None)
    assert "not used: imaging on a graphics card" in line(call(monkeypatch), "graphics card")


def test_a_machine_with_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = SimpleNamespace(
        CUDARuntimeError=RuntimeError,
        getDeviceCount=lambda: 1,
        getDeviceProperties=lambda number: {"name": f"Card {number}".encode()},
    )
    _cupy(monkeypatch, SimpleNamespace(cuda=SimpleNamespace(runtime=runtime)))
    output = call(monkeypatch)
    assert 'Card 0, as back end "cuda"' in output
    assert "cuda" in line(output, "back ends")
