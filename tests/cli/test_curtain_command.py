"""`clearway curtain`: mistakes are told in one message; the page about recordings runs the rest."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from clearway.cli.curtain import _models
from clearway.cli.main import app
from clearway.domain import ThreatClass
from clearway.errors import ClearwayError
from clearway.recognition import Recogniser, RegionOfInterest
from clearway.recognition.evaluation import read_scored
from clearway.recognition.stored import frames_path, read_frames, write_frames
from clearway.twin.objects import Split
from clearway.twin.passages.lane import facing_panels
from clearway.twin.passages.simulated_set import SetPlan
from tests.recognition.recorded.making import make_campaign
from tests.recognition.stored.making import frames as drawn_frames
from tests.recognition.stored.making import truths


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_campaign(
        tmp_path_factory.mktemp("curtain") / "hall", outcomes=["none"], n_frames=1, n_elements=3
    )


def refusal(*words: str | Path | int) -> str:
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


def answer(*words: str | Path | int) -> str:
    command = ["curtain", *map(str, words)]
    return CliRunner().invoke(app, command, catch_exceptions=False).output


def test_sets_are_condensed_into_one_file(tmp_path: Path) -> None:
    for number, name in enumerate("ab"):
        (tmp_path / name).mkdir()
        write_frames(frames_path(tmp_path / name, 0), drawn_frames(truths(3, name), seed=number))
    out = tmp_path / "looks.npz"
    assert answer("condense", tmp_path / "a", tmp_path / "b", out).startswith(
        "12 looks at 6 passages of 1 bodies, "
    )
    joined, _ = read_frames(out)
    assert joined.levels is None
    assert [truth.passage for truth in joined.passages] == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert "ends in .npz" in refusal("condense", tmp_path / "a", tmp_path / "looks")
    assert "as does" in refusal("condense", tmp_path / "a", out, tmp_path / "twice.npz")


def test_the_command_trains_scores_and_says_how_to_do_it_again(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn comes with the extra [train]")
    sets = [tmp_path / f"{name}.npz" for name in "ab"]
    for path in sets:
        drawn = drawn_frames(truths(60, path.stem, 6), interest=RegionOfInterest(), levels=None)
        write_frames(path, drawn)
    model = tmp_path / "model"
    options = ["--rounds", "5", "--least-in-leaf", "3", "--pfa", "0.2"]
    assert "baseline" in answer("train", *sets, model, *options).splitlines()[-1]
    about = Recogniser.load(model).about
    support = about.threshold_support[ThreatClass.HANDGUN]
    assert f"{support.n_passages} passages without a threat" in about.card.known_limits
    words = shlex.split(about.training.command)
    assert words[:5] == ["clearway", "curtain", "train", "a.npz", "b.npz"]
    again = tmp_path / "again"
    answer("train", *sets, again, *words[6:])
    assert (again / "trees.npz").read_bytes() == (model / "trees.npz").read_bytes()

    out = tmp_path / "result"
    told = answer("evaluate", sets[0], "--model", model, "--out", out)
    assert "model, handgun: Pd" in told
    assert "bodies: 6" in told
    assert len(read_scored(out / "scores.parquet")) == 60
    page = (out / "report.html").read_text("utf-8")
    assert "Passages simulated." in page
    assert "drawn for a test" in page
    assert about.card.known_limits in page


def test_options_of_the_other_kind_and_too_little_data_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    write_frames(path, drawn_frames(truths(5), interest=RegionOfInterest(), levels=None))
    assert "--epochs: is none of a baseline" in refusal(
        "train", path, tmp_path / "m", "--epochs", 3
    )
    assert "more bodies" in refusal("train", path, tmp_path / "m")
    (tmp_path / "none").mkdir()
    assert "holds no file" in refusal("train", tmp_path / "none", tmp_path / "m")


def test_a_set_is_simulated_as_the_options_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("embreex", reason="needs the extra [scattering]")
    plans: list[SetPlan] = []
    monkeypatch.setattr(
        "clearway.twin.passages.simulated_set.make_set",
        lambda _out, _walks, plan, _done, **_: plans.append(plan),
    )
    radar = tmp_path / "radar.toml"
    table = facing_panels(n_elements=8, transmit_power_dbm=-3.0)
    radar.write_text(tomli_w.dumps(table.model_dump(mode="json", exclude_none=True)))
    answer("simulate", tmp_path / "set", "--elements", 16)
    answer("simulate", tmp_path / "set", "--test", "--looks", 4, "--radar", radar, "--condensed")
    training, test = plans
    assert training == SetPlan(facing_panels(n_elements=16, n_frequencies=50))
    assert test.radar == table
    assert (test.split, test.most_frames, test.condensed) == (Split.TEST_ONLY, 4, True)
    radar.write_text("source = 'none'\n")
    assert f"{radar}: panels" in refusal("simulate", tmp_path / "set", "--radar", radar)
    both = refusal("simulate", tmp_path / "set", "--radar", radar, "--elements", 9)
    assert "--radar: is given beside" in both
