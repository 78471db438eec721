"""What `clearway replay` shows of a replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from clearway.cli.replay_table import print_replay
from clearway.recording import Flaw
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.replay import ReplayedLog

FLAW = Flaw(Path("log/a.mcap"), 0, "begins in mid-session: 3 records before it are missing")


def opened(number: int) -> SapientMessage:
    message = SapientMessage(node_id="fusion")
    message.timestamp.FromNanoseconds(1_767_225_600_250_000_000)
    message.alert.alert_id = f"A{number}"
    message.alert.status = Alert.ALERT_STATUS_ACTIVE
    message.alert.description = "Possible handgun"
    return message


def shown(result: ReplayedLog) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        print_replay(console, result)
    return capture.get()


def test_a_replay_like_the_live_run() -> None:
    text = shown(ReplayedLog(9, 2, [opened(1)], [opened(1)]))
    assert "00:00:00.250  A1     active  Possible handgun" in text
    assert "9 messages, 2 of them of no use to the engine" in text
    assert "The same 1 changes of alerts as live." in text
    assert "ailure" not in text
    assert "missing" not in text


@pytest.mark.parametrize("flaws", [[], [FLAW]])
def test_a_difference_is_explained_by_what_is_missing(flaws: list[Flaw]) -> None:
    text = shown(ReplayedLog(alerts=[opened(1)], flaws=flaws))
    assert "Not the same as live, where there were 0 changes of alerts." in text
    assert ("What is missing from the log can be why." in text) == bool(flaws)
    assert (f"The log is not whole: {FLAW}" in text) == bool(flaws)


def test_failures_of_the_engine_are_shown() -> None:
    assert "Failures of the engine while it was live: 3" in shown(ReplayedLog(failures=3))


def test_a_long_list_is_cut() -> None:
    text = shown(ReplayedLog(alerts=[opened(number) for number in range(60)]))
    assert "A49" in text
    assert "A50" not in text
    assert "... and 10 more changes" in text
