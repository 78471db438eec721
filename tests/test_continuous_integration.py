"""The one line that continuous integration ends with hides no run of pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOTALS = Path(__file__).parents[1] / ".ci" / "totals.py"
FIRST = "===== 1200 passed, 30 skipped, 7 deselected in 601.50s (0:10:01) ====="


def total(folder: Path, *lines: str) -> str:
    log = folder / "log"
    log.write_text("\n".join(("ruff", *lines, "make: done", "")), encoding="utf-8")
    command = [sys.executable, str(TOTALS), str(log), "2"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip("=\n ")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("== 9 passed in 60.25s (0:01:00) ==", "1209 passed, 30 skipped in 661.75s (0:11:02)"),
        (
            "== 1 failed, 8 passed, 1 warning, 2 errors in 1.00s ==",
            "1 failed, 1208 passed, 30 skipped, 1 warning, 2 errors in 602.50s (0:10:02)",
        ),
        ("== 3 xfailed, 1 error in 1.00s ==", "1200 passed, 30 skipped, 3 xfailed, 1 error"),
        ("Killed", "1200 passed, 30 skipped, 1 error in 601.50s"),
    ],
)
def test_both_runs_count(tmp_path: Path, second: str, expected: str) -> None:
    assert total(tmp_path, FIRST, second).startswith(expected)


def test_a_run_that_failed_first_is_not_hidden_by_the_second(tmp_path: Path) -> None:
    failed = "= 2 failed, 3 passed in 4.00s ="
    assert total(tmp_path, failed, "= 9 passed in 1.00s =").startswith("2 failed, 12 passed")


def test_no_run_is_said(tmp_path: Path) -> None:
    assert total(tmp_path) == "pytest was not reached"
