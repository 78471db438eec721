from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.scoring import ScoredPassages
from clearway.recognition.scoring.bootstrap import bootstrap_interval
from clearway.recognition.scoring.calibration_error import (
    prior_weights,
    proper_scores,
    reliability,
)
from clearway.recognition.scoring.exact import lower_bound, passages_needed, upper_bound
from clearway.recognition.scoring.pictures import draw_reliability, draw_roc, write_figure
from clearway.recognition.scoring.robustness import falls_silent_first, robustness_row
from clearway.recognition.scoring.roc import operating_point, roc_curve, threshold_at
from clearway.recognition.scoring.strata import nuisance_by_object, pd_by_size, pd_by_stratum


def scored(n: int, seed: int, *, apart: float = 4.0, examined: float = 1.0) -> ScoredPassages:
    """Passages of 20 bodies; scores of unit variance, shifted where the threat is carried."""
    rng = np.random.default_rng(seed)
    outcome = np.arange(n) % len(OUTCOMES)
    body = rng.integers(0, 20, n)
    scores = rng.normal(size=(n, 3)) + 0.5 * rng.normal(size=20)[body][:, None]
    carrying = outcome >= 2
    scores[carrying, outcome[carrying] - 2] += apart
    ratios = np.column_stack((np.zeros((n, 2)), scores))
    coat = np.where(rng.random(n) < 0.5, "coat", "shirt")
    carried = np.where(outcome == 1, np.where(rng.random(n) < 0.5, "phone", "laptop"), "")
    seen = rng.random(n) < examined
    return ScoredPassages(
        outcome, scores, ratios, seen, body.astype(str), {"clothing": coat}, carried
    )


@given(st.integers(1, 400), st.data())
def test_bounds_are_those_of_the_binomial_distribution(cases: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, cases))
    low = lower_bound(count, cases)
    # At the bound, so many detections or more happen with a chance of exactly 5 %.
    assert binom.sf(count - 1, cases, low) == pytest.approx(0.05, rel=1e-6)
    assert low <= count / cases
    assert upper_bound(cases - count, cases) == pytest.approx(1 - low)


@given(st.integers(0, 8), st.floats(0.5, 0.995))
def test_passages_needed_is_the_fewest(misses: int, share: float) -> None:
    n = passages_needed(misses, share)
    assert lower_bound(n - misses, n) >= share
    assert n == misses + 1 or lower_bound(n - 1 - misses, n - 1) < share


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=200), st.floats(0.0, 1.0))
def test_a_threshold_never_lets_more_pass_than_asked(scores: list[float], pfa: float) -> None:
    threshold = threshold_at(scores, pfa)
    passed = (np.array(scores) >= threshold).sum()
    assert passed <= pfa * len(scores) + 1e-6
    distinct = len(set(scores)) == len(scores)
    if distinct and pfa < 1.0:
        assert passed == int(np.floor(pfa * len(scores) * (1 + 1e-12)))


def test_an_operating_point_counts_what_is_there() -> None:
    passages = scored(2000, 1)
    point = operating_point(
        passages, ThreatClass.HANDGUN, 0.01, np.random.default_rng(2), rounds=200
    )
    assert point.n_innocent == 800
    assert point.n_threat == 400
    assert point.false_alarms == 8
    assert point.pd_lower < point.pd == point.detections / 400
    assert point.pd_interval[0] <= point.pd <= point.pd_interval[1]
    assert 0.5 < point.pd < 1.0


def test_too_few_innocent_passages_allow_no_false_alarm() -> None:
    point = operating_point(
        scored(500, 1), ThreatClass.HANDGUN, 0.001, np.random.default_rng(2), rounds=50
    )
    assert point.false_alarms == 0
    assert point.pfa_upper > 0.01


def test_not_examined_threats_are_misses_and_are_counted() -> None:
    seen, half = scored(1000, 3, apart=20.0), scored(1000, 3, apart=20.0, examined=0.5)
    rng = np.random.default_rng(4)
    full = operating_point(seen, ThreatClass.LONG_GUN, 0.01, rng, rounds=50)
    point = operating_point(half, ThreatClass.LONG_GUN, 0.01, rng, rounds=50)
    assert full.pd == 1.0
    assert point.detections + point.not_examined == point.n_threat


def test_a_curve_runs_from_no_alarm_to_alarms_for_all() -> None:
    roc = roc_curve(scored(500, 5, examined=0.9), None)
    assert (roc.pfa[0], roc.pd[0]) == (0.0, 0.0)
    assert (roc.pfa[-1], roc.pd[-1]) == (1.0, 1.0)
    assert (np.diff(roc.pfa) >= 0).all()
    assert (np.diff(roc.pd) >= 0).all()


