from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clearway.trial.run
from clearway.errors import InputError
from clearway.site.schema import Camera, Site
from clearway.store.tables import SCHEMAS, TableWriter
from clearway.trial.files import write_json
from clearway.trial.metrics import summarise
from clearway.trial.report import write_report
from clearway.trial.report.alert_stories import alert_stories
from clearway.trial.report.data import load_run
from clearway.trial.report.markers import move_apart
from clearway.trial.report.paths import Paths
from clearway.trial.report.verdict import passages_needed, verdict
from clearway.trial.run import RunProgress, RunRequest, run_into
from clearway.trial.statistics import proportion, rate
from clearway.twin.crowd.people import Crowd, Origin

HOSTILE = "<script>alert('&')</script> $x$"


def walkers(people: int, length_m: float) -> Crowd:
    """People who walk east along their own lanes, one after the other."""
    frames = round(length_m / 1.3 * 10)
    steps = 1.0 + 0.13 * np.arange(frames)
    lanes = 1.0 + np.arange(people) % 5
    return Crowd(
        person_id=np.arange(people),
        first_frame=8 * np.arange(people),
        length=np.full(people, frames),
        position_m=np.column_stack([np.tile(steps, people), np.repeat(lanes, frames)]),
        height_m=np.full(people, 1.7),
        rate_hz=10.0,
        origin=Origin.RECORDED,
        description=HOSTILE,
    )


