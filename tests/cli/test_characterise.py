"""`clearway curtain characterise` from the outside, with rows in the place of a simulation."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import clearway.twin.passages.characterising
from clearway.cli.main import app
from clearway.domain import ThreatClass
from clearway.domain.intervals import wilson_share
from clearway.errors import ClearwayError
from clearway.recognition import Recogniser
from clearway.site.reading import load_site, site_to_toml
from clearway.site.schema import Site
from clearway.twin.figures.file import radar_digest, read_figures
from clearway.twin.figures.row import PassageRow
from tests.support.passages import all_but, passage_row, radar_beside


class About(BaseModel):
    kind: str = "baseline"
    version: str = "7"


def some_rows(walk: int, seed: int, *_: object) -> list[PassageRow]:
    error_m = 0.01 * (walk + seed)
    return [
        *all_but("handgun", walk=walk, error_x_m=error_m),
        passage_row("handgun", ThreatClass.HANDGUN, walk=walk, error_y_m=error_m),
    ]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, station: Site) -> Path:
    """A site file whose western curtain states its radar."""
    monkeypatch.setattr(Recogniser, "load", lambda _: SimpleNamespace(about=About()))
    monkeypatch.setattr(clearway.twin.passages.characterising, "characterised_rows", some_rows)
    return write(tmp_path, station, {"curtain-west": 16.0})


def write(folder: Path, station: Site, places_m: dict[str, float]) -> Path:
    sensors = tuple(
        sensor.model_copy(update={"radar": radar_beside(places_m[sensor.id])})
        if sensor.id in places_m
        else sensor
        for sensor in station.sensors
    )
    path = folder / "hall.toml"
    path.write_text(site_to_toml(station.model_copy(update={"sensors": sensors})))
    return path


def call(*words: str | Path) -> str:
    command = ["curtain", "characterise", *map(str, words), "--model", "some/model"]
    return CliRunner().invoke(app, command, catch_exceptions=False).output


def refusal(*words: str | Path) -> str:
    with pytest.raises(ClearwayError) as refused:
        call(*words)
    return str(refused.value)


def test_figures_and_the_lines_for_the_site_file(site: Path) -> None:
    before = site.read_text()
    told = call(site, "--passages", "3", "--seed", "4")
    assert site.read_text() == before
    figures = read_figures(site.parent / "curtain-west.parquet")
    assert [row.walk for row in figures.rows] == [walk for walk in range(3) for _ in range(5)]
    assert figures.provenance.recogniser == "model (baseline 7)"
    assert figures.provenance.radar_sha256 == radar_digest(radar_beside(0.0))
    assert "--passages 3 --model model --seed 4" in figures.provenance.command
    assert figures.source in told
    lines = told[told.index("figures = ") :]
    assert tomllib.loads(lines)["figures"] == "curtain-west.parquet"
    _, low, high = wilson_share(3, 3)
    assert f"│ {low:.3f}-{high:.3f} │" in told


def test_the_printed_lines_make_a_site_that_draws_from_the_file(site: Path) -> None:
    told = call(site, "--passages", "3", "--out", site.parent / "figures.parquet")
    line = next(line for line in told.splitlines() if line.startswith("figures = "))
    text = site.read_text()
    site.write_text(
        text.replace('trigger_line = "line-west"', f'{line}\ntrigger_line = "line-west"')
    )
    (west, _) = load_site(site).curtains
    assert west.figures == str(site.parent / "figures.parquet")


def test_a_curtain_must_be_known_and_have_a_radar(
    tmp_path: Path, site: Path, station: Site
) -> None:
    assert "known: curtain-west, curtain-east" in refusal(site, "--curtain", "nowhere")
    assert "`curtain-east` has no radar table" in refusal(site, "--curtain", "curtain-east")
    both = write(tmp_path, station, {"curtain-west": 16.0, "curtain-east": 24.0})
    assert "choose one of curtain-west, curtain-east" in refusal(both)
    assert "no curtain has a radar table" in refusal(write(tmp_path, station, {}))
    assert not list(tmp_path.glob("*.parquet"))
