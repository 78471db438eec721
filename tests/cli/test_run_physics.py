"""`clearway run --curtain-physics`: true sweeps of two people, from the crowd to the report."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import tomli_w

import clearway.trial.run
from clearway.recognition import RegionOfInterest
from clearway.recognition.model_folder import MODEL_FILE
from clearway.recognition.stored import frames_path, write_frames
from clearway.recognition.training.boosting import BoostingSettings
from clearway.recognition.training.training import train
from clearway.site.reading import site_to_toml
from clearway.site.schema import Curtain, Site
from clearway.store.tables import read_table
from clearway.trial.files import read_run_file
from tests.recognition.stored.making import frames, truths
from tests.support.builders import crowd_of, straight
from tests.support.command import clearway as command
from tests.support.passages import radar_beside

pytest.importorskip("embreex", reason="needs the extra with Embree")
pytest.importorskip("sklearn", reason="scikit-learn comes with the extra [train]")

TWO_PEOPLE = crowd_of(
    *((8 * number, straight((14.5, 2.9 + 0.2 * number), (1.3, 0.0), 32)) for number in range(2))
)
"""They cross the line 0.8 s after one another."""


def site_of(station: Site, folder: Path, *, radar: bool = True, curtains: bool = True) -> Path:
    """The station with its western curtain alone, and everybody armed."""
    table = radar_beside(16.0).model_copy(update={"start_hz": 2e9, "stop_hz": 4e9})
    west = station.curtains[0].model_copy(update={"radar": table if radar else None})
    others = [one for one in station.sensors if not isinstance(one, Curtain)]
    carriers = station.crowd.carriers.model_copy(update={"share": 1.0, "mix": {"long_gun": 1.0}})
    changes: dict[str, Any] = {
        "sensors": (*others, west) if curtains else tuple(others),
        "crowd": station.crowd.model_copy(update={"carriers": carriers}),
    }
    path = folder / "hall.toml"
    path.write_text(site_to_toml(station.model_copy(update=changes)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline, trained on noise, that is sure of nothing and finds every view good enough."""
    data = tmp_path_factory.mktemp("frames")
    noise = frames(truths(60, n_bodies=12), interest=RegionOfInterest(), levels=None)
    write_frames(frames_path(data, 0), noise)
    folder = data.with_name("tiny")
    train([data], folder, BoostingSettings(rounds=10, folds=2), pfa=0.2)
    about = tomllib.loads((folder / MODEL_FILE).read_text()) | {"limits": {}}
    (folder / MODEL_FILE).write_text(tomli_w.dumps(about))
    return folder


def call(site: Path, *words: str | Path) -> CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: TWO_PEOPLE)
        return command("run", site, "--output", site.with_name("out"), *words)


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory, station: Site, model: Path
) -> tuple[list[Path], str]:
    """Two equal runs but for the threads, and what the first printed."""
    folders, printed = [], []
    for threads in ("1", "2"):
        site = site_of(station, tmp_path_factory.mktemp("site"))
        finished = call(
            site, "--curtain-physics", model, "--most-looks", "1", "--seed", "3",
            "--threads", threads,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stderr
        folders.append(site.with_name("out"))
        printed.append(finished.stdout)
    return folders, printed[0]


def test_each_person_is_read_by_the_recogniser(runs: tuple[list[Path], str]) -> None:
    rows = read_table(runs[0][0], "evidence").to_pylist()
    real = [
        row for row in rows if row["sensor_id"] == "curtain-west" and row["true_person_id"] >= 0
    ]
    assert len({row["true_person_id"] for row in real}) == 2
    assert all(row["examined"] > 0.0 for row in real)
    # Rates of a site file know a few fixed ratios; each image has its own.
    assert len({tuple(row["log_likelihood_ratio"]) for row in real}) == 2
    assert "curtain passages" in runs[1]


def test_equal_seeds_give_equal_runs(runs: tuple[list[Path], str]) -> None:
    one, two = runs[0]
    assert (one / "summary.json").read_bytes() == (two / "summary.json").read_bytes()
    assert read_table(one, "evidence").equals(read_table(two, "evidence"))


def test_the_run_and_its_report_tell_of_the_physics(
    runs: tuple[list[Path], str], model: Path
) -> None:
    folder = runs[0][0]
    told = read_run_file(folder)["run"]
    assert told["curtain_physics"]["model"] == str(model)
    assert told["curtain_physics"]["accuracy"] == "training"
    assert told["curtain_physics"]["most_looks"] == 1
    source = told["curtain_figures"]["curtain-west"]
    assert "simulated in this run" in source
    assert "tiny (baseline" in source
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "passages of curtain-west" in page
    assert source in page
    assert f"--curtain-physics {model} --most-looks 1 --accuracy training" in page
    assert "curtain_passages_s" in json.loads((folder / "timings.json").read_text())


def refusal(site: Path, *words: str | Path) -> str:
    finished = call(site, *words)
    assert finished.returncode == 2
    assert not site.with_name("out").exists()
    return finished.stderr


def test_what_is_missing_is_told_before_anything_is_simulated(
    station: Site, tmp_path: Path, model: Path
) -> None:
    site = site_of(station, tmp_path)
    assert "without --curtain-physics" in refusal(site, "--most-looks", "2")
    assert "without --curtain-physics" in refusal(site, "--accuracy", "reference")
    assert "nowhere" in refusal(site, "--curtain-physics", tmp_path / "nowhere")
    site_of(station, tmp_path, radar=False)
    told = refusal(site, "--curtain-physics", model)
    assert "`curtain-west` has no radar table" in told
    assert "[sensors.radar]" in told
    site_of(station, tmp_path, curtains=False)
    assert "the site has no curtain" in refusal(site, "--curtain-physics", model)


def test_without_embree_the_extra_is_named(
    station: Site, tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "embreex.rtcore_scene", None)
    told = refusal(site_of(station, tmp_path), "--curtain-physics", model)
    assert "Embree" in told
    assert "pip install" in told
