"""The demonstration: in a browser at a terminal, and with an end of its own elsewhere."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

COMMAND = [sys.executable, "-c", "from clearway.cli.main import main; main()", "demo"]

pytestmark = pytest.mark.jupedsim


def test_at_a_terminal_it_stays_live_until_interrupted(tmp_path: Path) -> None:
    terminal, theirs = pty.openpty()
    arguments = [*COMMAND, "--duration", "5", "--output", str(tmp_path / "live")]
    with subprocess.Popen(
        arguments, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        try:
            said = demo.stdout.readline()
            assert said.startswith("Console: http://127.0.0.1:")
            address = said.removeprefix("Console: ").strip()
            token = demo.stdout.readline().partition("/enter#")[2].strip()
            with httpx.Client(base_url=address, headers={"Origin": address}) as browser:
                assert browser.get("/").status_code == 200
                entered = browser.post("/api/v1/demonstration", json={"token": token})
                assert entered.json()["role"] == "operator"
                # Longer than one crowd: the next one follows by itself.
                registered = 0
                while registered < 2:
                    registered += "camera-1 has registered" in demo.stdout.readline()
                assert browser.get("/api/v1/me").status_code == 200
        finally:
            demo.send_signal(signal.SIGINT)
            _, errors = demo.communicate(timeout=60)
            os.close(terminal)
            os.close(theirs)
    assert (demo.returncode, errors) == (0, "")
    assert (tmp_path / "live" / "tracks").is_dir()


def test_without_input_it_ends_in_a_report(tmp_path: Path) -> None:
    arguments = [*COMMAND, "--duration", "10", "--output", str(tmp_path / "run")]
    done = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=True
    )
    assert "Report: " in done.stdout
    assert (tmp_path / "run" / "report.html").exists()
