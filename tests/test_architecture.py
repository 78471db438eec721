"""What an import costs: heavy libraries load only when a command needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "asyncio", "cupy", "h5py", "importlib.metadata", "jupedsim", "matplotlib", "numba", "numpy",
    "pyarrow", "pydantic", "scipy", "xarray", "zarr",
}  # fmt: skip

IMPORT = "import clearway"
HELP = """
import sys
from clearway.cli.main import main

sys.argv = ["clearway", "--help"]
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
"""
MODULES = "\nimport sys\nprint(*sorted(sys.modules), file=sys.stderr)"


def _run(code: str) -> tuple[str, set[str]]:
    """Output of the code in a fresh interpreter, and the modules it has loaded by then."""
    done = subprocess.run(
        [sys.executable, "-c", code + MODULES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("code", [IMPORT, HELP], ids=["import", "help"])
def test_heavy_libraries_are_not_loaded(code: str) -> None:
    _, modules = _run(code)
    assert "clearway" in modules
    assert sorted(modules & HEAVY) == []


def test_engine_loads_nothing_that_draws_or_stores() -> None:
    _, modules = _run("import clearway.engine")
    assert "clearway.engine" in modules
    assert sorted(modules & {"jupedsim", "matplotlib", "pyarrow", "rich", "typer"}) == []


def test_help_names_the_commands() -> None:
    output, _ = _run(HELP)
    for command in ("demo", "run", "site", "report", "trial", "image", "bench", "doctor"):
        assert command in output
