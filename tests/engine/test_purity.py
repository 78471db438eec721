"""The engine's results depend on what it is given and on nothing else."""

import ast
from pathlib import Path

import pytest

import clearway

ROOT = Path(clearway.__file__).parent
MODULES = sorted(
    path
    for package in ("domain", "tracking", "fusion", "engine")
    for path in (ROOT / package).glob("*.py")
)
IMPURE = {
    "asyncio", "datetime", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "secrets", "select", "socket", "subprocess", "sys", "threading", "time", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input"}


def imported(tree: ast.Module) -> set[str]:
    """Top packages of all imports, wherever in the module they stand."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_engine_code_has_no_clock_no_file_and_no_dice(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not imported(tree) & IMPURE
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & IMPURE_CALLS
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "random" not in attributes


def test_all_engine_modules_were_looked_at() -> None:
    names = {f"{path.parent.name}.{path.stem}" for path in MODULES}
    assert {"engine.engine", "engine.reorder", "fusion.belief", "tracking.kalman"} <= names