def test_intervals_over_bodies_are_wider_than_over_passages() -> None:
    rng = np.random.default_rng(6)
    body = np.repeat(np.arange(20), 50)
    hit = (rng.random(20) < 0.5)[body].astype(float)

    def share(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(weights @ hit / weights.sum())

    by_body = bootstrap_interval(share, body.astype(str), rng, 300)
    single = bootstrap_interval(share, np.arange(1000).astype(str), rng, 300)
    assert by_body[1] - by_body[0] > 3 * (single[1] - single[0])


def test_strata_sum_up_to_the_whole() -> None:
    passages = scored(1000, 7)
    rows = pd_by_stratum(passages, ThreatClass.EXPLOSIVE, 2.0, "clothing")
    assert [row.label for row in rows] == ["coat", "shirt"]
    assert sum(row.n for row in rows) == 200
    whole = passages.score_of(ThreatClass.EXPLOSIVE)[passages.carries(ThreatClass.EXPLOSIVE)]
    assert sum(row.alarms for row in rows) == (whole >= 2.0).sum()
    with pytest.raises(ArgumentError, match="clothing"):
        pd_by_stratum(passages, None, 2.0, "weather")


def test_each_harmless_object_has_its_own_rate() -> None:
    rows = nuisance_by_object(scored(1000, 8), ThreatClass.HANDGUN, 0.0)
    assert [row.label for row in rows] == ["laptop", "phone"]
    assert sum(row.n for row in rows) == 200
    assert all(0.2 < (row.share.value or 0.0) < 0.8 for row in rows)


def test_detection_falls_with_the_size() -> None:
    passages = scored(2000, 9, apart=0.0)
    size_m = np.random.default_rng(10).uniform(0.05, 1.0, 2000)
    grown = passages.scores + 5 * size_m[:, None]
    larger = ScoredPassages(
        passages.outcome, grown, passages.ratios, passages.examined, passages.body
    )
    rows = pd_by_size(larger, ThreatClass.LONG_GUN, 3.0, size_m, (0.0, 0.3, 0.6, 1.0, 2.0))
    shares = [row.row.share.value or 0.0 for row in rows]
    assert shares == sorted(shares)
    assert len(rows) == 3


def test_weights_give_the_station_its_prior() -> None:
    outcome = np.array([0] * 10 + [1] * 90)
    weights = prior_weights(outcome, [0.99, 0.01])
    assert weights[outcome == 1].sum() == pytest.approx(0.01)
    with pytest.raises(ArgumentError, match="every class"):
        prior_weights(outcome, [0.5, 0.3, 0.2])


def test_true_probabilities_are_calibrated_and_false_ones_are_not() -> None:
    rng = np.random.default_rng(11)
    claimed = rng.random(20_000)
    happened = rng.random(20_000) < claimed
    assert reliability(claimed, happened).expected_calibration_error < 0.015
    assert reliability(claimed**3, happened).expected_calibration_error > 0.1
    both = np.column_stack((1 - claimed, claimed))
    wrong = np.column_stack((1 - claimed**3, claimed**3))
    true, false = proper_scores(both, happened), proper_scores(wrong, happened)
    assert true.brier < false.brier
    assert true.log_loss < false.log_loss


def test_silent_misses_are_told_from_what_was_not_examined() -> None:
    honest = robustness_row(
        scored(1000, 12, apart=20.0, examined=0.4), None, 5.0, "dead elements", "30 %"
    )
    blind = robustness_row(scored(1000, 12, apart=0.0), None, 5.0, "dead elements", "30 %")
    assert honest.silent_miss.value == 0.0
    assert (honest.not_examined.value or 0.0) > 0.5
    assert (blind.silent_miss.value or 0.0) > 0.9
    assert falls_silent_first([honest], 0.05)
    assert not falls_silent_first([honest, blind], 0.05)
    with pytest.raises(ArgumentError, match="no threat"):
        falls_silent_first([], 0.05)


def test_pictures_are_written_whole(tmp_path: Path) -> None:
    passages = scored(500, 13)
    curves = {threat.value: roc_curve(passages, threat) for threat in ThreatClass}
    figure = draw_roc(curves, "Detection")
    axes = figure.axes[0]
    labels = axes.get_legend_handles_labels()[1]
    assert len(labels) == 3
    assert "n = 100 with, 200 without" in labels[0]
    bins = reliability([0.1, 0.9], [False, True])
    for name, drawn in (("roc.svg", figure), ("bins.png", draw_reliability({"all": bins}))):
        write_figure(tmp_path / name, drawn)
        assert (tmp_path / name).stat().st_size > 1000
    with pytest.raises(ArgumentError, match="end in"):
        write_figure(tmp_path / "roc.txt", figure)
    with pytest.raises(ArgumentError, match="1 to 5"):
        draw_roc({})


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="body"):
        ScoredPassages(
            np.zeros(2, dtype=int), np.zeros((2, 3)), np.zeros((2, 5)), np.ones(2, bool),
            np.array(["a"]),
        )  # fmt: skip
    with pytest.raises(ArgumentError, match="NaN"):
        ScoredPassages(
            np.zeros(1, dtype=int), np.full((1, 3), np.nan), np.zeros((1, 5)), np.ones(1, bool),
            np.array(["a"]),
        )  # fmt: skip
    with pytest.raises(ArgumentError, match="with handgun"):
        roc_curve(scored(100, 1).chosen(np.arange(100) % 5 == 0), ThreatClass.HANDGUN)
    with pytest.raises(ArgumentError, match="count"):
        lower_bound(3, 2)
    with pytest.raises(ArgumentError, match="scores"):
        threshold_at([], 0.1)
