"""A second service on a folder is refused, and a killed one leaves it free."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clearway.errors import OutputError
from clearway.service.folder_lock import held

HOLDER = """
import sys, time
from pathlib import Path
from clearway.service.folder_lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with held(folder), pytest.raises(OutputError, match="in use by another service"), held(folder):
        pass
    with held(folder):
        pass


def test_whoever_is_killed_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="in use"), held(tmp_path):
            pass
        holder.kill()
    with held(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file"), held(tmp_path / "file"):
        pass
