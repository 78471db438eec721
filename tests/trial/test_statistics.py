import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearway.trial.statistics import percentiles, proportion, rate


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 2_000))
    return draw(st.integers(0, n)), n


def test_dexter() -> None:
    """97.4 % of 586 passages, as published for DEXTER."""
    share = proportion(571, 586)
    assert share["value"] == pytest.approx(0.974, abs=5e-4)
    assert share["low"] == pytest.approx(0.958, abs=5e-4)
    assert share["high"] == pytest.approx(0.984, abs=5e-4)


@given(counts())
def test_wilson_interval_is_the_score_test_turned_round(count: tuple[int, int]) -> None:
    k, n = count
    share = proportion(k, n)
    assert share["low"] is not None
    assert share["high"] is not None
    assert 0.0 <= share["low"] <= k / n <= share["high"] <= 1.0
    z = stats.norm.ppf(0.975)
    for bound, edge in ((share["low"], 0), (share["high"], n)):
        if k != edge:
            score = abs(k / n - bound) / np.sqrt(bound * (1 - bound) / n)
            assert score == pytest.approx(z, rel=1e-6)


@given(counts())
def test_found_and_missed_are_mirror_images(count: tuple[int, int]) -> None:
    k, n = count
    found, missed = proportion(k, n), proportion(n - k, n)
    assert found["low"] is not None
    assert missed["high"] is not None
    assert found["low"] == pytest.approx(1.0 - missed["high"], abs=1e-12)


@pytest.mark.parametrize("mean", [0.1, 0.7, 3.0, 12.0, 80.0])
def test_poisson_interval_covers_as_often_as_it_says(mean: float) -> None:
    exposure = 1_000.0
    known = [rate(count, exposure, "per person") for count in range(200)]
    covers = np.array(
        [
            figure["low"] is not None
            and figure["high"] is not None
            and figure["low"] <= mean / exposure <= figure["high"]
            for figure in known
        ]
    )
    chance = stats.poisson.pmf(np.arange(200), mean)
    assert 0.95 <= chance[covers].sum() <= 1.0


def test_poisson_interval_covers_in_simulation() -> None:
    drawn = np.random.default_rng(1).poisson(4.2, 4_000)
    figures = {int(count): rate(int(count), 1.0, "per run") for count in np.unique(drawn)}
    bounds = [(figures[count]["low"], figures[count]["high"]) for count in drawn.tolist()]
    covered = sum(
        low is not None and high is not None and low <= 4.2 <= high for low, high in bounds
    )
    assert covered / len(drawn) > 0.95 - 4.5 * np.sqrt(0.95 * 0.05 / len(drawn))


@given(st.integers(0, 500), st.floats(0.1, 1e6))
def test_a_rate_scales_with_its_exposure(count: int, exposure: float) -> None:
    one, other = rate(count, 1.0, "per hour"), rate(count, exposure, "per hour")
    for whole, part in (
        (one["value"], other["value"]),
        (one["low"], other["low"]),
        (one["high"], other["high"]),
    ):
        assert whole is not None
        assert part == pytest.approx(whole / exposure)
    assert other["count"] == count


def test_nothing_seen_is_not_nothing_there() -> None:
    none_of_ten, none_in_an_hour = proportion(0, 10), rate(0, 1.0, "per hour")
    assert (none_of_ten["low"], none_in_an_hour["low"]) == (0.0, 0.0)
    assert none_of_ten["high"] == pytest.approx(0.278, abs=5e-4)
    assert none_in_an_hour["high"] == pytest.approx(3.689, abs=5e-4)


def test_without_data_there_are_no_values() -> None:
    assert proportion(0, 0) == {"k": 0, "n": 0, "value": None, "low": None, "high": None}
    figure = rate(0, 0.0, "per hour")
    assert (figure["value"], figure["low"], figure["high"]) == (None, None, None)
    assert percentiles([]) == {"n": 0, "p50": None, "p95": None, "p99": None}


def test_percentiles() -> None:
    assert percentiles([7.0]) == {"n": 1, "p50": 7.0, "p95": 7.0, "p99": 7.0}
    hundred = percentiles([float(value) for value in range(101)][::-1])
    assert hundred == {"n": 101, "p50": 50.0, "p95": 95.0, "p99": 99.0}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_percentiles_are_in_order(values: list[float]) -> None:
    found = percentiles(values)
    assert found["p50"] is not None
    assert found["p95"] is not None
    assert found["p99"] is not None
    assert min(values) <= found["p50"] <= found["p95"] <= found["p99"] <= max(values)
