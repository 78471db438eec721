"""Checkpoints are taken in time and written by a thread, and no trouble with them is anybody's."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.service import checkpoint_keeper
from clearway.service.checkpoint import load_checkpoint, save_checkpoint
from clearway.service.checkpoint_keeper import CheckpointKeeper
from clearway.service.fusion_node import FusionNode
from clearway.service.notices import Notices
from clearway.site.schema import Site
from tests.service.feeding import START_NS


class Keeping:
    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.path = folder / "checkpoint"
        self.said: list[str] = []
        notices = Notices(site, self.said.append, lambda: START_NS)
        self.keeper = CheckpointKeeper(self.path, site, notices, START_NS)
        self.node = FusionNode(site)

    def advance(self, time_s: float, *, wait: bool = True) -> None:
        self.keeper.advance(self.node, START_NS + nanoseconds(time_s))
        if wait:
            self.keeper.settle()

    def kept_s(self) -> float | None:
        """Of what time the checkpoint on the disk is."""
        loaded = load_checkpoint(self.path, self.site)
        return None if loaded is None else (loaded.time_ns - START_NS) / 1e9


@pytest.fixture
def keeping(station: Site, tmp_path: Path) -> Keeping:
    return Keeping(station, tmp_path)


def test_one_is_taken_every_half_minute_and_written_when_the_log_is(keeping: Keeping) -> None:
    kept = {}
    for time_s in (0.0, 2.9, 3.0, 29.9, 30.0, 32.9, 33.1, 61.0, 64.0):
        keeping.advance(time_s)
        kept[time_s] = keeping.kept_s()
    assert kept == {
        0.0: None,
        2.9: None,
        **dict.fromkeys((3.0, 29.9, 30.0, 32.9), 0.0),
        **dict.fromkeys((33.1, 61.0), 30.0),
        64.0: 61.0,
    }
    keeping.keeper.finish(keeping.node, START_NS + nanoseconds(65.0))
    assert keeping.kept_s() == 65.0
    assert keeping.said == []


def test_a_disk_that_hangs_holds_nobody_up(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, save, writers = threading.Event(), save_checkpoint, list[str]()

    def slow(path: Path, site: Site, time_ns: int, state: bytes) -> None:
        assert free.wait(60.0)
        writers.append(threading.current_thread().name)
        save(path, site, time_ns, state)

    monkeypatch.setattr(checkpoint_keeper, "save_checkpoint", slow)
    for time_s in (0.0, 3.0, 30.0, 33.0, 60.0, 63.0, 90.0):
        keeping.advance(time_s, wait=False)
    assert not keeping.path.exists()
    free.set()
    keeping.keeper.finish(keeping.node, START_NS + nanoseconds(91.0))
    assert keeping.kept_s() == 91.0
    # The one that hung and the last: what became due meanwhile was overtaken.
    assert len(writers) == 2
    assert threading.current_thread().name not in writers


def test_what_was_taken_of_a_node_that_failed_is_not_written(keeping: Keeping) -> None:
    keeping.advance(0.0)
    keeping.keeper.forget()
    keeping.advance(10.0)
    assert not keeping.path.exists()
    keeping.advance(30.0)
    keeping.advance(33.0)
    assert keeping.kept_s() == 30.0


def test_a_node_that_cannot_be_kept_is_told(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping.node, "_people", lambda: None)
    keeping.advance(0.0)
    keeping.advance(3.0)
    keeping.keeper.finish(keeping.node, START_NS)
    assert not keeping.path.exists()
    (told,) = keeping.said
    assert told.startswith("checkpoint: cannot be taken: ")


def test_a_disk_that_refuses_is_told(keeping: Keeping) -> None:
    keeping.path.mkdir()
    keeping.advance(0.0)
    keeping.advance(3.0)
    (told,) = keeping.said
    assert told.startswith(f"disk: {keeping.path}")
