"""The command that an installation puts on the path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import clearway


@pytest.mark.parametrize("arguments", [["report", "--help"], ["report", "nowhere"]])
def test_it_does_and_says_what_the_other_tests_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = Path(sys.executable).with_name("clearway")
    done = subprocess.run([script, *arguments], capture_output=True, text=True, check=False)
    heard = clearway(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (
        heard.returncode,
        heard.stdout,
        heard.stderr,
    )
    assert done.stdout if "--help" in arguments else done.stderr
