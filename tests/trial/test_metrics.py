import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import ThreatClass
from clearway.fusion.decision import operating_point
from clearway.site.schema import Site
from clearway.trial.files import json_text
from clearway.trial.metrics import peak_density, summarise
from tests.support.run_tables import DrawnRun

DURATION_S = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four carriers and three innocents; what became of them is in the tests."""
    run = DrawnRun(tmp_path, DURATION_S)
    for person in range(1, 8):
        carries = {1: "handgun", 2: "explosive", 3: "handgun_explosive", 4: "long_gun"}
        run.person(person, carries.get(person, "none"))
        run.track(10 + person, person)
    run.reading(5.0, 1, 1, carries="handgun")
    run.alert(5.5, [11], [1], alert_id=1, probability=0.9)  # right
    run.reading(8.0, 2, 2, carries="explosive")
    run.alert(9.0, [15, 12], [2], alert_id=2, probability=0.6)  # wrong, held
    run.reading(11.0, 3, 3, carries="handgun_explosive")  # alarm without an alert
    run.reading(14.0, 4, 4, carries="long_gun", declared=(), examined=0.0)  # missed
    run.reading(17.0, 5, 5, harmless=True)
    run.alert(17.5, [15], [5], alert_id=3, probability=0.5)  # nuisance
    run.reading(20.0, -1, 6, carries="nobody")
    run.alert(20.5, [], [6], alert_id=4, probability=0.5)  # false, stops nobody
    run.reading(23.0, 6, 7, declared=())
    return run.write()


def test_each_figure_is_counted_as_defined(station: Site, folder: Path) -> None:
    summary = summarise(folder, station, DURATION_S, {"cues": 3, "late": 2})
    right = summary["right_person"]
    assert (right["at_alarm"]["k"], right["at_alarm"]["n"]) == (1, 3)
    assert right["outcomes_at_alarm"] == {
        "right person": 1,
        "wrong person": 1,
        "nobody named": 0,
        "no alert": 1,
        "merged into another person's alert": 0,
        "too late": 0,
    }
    pd = {
        group: (figures["sensor"]["k"], figures["system"]["k"], figures["system"]["n"])
        for group, figures in summary["pd"].items()
    }
    assert pd == {
        "any": (3, 2, 4),
        "handgun": (2, 1, 2),
        "long_gun": (0, 0, 1),
        "explosive": (2, 1, 2),
    }
    assert summary["carriers"]["passages"] == 4
    assert (summary["carriers"]["examined"]["k"], summary["carriers"]["examined"]["n"]) == (3, 4)

    alarms = summary["alarms"]
    assert (alarms["nuisance"]["count"], alarms["nuisance"]["exposure"]) == (1, 6.0)
    assert (alarms["false"]["count"], alarms["opened_by_carriers"]) == (1, 2)
    assert (alarms["alerts"]["count"], alarms["guard_stops"]["count"]) == (4, 3)
    assert (alarms["innocent_stops"]["count"], alarms["innocent_stops"]["value"]) == (2, 120.0)

    assert summary["candidate_set"]["mean_size"] == 1.5
    assert summary["candidate_set"]["largest"] == 2
    assert summary["candidate_set"]["holds_carrier"]["k"] == 2
    assert summary["latency_s"]["n"] == 2
    assert summary["latency_s"]["p50"] == pytest.approx(0.75)
    assert summary["calibration"]["mean_alert_probability"] == pytest.approx(0.625)
    assert summary["calibration"]["alerts_about_carriers"]["k"] == 2
    assert (summary["engine"]["cues"], summary["engine"]["refused_detections"]) == (3, {"late": 2})
    assert (summary["crowd"]["people"], summary["crowd"]["most_at_once"]) == (7, 7)


def test_the_expected_figures_are_those_of_the_site_file(station: Site, folder: Path) -> None:
    expected = summarise(folder, station, DURATION_S, {})["operating_point"]
    point = operating_point(station)
    assert expected["alert_threshold"] == pytest.approx(0.15)
    assert expected["withdrawal_threshold"] == pytest.approx(0.075)
    assert expected["pd"] == {
        "any": point.pd_any,
        "handgun": point.pd[ThreatClass.HANDGUN],
        "long_gun": point.pd[ThreatClass.LONG_GUN],
        "explosive": point.pd[ThreatClass.EXPLOSIVE],
    }
    assert expected["guard_minutes_per_hour"] == point.guard_minutes_per_hour


def test_the_same_tables_give_the_same_bytes(station: Site, folder: Path) -> None:
    texts = {json_text(summarise(folder, station, DURATION_S, {})) for _ in range(3)}
    assert len(texts) == 1
    assert json.loads(texts.pop()) == summarise(folder, station, DURATION_S, {})


def test_a_run_in_which_nothing_happened_has_no_values(station: Site, tmp_path: Path) -> None:
    summary = summarise(DrawnRun(tmp_path).write(), station, 0.0, {})
    assert summary["right_person"]["at_alarm"]["value"] is None
    assert summary["alarms"]["nuisance"]["value"] is None
    assert summary["candidate_set"]["mean_size"] is None
    assert summary["crowd"]["people"] == 0
    assert json_text(summary)


places = st.tuples(st.floats(0.0, 8.0), st.floats(0.0, 6.0))


@given(st.lists(st.lists(places, min_size=1, max_size=12), min_size=1, max_size=5))
def test_peak_density_is_the_fullest_window(instants: list[list[tuple[float, float]]]) -> None:
    time_ns = np.repeat(np.arange(len(instants)), [len(people) for people in instants])
    position = np.array([place for people in instants for place in people])
    bins = np.floor((position - position.min(axis=0)) / 0.5).astype(int)
    most = 0
    for instant in range(len(instants)):
        here = bins[time_ns == instant]
        for corner in np.ndindex(*(bins.max(axis=0) + 1)):
            inside = ((here >= np.array(corner) - 3) & (here <= corner)).all(axis=1)
            most = max(most, int(inside.sum()))
    assert peak_density(time_ns, position) == most / 4.0


def test_people_at_different_times_are_no_crowd() -> None:
    same_place = np.tile((3.0, 3.0), (5, 1))
    assert peak_density(np.arange(5), same_place) == 0.25
    assert peak_density(np.zeros(5, dtype=np.int64), same_place) == 1.25