def run_of(folder: Path, station: Site, crowd: Crowd, carrier_share: float) -> Path:
    carriers = station.crowd.carriers.model_copy(
        update={"share": carrier_share, "harmless_object_share": 0.0}
    )
    # Every scan of a camera costs the engine time, and the page shows none of them.
    sensors = tuple(
        sensor.model_copy(update={"rate_hz": 4.0}) if isinstance(sensor, Camera) else sensor
        for sensor in station.sensors
    )
    site = station.model_copy(
        update={
            "name": HOSTILE,
            "sensors": sensors,
            "crowd": station.crowd.model_copy(update={"carriers": carriers}),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: crowd)
        request = RunRequest(site=site, output=folder, site_file=Path("site.toml"))
        run_into(folder, request, RunProgress())
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def with_carriers(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Path:
    return run_of(tmp_path_factory.mktemp("carriers"), station, walkers(10, 36.0), 1.0)


@pytest.fixture(scope="module")
def without_carriers(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Path:
    return run_of(tmp_path_factory.mktemp("harmless"), station, walkers(3, 36.0), 0.0)


@pytest.fixture(scope="module")
def nobody_passes(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Path:
    return run_of(tmp_path_factory.mktemp("short"), station, walkers(1, 5.0), 0.0)


@pytest.fixture(scope="module")
def nobody_came(
    tmp_path_factory: pytest.TempPathFactory, nobody_passes: Path, station: Site
) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    for name in ("run.toml", "timings.json"):
        shutil.copy(nobody_passes / name, folder)
    for name in SCHEMAS:
        TableWriter(folder, name).close()
    write_json(folder / "summary.json", summarise(folder, station, 30.0, {}))
    write_report(folder)
    return folder


class Page(HTMLParser):
    """Text, ids and everything that the report of a run folder would load."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self._inside: list[str] = []
        self.feed((folder / "report.html").read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "data", "action", "srcset"}:
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "body" in self._inside and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.texts).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(
    scope="module", params=["with_carriers", "without_carriers", "nobody_passes", "nobody_came"]
)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.getfixturevalue(request.param))


def test_the_page_loads_nothing(page: Page) -> None:
    assert [load for load in page.loads if not load.startswith(("#", "data:image/png"))] == []
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "img"}


def test_ids_are_unique(page: Page) -> None:
    assert len(page.ids) > 0
    assert len(page.ids) == len(set(page.ids))


def test_provenance_comes_first(page: Page) -> None:
    assert page.texts[0] == "People recorded, sensors simulated."
    assert page.texts[1].startswith("A simulated figure is not a figure from a station.")


def test_hostile_names_stay_text(page: Page) -> None:
    assert HOSTILE in page.texts
    assert "script" not in page.tags


def test_nobody_official_endorses_it(page: Page) -> None:
    assert "not affiliated with or endorsed by NATO, ENEA, Dstl or BSI" in page.text


def test_figures_are_those_of_the_summary(with_carriers: Path) -> None:
    summary = json.loads((with_carriers / "summary.json").read_text())
    text = Page(with_carriers).text
    passages, right = summary["carriers"]["passages"], summary["right_person"]["at_alarm"]
    assert passages > 0
    assert f"Of {passages} carriers who passed the sensors" in text
    assert f"{right['k']} of these {right['n']}" in text
    assert f"{100 * right['low']:.1f} \N{EN DASH} {100 * right['high']:.1f} %" in text


def test_every_alert_is_told(with_carriers: Path) -> None:
    data = load_run(with_carriers)
    stories = alert_stories(data)
    assert {story.number for story in stories} == {row["alert_id"] for row in data.alerts}
    assert stories
    text = Page(with_carriers).text
    for story in stories:
        assert story.evidence in text
        assert story.truth.startswith("carrier: ")


def test_prior_and_evidence_make_the_belief(with_carriers: Path) -> None:
    for row in load_run(with_carriers).alerts:
        odds = row["prior_threat"] / (1 - row["prior_threat"]) * np.exp(row["log_likelihood_ratio"])
        assert odds / (1 + odds) == pytest.approx(row["p_threat"], rel=1e-3)


def test_a_run_without_carriers_says_so(without_carriers: Path) -> None:
    text = Page(without_carriers).text
    assert "it says nothing about how well carriers are found" in text
    assert "No carrier\N{RIGHT SINGLE QUOTATION MARK}s passage could be judged" in text


def test_a_run_in_which_nobody_passed_says_so(nobody_passes: Path) -> None:
    text = Page(nobody_passes).text
    assert "Nobody passed a threat sensor" in text
    assert "No alert was raised." in text


def test_the_same_folder_gives_the_same_bytes(with_carriers: Path) -> None:
    first = (with_carriers / "report.html").read_bytes()
    assert write_report(with_carriers).read_bytes() == first


def test_the_footer_repeats_the_run(with_carriers: Path) -> None:
    duration_s = load_run(with_carriers).duration_s
    assert f"clearway run site.toml --duration {duration_s:g} --seed 1" in Page(with_carriers).texts


@pytest.fixture
def copied(with_carriers: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "run"
    shutil.copytree(with_carriers, folder, ignore=shutil.ignore_patterns("report.html"))
    yield folder
    assert not (folder / "report.html").exists()
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.toml", None),
        ("run.toml", ""),
        ("run.toml", "[run]\nseed = 1\n[site]\n"),
        ("run.toml", "not = = toml"),
        ("summary.json", None),
        ("summary.json", "{"),
        ("summary.json", "[]"),
        ("summary.json", "{}"),
        ("timings.json", None),
        ("truth.parquet", None),
        ("tracks.parquet", "no parquet"),
        ("evidence.parquet", None),
        ("alerts.parquet", ""),
    ],
)
def test_a_damaged_folder_is_refused(copied: Path, name: str, content: str | None) -> None:
    path = copied / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(InputError) as caught:
        write_report(copied)
    assert caught.value.path == path


def test_a_site_that_is_none_is_refused(copied: Path) -> None:
    path = copied / "run.toml"
    path.write_text(path.read_text().replace('kind = "camera"', 'kind = "oracle"'))
    with pytest.raises(InputError, match=r"site\.sensors\.0"):
        write_report(copied)


@st.composite
def summaries(draw: st.DrawFn) -> dict[str, Any]:
    passages = draw(st.integers(0, 400))
    alarms = draw(st.integers(0, passages))
    right, later = draw(st.integers(0, alarms)), draw(st.integers(0, alarms))
    people = draw(st.integers(passages, 10_000))
    stops = draw(st.integers(0, people))
    return {
        "duration_s": draw(st.floats(1.0, 90_000.0)),
        "carriers": {"passages": passages, "unfinished": draw(st.integers(0, 9))},
        "pd": {"any": {"sensor": proportion(alarms, passages)}},
        "right_person": {
            "at_alarm": proportion(right, alarms),
            "later": proportion(later, alarms),
            "later_after_s": 5.0,
            "outcomes_at_alarm": {"right person": right, "wrong person": alarms - right},
        },
        "alarms": {"innocent_stops_per_person": rate(stops, float(people), "per person")},
    }


@given(summaries())
def test_the_verdict_shows_every_n_and_interval(summary: dict[str, Any]) -> None:
    text = " ".join(verdict(summary)).replace("\N{NO-BREAK SPACE}", " ")
    passages, right = summary["carriers"]["passages"], summary["right_person"]["at_alarm"]
    people = round(summary["alarms"]["innocent_stops_per_person"]["exposure"])
    if passages:
        assert f"Of {passages} carrier" in text
    else:
        assert "it says nothing about how well carriers are found" in text
    if right["n"]:
        low, high = round(100 * right["low"]), round(100 * right["high"])
        assert f"{low} and {high} % (95 % interval, n = {right['n']})" in text
    if people:
        assert f"n = {people:,})" in text
    is_wide = right["n"] == 0 or right["high"] - right["low"] > 0.1
    assert ("59" in text and "takes 299 (exact binomial" in text) is is_wide
    assert "None" not in text
    assert "nan" not in text


@pytest.mark.parametrize("claim", [0.9, 0.95, 0.99, 0.999])
def test_so_many_passages_exclude_a_worse_rate(claim: float) -> None:
    needed = passages_needed(claim)
    assert claim**needed <= 0.05 < claim ** (needed - 1)


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), max_size=30),
    st.sampled_from([0, 1]),
)
def test_moved_markers_keep_their_distance(points: list[tuple[float, float]], axis: int) -> None:
    wanted = np.array(points, dtype=float).reshape(-1, 2)
    free = move_apart(wanted, 10.0, axis)
    gaps = np.hypot(*(free[:, None] - free[None]).T) + 1e6 * np.eye(len(free))
    assert free.shape == wanted.shape
    assert np.all(gaps >= 10.0 - 1e-6)
    np.testing.assert_array_equal(free[:, 1 - axis], wanted[:, 1 - axis])


def test_paths_come_apart_into_pieces_that_join() -> None:
    ids = np.repeat([4, 9], [5, 3])
    time_s = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 0.0, 0.5, 1.0])
    paths = Paths(ids, time_s, np.zeros((8, 2), dtype=np.float32))
    assert paths.pieces(1.0) == [
        slice(0, 3), slice(2, 5), slice(4, 5), slice(5, 8), slice(7, 8)
    ]  # fmt: skip
    assert paths.pieces(np.inf) == [slice(0, 5), slice(5, 8)]
    assert paths.thinned(4).time_s.tolist() == [0.0, 1.0, 2.0, 0.0, 1.0]
    assert paths.of(9).time_s.tolist() == [0.0, 0.5, 1.0]
    assert len(paths.of(5)) == 0
