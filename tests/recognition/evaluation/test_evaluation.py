"""The figures of an evaluation, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.domain import ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.evaluation import Evaluation, ScoredPassage, evaluate
from clearway.recognition.evaluation.arrays import arrays_of
from clearway.recognition.evaluation.calibration import claims_at, even_prior, station_prior
from clearway.recognition.quality import Reason
from tests.recognition.evaluation.making import ladder, reading, scored

GUN = ThreatClass.HANDGUN


def figures(passages: list[ScoredPassage]) -> Evaluation:
    return evaluate(passages, np.random.default_rng(0), rounds=20)


def test_pd_and_pfa_are_those_counted_by_hand() -> None:
    # 200 innocent scores, each of 0 to 99 twice; two alarms are allowed: those of 99.
    evaluation = figures(ladder())
    assert [one.threat for one in evaluation.classes] == [None, *THREATS]
    for own in evaluation.classes[1:]:
        point = own.points[0]
        assert (point.false_alarms, point.n_innocent) == (2, 200)
        # Threats score 50 to 149, of which 99 and above are 51.
        assert (point.detections, point.n_threat) == (51, 100)
        assert point.pd_lower < point.pd == 0.51
        assert own.n_bodies == 10
    strict = evaluation.classes[1].points[1]
    assert (strict.false_alarms, strict.detections) == (0, 50)
    assert evaluation.n_by_outcome == dict.fromkeys(OUTCOMES, 100)


def test_strata_and_sizes_add_up_to_the_whole() -> None:
    evaluation = figures(ladder())
    for own in evaluation.classes[1:]:
        for rows in own.strata.values():
            assert sum(row.n for row in rows) == 100
            assert sum(row.alarms for row in rows) == own.points[0].detections
        assert sum(size.row.n for size in own.by_size) == 100
    assert [row.label for row in evaluation.classes[1].strata["speed"]] == [
        "0.6 to 1.0 m/s",
        "1.0 to 1.4 m/s",
    ]
    assert [row.label for row in evaluation.classes[1].strata["wet or dry"]] == ["dry", "wet"]


def test_each_harmless_object_has_its_own_rate() -> None:
    passages = [
        replace(one, truth=replace(one.truth, object_family="umbrella"))
        if one.truth.outcome == "harmless_object" and index % 100 >= 98
        else one
        for index, one in enumerate(ladder())
    ]
    rows = {row.label: row for row in figures(passages).nuisance[0.01]}
    # All three scores of the innocent are alike, and so is that of any threat.
    assert (rows["umbrella"].alarms, rows["umbrella"].n) == (1, 2)
    assert (rows["phone"].alarms, rows["phone"].n) == (0, 98)


def test_what_was_not_examined_is_a_miss_with_its_reason() -> None:
    silent = reading([0.0] * 3, reasons=(Reason.OCCLUDED, Reason.TOO_FAST))
    passages = [
        replace(one, said=silent) if one.truth.passage in {"handgun 99", "none 3"} else one
        for one in ladder()
    ]
    evaluation = figures(passages)
    own = next(one for one in evaluation.classes if one.threat is GUN)
    assert (own.points[0].detections, own.points[0].not_examined) == (50, 1)
    missed = evaluation.not_examined
    assert (missed.with_threat.count, missed.with_threat.n) == (1, 300)
    assert (missed.without.count, missed.without.n) == (1, 200)
    assert missed.by_reason == {Reason.OCCLUDED: 2}


def test_the_right_place_counts_among_the_detected() -> None:
    def guns(place: BodyPlace | None, said: BodyPlace, count: int) -> list[ScoredPassage]:
        scores = reading([-20.0, 99.0, -20.0], place=said)
        return [
            scored(f"{place} {said} {i}", "handgun", 99.0, place=place, said=scores)
            for i in range(count)
        ]

    right, left = BodyPlace.RIGHT_HIP, BodyPlace.LEFT_HIP
    passages = [
        *(scored(f"n{i}", "none", 0.0) for i in range(100)),
        *guns(right, right, 3),
        *guns(right, left, 1),
        *guns(None, left, 5),
        scored("missed", "handgun", -30.0, place=right),
    ]
    own = next(one for one in figures(passages).classes if one.threat is GUN)
    assert (own.right_place.count, own.right_place.n) == (3, 4)


def test_classes_that_are_absent_are_left_out() -> None:
    passages = [one for one in ladder() if one.truth.outcome in {"none", "handgun"}]
    evaluation = figures(passages)
    assert [one.threat for one in evaluation.classes] == [None, GUN]
    assert evaluation.nuisance == {0.01: (), 0.001: ()}
    assert {claim.threat for claim in evaluation.claims} == {None, GUN}


@pytest.mark.parametrize("outcomes", [{"none"}, {"handgun", "explosive"}, {"harmless_object"}])
def test_both_kinds_of_passages_are_needed(outcomes: set[str]) -> None:
    with pytest.raises(ArgumentError, match="record passages of both"):
        figures([one for one in ladder(n=5) if one.truth.outcome in outcomes])


def test_models_are_not_mixed_and_passages_not_doubled() -> None:
    with pytest.raises(ArgumentError, match="are of 2 models"):
        figures([*ladder(n=2), *ladder("two", n=2)])
    with pytest.raises(ArgumentError, match="'none 0' twice"):
        figures([*ladder(n=2), ladder(n=2)[0]])
    with pytest.raises(ArgumentError, match="are of 0 models"):
        figures([])


def honest(rng: np.random.Generator, n: int, overconfidence: float) -> list[ScoredPassage]:
    """Passages whose ratios are right for Gaussian observations, times a factor."""
    passages = []
    for number in range(n):
        outcome = int(rng.integers(len(OUTCOMES)))
        seen = rng.standard_normal(len(OUTCOMES)) + 2.0 * (np.arange(len(OUTCOMES)) == outcome)
        ratios = overconfidence * 2.0 * (seen - seen[0])
        said = reading(ratios[2:].tolist(), ratios=ratios.tolist())
        passages.append(scored(f"p{number}", OUTCOMES[outcome], 0.0, said=said))
    return passages


@pytest.mark.parametrize("prior", [even_prior(), station_prior(0.05, 0.2)])
def test_right_ratios_come_true_at_any_prior_and_overconfident_ones_do_not(
    prior: dict[str, float],
) -> None:
    rng = np.random.default_rng(5)
    n = 6000
    right = claims_at(arrays_of(honest(rng, n, 1.0)), "prior", prior)
    over = claims_at(arrays_of(honest(rng, n, 3.0)), "prior", prior)
    for good, bad in zip(right, over, strict=True):
        assert good.reliability.expected_calibration_error < 0.02
        assert (
            bad.reliability.expected_calibration_error
            > 1.5 * good.reliability.expected_calibration_error
        )


@settings(max_examples=8)
@given(st.permutations(range(25)))
def test_the_order_of_passages_does_not_matter(order: list[int]) -> None:
    passages = ladder(n=5)
    first, other = figures(passages), figures([passages[index] for index in order])
    for one, two in zip(first.classes, other.classes, strict=True):
        assert one.points == two.points
        assert one.strata == two.strata
    # Sums over bins are taken in the order of the passages.
    assert [claim.reliability.expected_calibration_error for claim in first.claims] == (
        pytest.approx([claim.reliability.expected_calibration_error for claim in other.claims])
    )


def test_a_prior_is_a_share() -> None:
    with pytest.raises(ArgumentError, match="prior"):
        station_prior(0.0)
