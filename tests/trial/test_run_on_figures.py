"""A run whose curtains draw from figures, from the crowd to the report."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

import clearway.trial.run
from clearway.domain import ThreatClass
from clearway.recognition.classes import OUTCOMES
from clearway.site.schema import Curtain, Site
from clearway.store.tables import read_table
from clearway.trial.files import read_run_file
from clearway.trial.report.assumptions import assumptions
from clearway.trial.run import RunRequest, execute
from clearway.twin.figures.file import read_figures
from tests.support.builders import crowd_of, straight
from tests.support.passages import figures_file, passage_row, with_figures

LOUDEST = 7.25
"""A ratio that only the figures have."""


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every passage declares a handgun at the waist, with the same ratios."""
    ratios = (0.0, *(LOUDEST,) * 6)
    rows = [
        passage_row(outcome, ThreatClass.HANDGUN, log_likelihood_ratio=ratios)
        for outcome in OUTCOMES
    ]
    return figures_file(tmp_path_factory.mktemp("figures") / "west.parquet", rows)


@pytest.fixture(scope="module")
def site(station: Site, figures: Path) -> Site:
    """The station; its western curtain has figures, the other one goes by its rates."""
    sensors = tuple(
        with_figures(sensor, figures)
        if isinstance(sensor, Curtain) and sensor.id == "curtain-west"
        else sensor
        for sensor in station.sensors
    )
    return station.model_copy(update={"sensors": sensors})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Path:
    crowd = crowd_of(*((10 * n, straight((13.0, 1.0 + n % 4), (1.3, 0.0), 120)) for n in range(8)))
    folder = tmp_path_factory.mktemp("run") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: crowd)
        execute(RunRequest(site=site, output=folder))
    return folder


def test_readings_are_those_of_the_figures(folder: Path) -> None:
    readings = read_table(folder, "evidence").to_pylist()
    west = [row for row in readings if row["sensor_id"] == "curtain-west"]
    real = [row for row in west if row["true_person_id"] >= 0]
    assert len(real) == 8
    for row in real:
        assert row["body_place"] == "waist"
        assert row["log_likelihood_ratio"] == [0.0, *[LOUDEST] * 6]
    east = [row for row in readings if row["sensor_id"] == "curtain-east"]
    assert east
    assert all(row["log_likelihood_ratio"] != [0.0, *[LOUDEST] * 6] for row in east)


def test_the_run_and_its_report_tell_where_the_figures_come_from(
    folder: Path, figures: Path
) -> None:
    source = read_figures(figures).source
    assert read_run_file(folder)["run"]["curtain_figures"] == {"curtain-west": source}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert html.escape(source, quote=False) in html.unescape(page).replace("&#34;", '"')
    assert "passages of curtain-west" in page


def test_what_figures_replace_is_no_assumption(site: Site) -> None:
    listed = assumptions(site, {"curtain-west": "simulated passages: 5"})
    assert listed[0].what == "passages of curtain-west"
    assert listed[0].source == "simulated passages: 5"
    of = {one.what: " ".join(one.figures) for one in listed}
    assert "handgun: pd" not in of["curtain: curtain-west"]
    assert "examined_probability" not in of["curtain: curtain-west"]
    assert str(site.curtains[0].figures) not in of["curtain: curtain-west"]
    assert "sigma_m" in of["curtain: curtain-west"]
    assert "handgun: pd" in of["curtain: curtain-east"]


def test_curtains_of_one_file_share_an_entry(station: Site) -> None:
    listed = assumptions(station, {"a": "one", "b": "two", "c": "one"})
    assert [one.what for one in listed[:2]] == ["passages of a, c", "passages of b"]
    assert [one.what for one in assumptions(station)] == [one.what for one in listed[2:]]
