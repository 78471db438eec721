"""The page says what the figures say, for all models, and loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.recognition.evaluation import Evaluation, evaluate
from clearway.trial.recogniser_report import (
    ModelFacts,
    SetFacts,
    summary_lines,
    write_recogniser_report,
)
from clearway.trial.recogniser_report.tables import (
    claim_table,
    detection_table,
    not_examined_table,
    nuisance_table,
    place_table,
    size_table,
    stratum_tables,
)
from tests.recognition.evaluation.making import ladder

ABOUT = SetFacts("Hall <B>", simulated=False, source="a laboratory & co", facts={"Rights": "ours"})
VOID = {"meta", "path", "use", "rect", "br", "circle"}


def facts(name: str) -> ModelFacts:
    return ModelFacts(name, "baseline", "2026.01.01", "abc123", "set (def456)", 7, "none known")


@pytest.fixture(scope="module")
def evaluations() -> list[Evaluation]:
    rng = np.random.default_rng(1)
    return [evaluate(ladder(name), rng, rounds=20) for name in ("baseline", "network")]


@pytest.fixture(scope="module")
def page(evaluations: list[Evaluation], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_recogniser_report(path, ABOUT, [facts("baseline"), facts("network")], evaluations)
    return path.read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Opened tags that nothing closed, and where the page would load something from."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and not (value or "").startswith("#"):
                self.loads.append(f"{tag} {value}")
            if name == "id":
                self.ids.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(page: str) -> None:
    outline = Outline()
    outline.feed(page)
    assert (outline.open, outline.loads) == ([], [])
    assert len(set(outline.ids)) == len(outline.ids)
    assert not re.search(r"url\((?!#)|@import", page)


def test_names_of_a_campaign_are_text(page: str) -> None:
    assert "Hall &lt;B&gt;" in page
    assert "<B>" not in page
    assert "a laboratory &amp; co" in page
    assert "Passages recorded." in page


def test_every_chapter_has_both_models(evaluations: list[Evaluation], page: str) -> None:
    tables = [
        detection_table(evaluations),
        nuisance_table(evaluations),
        *stratum_tables(evaluations),
        size_table(evaluations),
        claim_table(evaluations),
        not_examined_table(evaluations),
        place_table(evaluations),
    ]
    for table in tables:
        told = " ".join((*table.headings, *(cell for row in table.rows for cell in row)))
        assert "baseline" in told
        assert "network" in told
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.headings)}
        assert table.caption.split(".")[0] in page


def test_detection_is_told_with_its_counts_and_goal(evaluations: list[Evaluation]) -> None:
    rows = {row[:3]: row for row in detection_table(evaluations).rows}
    told = rows["handgun", "1 %", "baseline"]
    assert told[3:6] == ("51.0 %", "51 of 100", "10")
    assert told[8] == "not reached (90 %)"
    assert told[9:12] == ("2 of 200", "10", "3.1 %")
    assert rows["any threat", "0.1 %", "network"][8] == ""
    line = "baseline, handgun: Pd 51.0 % (51 of 100, bodies: 10, at least 42.3 %) at a Pfa of 1 %"
    assert any(told.startswith(line) for told in summary_lines(evaluations[0]))


def test_a_cell_holds_share_count_and_interval(evaluations: list[Evaluation]) -> None:
    rows = {row[:2]: row[2:] for table in stratum_tables(evaluations) for row in table.rows}
    # Scores of 50 to 149 reach 99 or more from number 49 on; 25 of these are even.
    assert rows["1.0 to 1.4 m/s", "handgun"][0].startswith("50.0 % (25 of 50, bodies: 5, ")
    slow = "52.0 % (26 of 50, bodies: 5, 38.5 to 65.2 %)"
    assert rows["0.6 to 1.0 m/s", "handgun"] == (slow, slow)
    objects = {row[:2]: row[2:] for row in nuisance_table(evaluations).rows}
    assert objects["phone", "1 %"][0].startswith("1.0 % (1 of 100, bodies: 10, ")


def test_a_rate_that_the_set_is_too_small_for_is_said(page: str) -> None:
    assert "A Pfa of 0.1 % needs at least 1,000 passages without a threat; there are 200" in page
    assert "A Pfa of 1 % needs" not in page


def test_the_same_figures_give_the_same_page(
    evaluations: list[Evaluation], page: str, tmp_path: Path
) -> None:
    path = tmp_path / "again.html"
    write_recogniser_report(path, ABOUT, [facts("baseline"), facts("network")], evaluations)
    assert path.read_text(encoding="utf-8") == page


def test_models_and_figures_belong_together(evaluations: list[Evaluation], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with pytest.raises(ArgumentError, match="evaluations: are of other models"):
        write_recogniser_report(path, ABOUT, [facts("network"), facts("baseline")], evaluations)
    with pytest.raises(ArgumentError, match="give 1 to 5 different"):
        write_recogniser_report(path, ABOUT, [facts("baseline")] * 2, evaluations)
    assert not path.exists()
