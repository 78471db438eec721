"""The life of an alarm depends on what it is told and on nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import clearway.alarms
from tests.engine.test_purity import IMPURE, IMPURE_CALLS, imported

MODULES = sorted(Path(clearway.alarms.__file__).parent.glob("*.py"))
# Writes a given time as text.
ALLOWED = {"refusals": {"datetime"}}
CLOCKS = {"now", "today", "utcnow"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_clock_no_file_and_no_dice(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not imported(tree) & (IMPURE - ALLOWED.get(path.stem, set()))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & IMPURE_CALLS
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & (CLOCKS | {"random"})


def test_all_modules_were_looked_at() -> None:
    assert {"life_cycle", "turn", "release", "load", "flood"} <= {path.stem for path in MODULES}


def test_the_rules_load_no_statistics() -> None:
    code = "import sys, clearway.alarms; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "clearway.alarms.life_cycle" in loaded
    assert not loaded & {"scipy", "asyncio", "sqlite3", "clearway.store"}
