"""One listener that fails costs the others and the service nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from clearway.sapient.bindings import SapientMessage
from clearway.service.live import LiveService
from clearway.site.schema import Site
from tests.service.feeding import Running, walk


class Console:
    """A listener whose window was closed."""

    def __init__(self) -> None:
        self.shown = 0

    def show(self, message: SapientMessage) -> None:
        self.shown += 1
        raise RuntimeError(f"no window for {message.WhichOneof('content')}")


def test_a_listener_that_raises(
    station: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    console, later = Console(), list[SapientMessage]()
    running = Running(station, tmp_path)
    running.service.add_listener(console.show)
    running.service.add_listener(later.append)
    with caplog.at_level(logging.ERROR):
        running.feed(walk(station, 16.0))
    assert len(running.alerts()) == 2
    assert later == running.told
    assert console.shown == len(later) > 50
    told = [one for one in running.notices if one.startswith("Console: ")]
    assert told[0] == (
        "Console: could not take what was told (RuntimeError: no window for detection_report)"
    )
    # Once for a report and once for an alert, in each of the two ten seconds.
    assert len(told) <= 4
    assert len([one for one in caplog.records if one.exc_info]) == len(told)
    running.stop()


def test_a_listener_that_raises_when_it_is_told_of_open_alerts(
    station: Site, tmp_path: Path
) -> None:
    first = Running(station, tmp_path)
    first.feed(walk(station, 4.0))
    first.crash()
    second = Running(station, tmp_path, first.now_ns + 1)
    assert len(second.alerts()) == 1
    console = Console()
    second.service.add_listener(console.show)
    assert console.shown == 1
    assert any(one.startswith("Console: ") for one in second.notices)
    second.stop()


def test_a_function_is_named_by_its_name(station: Site, tmp_path: Path) -> None:
    def paint(message: SapientMessage) -> None:
        raise ValueError(message.node_id)

    running = Running(station, tmp_path)
    running.service.add_listener(paint)
    running.feed(walk(station, 3.0))
    assert any(one.startswith("paint: could not take") for one in running.notices)
    running.stop()


def test_a_task_that_cannot_be_sent_stops_nothing(
    station: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.service.test_live import look

    running = Running(station, tmp_path)

    def refuse(node_id: str, message: SapientMessage) -> bool:
        raise ValueError(f"{node_id} cannot be sent {message.WhichOneof('content')}")

    service: LiveService = running.service
    monkeypatch.setattr(service, "_send", refuse)
    running.feed(look(station))
    assert service.counts["looks"] > 0
    assert "trace-1: could not be asked for a look" in running.notices
    running.stop()
