from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from clearway.recognition.training.__main__ import main
from clearway.recognition.training.frames import write_frames
from tests.recognition.training_set import painted_frames

pytest.importorskip("sklearn", reason="scikit-learn comes with the extra [train]")


def test_the_command_trains_and_says_how_to_do_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, model = tmp_path / "frames", tmp_path / "model"
    data.mkdir()
    write_frames(data, 0, painted_frames())
    options = ["--kind", "baseline", "--rounds", "5", "--least-in-leaf", "3", "--pfa", "0.2"]
    assert main([str(data), str(model), *options]) == 0
    assert "baseline" in capsys.readouterr().out
    about = tomllib.loads((model / "model.toml").read_text("utf-8"))
    command = about["training"]["command"]
    assert "--rounds 5" in command
    assert "--kind baseline" in command
    assert about["training"]["n_frames"] == len(painted_frames())


def test_what_cannot_be_trained_on_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), str(tmp_path / "model")]) == 2
    assert "remedy" in capsys.readouterr().err
    frames = painted_frames()
    one_body = frames.chosen(np.flatnonzero(frames.body == "body 0"))
    write_frames(tmp_path, 0, one_body)
    assert main([str(tmp_path), str(tmp_path / "model"), "--kind", "baseline"]) == 2
    assert "more bodies" in capsys.readouterr().err
