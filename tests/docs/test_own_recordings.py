"""The page about own recordings: its commands run, and its tables hold every key and column."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from clearway.cli.main import app
from clearway.recognition.evaluation import read_scored
from clearway.recognition.recorded import read_campaign
from clearway.recognition.recorded.checking import checked_rows, checked_toml
from clearway.recognition.recorded.schema import CampaignFile, FrameRow, PanelTable, PassageRow
from tests.recognition.recorded.making import make_campaign
from tests.recognition.recorded.small_model import N_BODIES, write_small_model

PAGE = Path(__file__).parents[2] / "docs" / "curtain" / "own-recordings.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


def fenced(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all commands of the page were run, in order."""
    folder = tmp_path_factory.mktemp("laboratory")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        make_campaign(Path("campaign"), bodies=[7, 8], n_frames=2, n_elements=4)
        make_campaign(Path("other-people"), bodies=range(N_BODIES), n_frames=2, n_elements=4)
        write_small_model(Path("lab-model").absolute())
        for command in COMMANDS:
            result = CliRunner().invoke(app, command[1:], catch_exceptions=False)
            assert result.exit_code == 0, result.output
    return folder


def test_every_passage_is_scored_by_every_model(laboratory: Path) -> None:
    n = len(read_campaign(laboratory / "campaign").passages)
    for out, models in (("result", {"lab-model"}), ("compared", {"lab-model", "new-model"})):
        files = sorted((laboratory / out / "scores").glob("*.parquet"))
        scored = [one for file in files for one in read_scored(file)]
        assert len(scored) == n * len(models)
        assert {one.model for one in scored} == models
        assert all(one.said.n_frames == 2 for one in scored)
        of_lab = [one for one in scored if one.model == "lab-model"]
        assert all(one.said.n_examined == 2 for one in of_lab)


def test_the_report_names_both_models(laboratory: Path) -> None:
    page = (laboratory / "compared" / "report.html").read_text(encoding="utf-8")
    assert "Made hall" in page
    for model in ("lab-model", "new-model"):
        assert f'<th scope="col" class="number">{model}</th>' in page


def test_stored_looks_are_scored_as_the_sweeps_they_came_from(laboratory: Path) -> None:
    """The page's own sets: every passage of the other people, read again without an image."""
    n = len(read_campaign(laboratory / "other-people").passages)
    scored = read_scored(laboratory / "again" / "scores.parquet")
    assert len(scored) == n
    assert all(one.said.n_examined == one.said.n_frames == 2 for one in scored)
    page = (laboratory / "again" / "report.html").read_text(encoding="utf-8")
    assert "Passages recorded." in page
    assert "passages without a threat, of" in page


def test_the_scores_are_counted_as_the_page_says(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(laboratory)
    (code,) = fenced("python")
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102 - the page's own example
    assert 0.0 <= float(capsys.readouterr().out) <= 1.0


def test_the_examples_of_the_files_are_right(tmp_path: Path) -> None:
    (about,) = fenced("toml")
    (tmp_path / "campaign.toml").write_text(about, encoding="utf-8")
    assert checked_toml(tmp_path / "campaign.toml", CampaignFile).panels[0].name == "north"
    rows = {text.split(",")[0] + text.split(",")[1]: text for text in fenced("text")}
    (tmp_path / "passages.csv").write_text(rows["passagebody"], encoding="utf-8")
    assert len(checked_rows(tmp_path / "passages.csv", PassageRow)) == 2
    (tmp_path / "frames.csv").write_text(rows["passagepanel"], encoding="utf-8")
    assert len(checked_rows(tmp_path / "frames.csv", FrameRow)) == 2


@pytest.mark.parametrize("model", [CampaignFile, PanelTable, PassageRow, FrameRow])
def test_every_key_and_column_is_told(model: type[BaseModel]) -> None:
    missing = [name for name in model.model_fields if not re.search(rf"\b{name}\b", TEXT)]
    assert not missing


def test_the_refusal_on_the_page_is_the_one_that_comes(laboratory: Path) -> None:
    (told,) = (text for text in fenced("text") if text.startswith("clearway: "))
    lines = (laboratory / "campaign" / "passages.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[6].split(",")
    lines[6] = ",".join([*cells[:2], "knife", *cells[3:]])
    (laboratory / "campaign" / "wrong.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Exception, match="knife") as refused:
        checked_rows(laboratory / "campaign" / "wrong.csv", PassageRow)
    said = str(refused.value).split(":", 1)[1]
    assert said.strip() == told.removeprefix("clearway: campaign/passages.csv:").strip()
