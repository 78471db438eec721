"""Training and export of the network; skipped where torch is not installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearway.errors import ArgumentError, InputError
from clearway.recognition import Recogniser, RegionOfInterest, View, Volume
from clearway.recognition.cells import map_shape
from clearway.recognition.classes import THREATS
from clearway.recognition.evaluation import NamedModel
from clearway.recognition.evidence import peaks
from clearway.recognition.network import LARGEST_BYTES, Network, scaled
from clearway.recognition.stored import Frames, frames_path, score_frames, write_frames
from clearway.recognition.training.training import train
from tests.recognition.bodies import person
from tests.recognition.stored.making import frames as drawn_frames
from tests.recognition.stored.making import truths
from tests.recognition.training_set import painted_frames

torch = pytest.importorskip("torch", reason="PyTorch comes with the extra [train]")
pytest.importorskip("onnxscript", reason="onnxscript comes with the extra [train]")

from clearway.recognition.training.architecture import build_network  # noqa: E402 - after the skip
from clearway.recognition.training.export import onnx_bytes  # noqa: E402
from clearway.recognition.training.loop import NetworkSettings, train_network  # noqa: E402

SHAPE = (8, 8, 16)
INTEREST = RegionOfInterest((16, 8, 32), pooling=(2, 1, 2))
TINY = NetworkSettings(epochs=3, batch=8, width=4, learning_rate=5e-3, device="cpu")


def cubes(n: int = 40, seed: int = 1) -> Frames:
    """Tiny volumes; a cube anywhere, as bright as its class says."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 60, (n, *SHAPE), dtype=np.uint8)
    names = ["none", *(threat.value for threat in THREATS)]
    changed = np.zeros((n, *map_shape(SHAPE)), np.bool_)
    for index in range(n):
        if carried := index % 4:
            x, z = int(rng.integers(2)), int(rng.integers(4))
            cube = np.s_[index, 4 * x : 4 * x + 4, 2:6, 4 * z : 4 * z + 4]
            levels[cube] = (120, 180, 250)[carried - 1]
            changed[index, x, z] = True
    passages = tuple(
        replace(truth, body=truth.passage, outcome=names[index % 4])
        for index, truth in enumerate(truths(n))
    )
    compared = np.ones(n, np.bool_)
    return drawn_frames(
        passages, 1, interest=INTEREST, levels=levels, changed=changed, compared=compared
    )


class StoppedError(Exception):
    """An interruption."""


def parameters(network: Any) -> list[Any]:
    return [parameter.detach().numpy() for parameter in network.parameters()]


def test_an_interrupted_training_goes_on_as_it_would_have(tmp_path: Path) -> None:
    frames = cubes()
    whole = train_network(frames, TINY, tmp_path / "whole.pt")
    told: list[str] = []

    def stop_after_one(words: str) -> None:
        told.append(words)
        raise StoppedError

    with pytest.raises(StoppedError):
        train_network(frames, TINY, tmp_path / "parts.pt", stop_after_one)
    rest = train_network(frames, TINY, tmp_path / "parts.pt", told.append)
    assert len(told) == TINY.epochs
    for one, other in zip(parameters(whole), parameters(rest), strict=True):
        assert np.array_equal(one, other)


def test_other_settings_do_not_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    frames = cubes()
    checkpoint = tmp_path / "kept.pt"
    train_network(frames, replace(TINY, epochs=1), checkpoint)
    with pytest.raises(InputError, match="other settings"):
        train_network(frames, replace(TINY, seed=9), checkpoint)
    checkpoint.write_bytes(b"no checkpoint")
    with pytest.raises(InputError, match="no checkpoint"):
        train_network(frames, TINY, checkpoint)


def test_the_network_learns_what_and_where(tmp_path: Path) -> None:
    frames = cubes(120)
    settings = replace(TINY, epochs=20)
    network = train_network(frames, settings, tmp_path / "learnt.pt")
    fresh = cubes(40, seed=2)
    content = onnx_bytes(network, SHAPE)
    evidence = Network(content, SHAPE, threads=1).evidence(Volume.levels_of(fresh.volumes))
    assert (peaks(evidence).argmax(axis=1) == fresh.classes).mean() > 0.9
    carrying = fresh.classes > 0
    own = evidence[np.arange(40), fresh.classes][carrying]
    found = own.reshape(len(own), -1).argmax(axis=1)
    truth = fresh.changed[carrying].reshape(len(own), -1)
    assert truth[np.arange(len(own)), found].mean() > 0.7


def test_what_is_not_known_of_cells_is_learnt_from_the_whole(tmp_path: Path) -> None:
    frames = replace(cubes(120), compared=np.zeros(120, np.bool_))
    network = train_network(frames, replace(TINY, epochs=20), tmp_path / "learnt.pt")
    fresh = cubes(40, seed=2)
    content = onnx_bytes(network, SHAPE)
    evidence = Network(content, SHAPE, threads=1).evidence(Volume.levels_of(fresh.volumes))
    assert (peaks(evidence).argmax(axis=1) == fresh.classes).mean() > 0.5


def test_the_exported_network_computes_the_same() -> None:
    torch.manual_seed(3)
    network = build_network(SHAPE, 4).eval()
    levels = np.random.default_rng(4).uniform(-20, 30, (3, *SHAPE)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(scaled(levels)[:, None])).numpy()
    found = Network(onnx_bytes(network, SHAPE), SHAPE, threads=1).evidence(levels)
    assert found.shape == (3, 4, 2, 4)
    assert np.abs(found - expected).max() < 1e-4


def test_the_default_network_is_far_smaller_than_allowed() -> None:
    content = onnx_bytes(build_network((30, 32, 80)).eval(), (30, 32, 80))
    assert len(content) < LARGEST_BYTES / 10


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="multiple of 8"):
        build_network((24, 10, 80))
    with pytest.raises(ArgumentError, match="cannot be used"):
        Network(b"no model", SHAPE)
    with pytest.raises(ArgumentError, match="bytes"):
        Network(bytes(LARGEST_BYTES + 1), SHAPE)
    other = onnx_bytes(build_network(SHAPE, 4).eval(), SHAPE)
    with pytest.raises(ArgumentError, match="cannot be used"):
        Network(other, (8, 16, 16))


def test_one_command_gives_a_model_that_reads(tmp_path: Path) -> None:
    data = tmp_path / "frames"
    data.mkdir()
    write_frames(frames_path(data, 0), painted_frames())
    settings = NetworkSettings(epochs=1, batch=16, width=4, device="cpu")
    about = train([data], tmp_path / "model", settings, pfa=0.2)
    assert about.kind == "network"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames", "model"]
    recogniser = Recogniser.load(tmp_path / "model", threads=1)
    view = View((0.0, 1.2), (1.4, 0.0))
    reading = recogniser.read(person("handgun", np.random.default_rng(7), view), view)
    assert np.isfinite(reading.ratios).all()
    assert reading.place is not None
    scored = score_frames(NamedModel("network", recogniser), painted_frames())
    assert len(scored) == len(painted_frames().passages)
    assert all(np.isfinite(one.said.scores).all() and one.said.place for one in scored)
    with pytest.raises(ArgumentError, match="without `--condensed`"):
        score_frames(NamedModel("network", recogniser), painted_frames().condensed)


def test_a_condensed_set_trains_no_network(tmp_path: Path) -> None:
    write_frames(tmp_path / "set.npz", painted_frames().condensed)
    with pytest.raises(ArgumentError, match="without `--condensed`"):
        train([tmp_path / "set.npz"], tmp_path / "model", TINY)
    assert not (tmp_path / "model").exists()
