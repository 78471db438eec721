"""``clearway site`` from the outside."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from clearway.cli.site import site_app
from clearway.errors import InputError, OutputError
from clearway.site.reading import load_site

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
HALL = "POLYGON ((0 0, 30 0, 30 8, 0 8, 0 0))"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> str:
    result = CliRunner().invoke(site_app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def raised(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(site_app, list(arguments)).exception


def test_check_shows_facts_and_draws_the_plan(tmp_path: Path) -> None:
    output = call("check", str(STATION))
    assert "Station corridor: the site file is valid" in output
    assert "240.0 m2" in output
    assert "plan: station-plan.png" in output
    assert (tmp_path / "station-plan.png").stat().st_size > 10_000


def test_check_shows_what_the_decision_rule_leads_to() -> None:
    output = call("check", str(STATION))
    assert "An alert opens at a probability of a threat of 0.150 = (1 + 0.05) / (6 + 1)" in output
    (handgun,) = (line for line in output.splitlines() if "│ handgun  " in line)
    assert "0.601" in handgun
    assert "opens" in handgun
    rows = {line.split("│")[1].strip(): line for line in output.splitlines() if "/ 1000" in line}
    assert "6.2" in rows["false / 1000 people"]
    alone, around = (line for line in output.splitlines() if "Pd, any threat" in line)
    assert "86.7%" in alone
    assert "98.1%" in around
    (minutes,) = {line for line in output.splitlines() if "guard minutes" in line and "403" in line}
    assert "406" in minutes


def test_check_without_costs_says_nothing_of_the_guards(tmp_path: Path) -> None:
    text = STATION.read_text(encoding="utf-8")
    start, end = text.index("[decision.costs]"), text.index("[engine]")
    site = tmp_path / "bare.toml"
    changed = text[:start] + text[end:]
    site.write_text(changed.replace("[decision]\n", "[decision]\nalert_probability = 0.2\n"))
    output = call("check", str(site))
    assert "threat of 0.200, as the site file says" in output
    assert "0.200 (site)" in output
    assert "guard minutes" not in output


def test_check_with_warnings_succeeds(tmp_path: Path) -> None:
    text = STATION.read_text(encoding="utf-8")
    site = tmp_path / "gap.toml"
    site.write_text(text.replace("[[15.5, 0.0], [16.5, 0.0]", "[[15.5, 3.0], [16.5, 3.0]"))
    output = call("check", str(site), "--picture", "plan.svg")
    assert "warning: curtain curtain-west covers 50%" in output
    assert (tmp_path / "plan.svg").exists()


def test_check_of_a_bad_site_raises_and_draws_nothing(tmp_path: Path) -> None:
    site = tmp_path / "bad.toml"
    site.write_text("name = 1\n", encoding="utf-8")
    error = raised("check", str(site))
    assert isinstance(error, InputError)
    assert "line 1, name: 1 is not allowed" in str(error)
    assert list(tmp_path.iterdir()) == [site]


def test_check_without_a_folder_for_the_picture() -> None:
    error = raised("check", str(STATION), "--picture", "none/plan.png")
    assert isinstance(error, OutputError)
    assert "create the folder first" in str(error)


def test_import_writes_a_site_that_loads(tmp_path: Path) -> None:
    (tmp_path / "hall.wkt").write_text(HALL, encoding="utf-8")
    output = call("import", "hall.wkt", "--output", "hall.toml")
    assert "clearway site check" in output
    assert load_site(tmp_path / "hall.toml").name == "hall"


def test_import_prints_by_default(tmp_path: Path) -> None:
    (tmp_path / "hall.wkt").write_text(HALL, encoding="utf-8")
    assert 'name = "hall"' in call("import", "hall.wkt")


def test_import_of_nothing(tmp_path: Path) -> None:
    error = raised("import", "none.wkt", "--output", "hall.toml")
    assert isinstance(error, InputError)
    assert "no such file" in str(error)
    assert list(tmp_path.iterdir()) == []
