"""`clearway curtain`: mistakes are told in one message; the page about recordings runs the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from clearway.cli.curtain import _models
from clearway.cli.main import app
from clearway.errors import ClearwayError
from clearway.recognition import Recogniser
from tests.recognition.recorded.making import make_campaign


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_campaign(
        tmp_path_factory.mktemp("curtain") / "hall", outcomes=["none"], n_frames=1, n_elements=3
    )


def refusal(*words: str | Path) -> str:
    """What the command says of a mistake, which ends it with exit code 2."""
    with pytest.raises(ClearwayError) as refused:
        CliRunner().invoke(app, ["curtain", *map(str, words)], catch_exceptions=False)
    return str(refused.value)


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    for said in (refusal("evaluate", tmp_path), refusal("frames", tmp_path, tmp_path / "out")):
        assert said.startswith(f"{tmp_path}/campaign.toml: cannot be read")
        assert "remedy: name the folder of a campaign" in said
    assert not list(tmp_path.iterdir())


def test_a_model_that_is_none_is_refused_before_any_work(campaign: Path, tmp_path: Path) -> None:
    out = tmp_path / "result"
    said = refusal("evaluate", campaign, "--model", tmp_path / "nothing", "--out", out)
    assert "nothing: is not the folder of a model" in said
    assert not out.exists()


def test_a_damaged_recording_is_named(tmp_path: Path) -> None:
    folder = make_campaign(tmp_path / "hall", outcomes=["none"], n_frames=1, n_elements=3)
    recording = folder / "north" / "b1-none.h5"
    recording.write_bytes(recording.read_bytes()[:500])
    said = refusal("frames", folder, tmp_path / "out")
    assert f"{recording}: is not" in said


def test_frames_are_written_once(campaign: Path, tmp_path: Path) -> None:
    said = [
        CliRunner()
        .invoke(app, ["curtain", "frames", str(campaign), str(tmp_path)], catch_exceptions=False)
        .output
        for _ in range(2)
    ]
    assert [line.split(",")[0] for line in said] == [
        "1 of 1 passages written",
        "0 of 1 passages written",
    ]
    assert len(list(tmp_path.iterdir())) == 1


def test_models_are_told_apart_by_as_little_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recogniser, "load", lambda place: place)
    assert [one.name for one in _models(["runs/a", "b", "b"])] == ["a", "b"]
    assert [one.name for one in _models(["may/a", "june/a"])] == ["may/a", "june/a"]
