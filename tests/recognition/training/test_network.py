"""Training and export of the network; skipped where torch is not installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearway.errors import ArgumentError, InputError
from clearway.recognition import Recogniser, RegionOfInterest, View, Volume
from clearway.recognition.classes import THREATS
from clearway.recognition.evaluation import NamedModel
from clearway.recognition.network import LARGEST_BYTES, Network, log_mean_exp, scaled
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


def cubes(n: int = 40, seed: int = 1) -> tuple[Frames, np.ndarray[Any, np.dtype[np.float64]]]:
    """Tiny volumes; a bright cube at the class's own place, and where it is."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 60, (n, *SHAPE), dtype=np.uint8)
    names = ["none", *(threat.value for threat in THREATS)]
    place = np.full((n, 2), np.nan)
    for index in range(n):
        if carried := index % 4:
            at = 3 + 4 * (carried - 1)
            levels[index, 2:6, 2:6, at - 2 : at + 2] = 250
            place[index] = (4.0, at)
    passages = tuple(
        replace(truth, body=truth.passage, outcome=names[index % 4])
        for index, truth in enumerate(truths(n))
    )
    frames = drawn_frames(passages, 1, interest=INTEREST, levels=levels)
    return frames, place


class StoppedError(Exception):
    """An interruption."""


def parameters(network: Any) -> list[Any]:
    return [parameter.detach().numpy() for parameter in network.parameters()]


def test_an_interrupted_training_goes_on_as_it_would_have(tmp_path: Path) -> None:
    frames, place = cubes()
    whole = train_network(frames, place, TINY, tmp_path / "whole.pt")
    told: list[str] = []

    def stop_after_one(words: str) -> None:
        told.append(words)
        raise StoppedError

    with pytest.raises(StoppedError):
        train_network(frames, place, TINY, tmp_path / "parts.pt", stop_after_one)
    rest = train_network(frames, place, TINY, tmp_path / "parts.pt", told.append)
    assert len(told) == TINY.epochs
    for one, other in zip(parameters(whole), parameters(rest), strict=True):
        assert np.array_equal(one, other)


def test_other_settings_do_not_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    frames, place = cubes()
    checkpoint = tmp_path / "kept.pt"
    train_network(frames, place, replace(TINY, epochs=1), checkpoint)
    with pytest.raises(InputError, match="other settings"):
        train_network(frames, place, replace(TINY, seed=9), checkpoint)
    checkpoint.write_bytes(b"no checkpoint")
    with pytest.raises(InputError, match="no checkpoint"):
        train_network(frames, place, TINY, checkpoint)


def test_the_network_learns_what_and_where(tmp_path: Path) -> None:
    frames, place = cubes(120)
    settings = replace(TINY, epochs=12)
    network = train_network(frames, place, settings, tmp_path / "learnt.pt")
    fresh, truth = cubes(40, seed=2)
    content = onnx_bytes(network, SHAPE)
    evidence = Network(content, SHAPE, threads=1).evidence(Volume.levels_of(fresh.volumes))
    assert (log_mean_exp(evidence).argmax(axis=1) == fresh.classes).mean() > 0.9
    carrying = fresh.classes > 0
    own = evidence[np.arange(40), fresh.classes][carrying]
    found = own.max(axis=1).argmax(axis=1)
    assert (found == truth[carrying, 1] // 4).mean() > 0.7


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
