"""Checkpoints that are used, and those that must not be."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from clearway.domain import TrackStates
from clearway.errors import OutputError
from clearway.service import checkpoint
from clearway.service.checkpoint import load_checkpoint, save_checkpoint, state_of
from clearway.service.fusion_node import FusionNode
from clearway.site.schema import Site
from tests.service.feeding import START_NS, feed, walk


@pytest.fixture(scope="module")
def node(station: Site) -> FusionNode:
    """One that follows two people and has an alert open."""
    node = FusionNode(station)
    for _ in feed(node, walk(station, 3.0)):
        pass
    return node


@pytest.fixture
def path(tmp_path: Path, station: Site, node: FusionNode) -> Path:
    path = tmp_path / "checkpoint"
    save_checkpoint(path, station, node.time_ns, state_of(node))
    return path


def test_a_checkpoint_comes_back(path: Path, station: Site) -> None:
    loaded = load_checkpoint(path, station)
    assert loaded is not None
    assert loaded.time_ns == loaded.node.time_ns > START_NS
    assert len(loaded.node.open_alerts) == 1
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("order", ["C", "F"])
def test_tracks_come_back_to_the_last_bit(order: Literal["C", "F"]) -> None:
    rng = np.random.default_rng(7)
    kept = TrackStates(
        START_NS,
        np.arange(3),
        np.array(rng.normal(size=(3, 4)), order=order),
        np.array(rng.normal(size=(3, 4, 4)), order=order),
        np.array([1.7, np.nan, 1.8]),
    )
    back = pickle.loads(state_of(kept))  # type: ignore[arg-type]  # noqa: S301
    assert isinstance(back, TrackStates)
    assert back.time_ns == kept.time_ns
    assert back.height_sigma_m is None
    for name in ("track_ids", "states", "covariances", "height_m"):
        one, other = getattr(back, name), getattr(kept, name)
        np.testing.assert_array_equal(one, other, strict=True)
        # Sums over the other order of memory could differ in their last bits.
        assert one.strides == other.strides
        assert one.flags.writeable


def test_there_may_be_none(tmp_path: Path, station: Site) -> None:
    assert load_checkpoint(tmp_path / "checkpoint", station) is None
    assert load_checkpoint(tmp_path, station) is None


def test_the_next_takes_the_place_of_the_last(path: Path, station: Site) -> None:
    save_checkpoint(path, station, 7, state_of(FusionNode(station)))
    loaded = load_checkpoint(path, station)
    assert loaded is not None
    assert loaded.time_ns == 7
    assert [one.name for one in path.parent.iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, -1])
def test_a_piece_is_no_checkpoint(path: Path, station: Site, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    assert load_checkpoint(path, station) is None


@pytest.mark.parametrize("place", [0, 40, 1000, -1])
def test_a_changed_byte_is_noticed(path: Path, station: Site, place: int) -> None:
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    assert load_checkpoint(path, station) is None


def test_one_of_another_site_file_is_not_used(path: Path, station: Site) -> None:
    other = station.model_copy(
        update={"decision": station.decision.model_copy(update={"deadline_s": 11.0})}
    )
    assert load_checkpoint(path, other) is None


class Trap:
    """Something that must never come to life."""

    sprung = False

    def __setstate__(self, state: object) -> None:
        type(self).sprung = True


def test_one_of_another_version_is_not_brought_to_life(
    path: Path, station: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap()
    trap.__dict__["of"] = "an earlier version"
    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "version", lambda _: "0.0.1")
        save_checkpoint(path, station, START_NS, state_of(trap))  # type: ignore[arg-type]
    assert load_checkpoint(path, station) is None
    assert not Trap.sprung
    save_checkpoint(path, station, START_NS, state_of(trap))  # type: ignore[arg-type]
    assert load_checkpoint(path, station) is not None
    assert Trap.sprung


@pytest.mark.parametrize(
    "body", [b"", b"no pickle", pickle.dumps(3), pickle.dumps((1, 2, 3)), b"cno.such\nthing\n."]
)
def test_another_file_with_a_right_digest_is_not_used(
    path: Path, station: Site, body: bytes
) -> None:
    path.write_bytes(hashlib.sha256(body).digest() + body)
    assert load_checkpoint(path, station) is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_is_not_used(path: Path, station: Site, mode: int) -> None:
    path.chmod(mode)
    assert load_checkpoint(path, station) is None
    path.chmod(0o644)
    assert load_checkpoint(path, station) is not None


def test_what_belongs_to_another_is_not_used(
    path: Path, station: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert load_checkpoint(path, station) is None


def test_a_disk_that_refuses_leaves_the_last(tmp_path: Path, station: Site) -> None:
    with pytest.raises(OutputError, match="checkpoint"):
        save_checkpoint(tmp_path / "gone" / "checkpoint", station, START_NS, b"")
