"""Rates of figures, by condition and for the site file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from clearway.domain import ThreatClass
from clearway.domain.intervals import wilson_share
from clearway.recognition.classes import HARMLESS
from clearway.site.schema import RecognitionRates, Site
from clearway.twin.figures.file import Figures
from clearway.twin.figures.row import PassageRow
from clearway.twin.figures.snippet import site_lines
from clearway.twin.figures.summary import Rate, Stratum, position_noise, strata
from tests.support.passages import PROVENANCE, all_but, not_examined, one_of_each, passage_row

HANDGUN, LONG_GUN, EXPLOSIVE = ThreatClass.HANDGUN, ThreatClass.LONG_GUN, ThreatClass.EXPLOSIVE

ROWS = [
    *[passage_row("handgun", HANDGUN)] * 6,
    *[passage_row("handgun", LONG_GUN, HANDGUN, wet=True)] * 2,
    *[passage_row("handgun", EXPLOSIVE, occlusion=0.3)],
    *[not_examined("handgun", occlusion=0.6)],
    *[passage_row("long_gun", LONG_GUN)] * 4,
    *[passage_row("explosive", EXPLOSIVE)] * 5,
    *[passage_row(HARMLESS, HANDGUN, object_family="umbrella")] * 2,
    *[passage_row(HARMLESS)] * 6,
    *[passage_row()] * 19,
    passage_row("none", EXPLOSIVE),
]


def found(rows: Sequence[PassageRow], condition: str, name: str = "") -> Stratum:
    (one,) = [one for one in strata(rows) if (one.condition, one.name) == (condition, name)]
    return one


def test_rates_count_passages() -> None:
    every = found(ROWS, "all")
    assert every.examined == Rate(len(ROWS) - 1, len(ROWS))
    # What the recogniser calls a handgun and a long gun is found either way; a passage that was
    # not examined is a miss.
    assert every.pd == {HANDGUN: Rate(8, 10), LONG_GUN: Rate(4, 4), EXPLOSIVE: Rate(5, 5)}
    assert every.nuisance == Rate(2, 8)
    assert every.pfa == Rate(1, 20)
    assert every.pfa.figure == wilson_share(1, 20)


def test_each_condition_has_its_own_rates() -> None:
    assert found(ROWS, "rain", "wet").pd[HANDGUN] == Rate(2, 2)
    assert found(ROWS, "hidden share of the panels", "0.25 to 0.5").pd[HANDGUN] == Rate(0, 1)
    assert found(ROWS, "hidden share of the panels", "from 0.5").examined == Rate(0, 1)
    assert found(ROWS, "object", "harmless_object: umbrella").nuisance == Rate(2, 2)
    slow = [replace(row, speed_m_s=0.9, direction=-1) for row in one_of_each()]
    assert found([*ROWS, *slow], "speed", "0 to 1 m/s").pfa == Rate(0, 1)
    assert found([*ROWS, *slow], "side to the first panel", "left").pfa == Rate(0, 1)
    for condition in {one.condition for one in strata(ROWS)}:
        parts = [one for one in strata(ROWS) if one.condition == condition]
        assert sum(one.examined.cases for one in parts) == len(ROWS)


def test_a_rate_without_a_case_says_so() -> None:
    assert str(Rate(0, 0)) == "-"
    assert str(Rate(9, 10)) == "0.900 (0.596-0.982), n 10"


def test_position_noise_is_that_of_the_measured_ones() -> None:
    rows = [
        passage_row(error_x_m=0.1, error_y_m=0.0),
        passage_row(error_x_m=0.3, error_y_m=-0.2),
        not_examined(),
    ]
    noise = position_noise(rows)
    assert noise is not None
    assert noise.mean_m == pytest.approx((0.2, -0.1))
    assert noise.sigma_m == pytest.approx((0.1, 0.1))
    assert noise.cases == 2
    assert noise.per_axis_m == pytest.approx(((0.1**2 + 0.3**2 + 0.2**2) / 4) ** 0.5)
    assert position_noise([not_examined()]) is None


def lines_of(rows: Sequence[PassageRow]) -> str:
    figures = Figures(tuple(rows), PROVENANCE, "west.parquet", "ab" * 32)
    return site_lines(figures, 'odd "name".parquet', "curtain-west")


def test_the_lines_are_those_of_a_site_file(station: Site) -> None:
    told = tomllib.loads(lines_of(ROWS))
    assert told["figures"] == 'odd "name".parquet'
    rates = {
        ThreatClass(name): RecognitionRates(**rate)
        for name, rate in told["sensors"]["recognition"].items()
    }
    assert rates.keys() == station.curtains[0].recognition.keys()
    # Of examined passages; a firearm of the wrong kind is detected and confused.
    assert rates[HANDGUN].pd == pytest.approx(8 / 9, abs=5e-4)
    assert rates[HANDGUN].nuisance == 0.25
    assert rates[EXPLOSIVE].pfa == 0.05
    # No finite number of passages shows that something always or never happens.
    assert rates[EXPLOSIVE].pd == pytest.approx(5.5 / 6, abs=5e-4)
    assert rates[HANDGUN].pfa == pytest.approx(0.5 / 21, abs=5e-4)


def test_the_lines_tell_the_errors_of_the_sensor() -> None:
    rows = [*all_but("handgun"), *[passage_row("handgun", LONG_GUN, HANDGUN)], *ROWS]
    told = lines_of(rows)
    assert "firearm_confusion = 0.2308" in told  # 3 of 13 detected firearms
    assert f"examined_probability = {(len(rows) - 1) / len(rows):.4g}" in told
    assert "sigma_m = 0" in told
    assert "8 of 9" not in told
    assert "9 of 10" in told
