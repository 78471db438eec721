"""The two intervals, against what is published; how often they cover is tested with the trial's."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearway.domain.intervals import CONFIDENCE, Figure, poisson_rate, wilson_share


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (4, 1.090, 10.242), (20, 12.217, 30.889)],
)
def test_garwoods_table(count: int, low: float, high: float) -> None:
    figure = poisson_rate(count, 1.0)
    assert figure.value == count
    assert figure.low == pytest.approx(low, abs=1e-3)
    assert figure.high == pytest.approx(high, abs=1e-3)


@given(st.integers(0, 300), st.floats(1e-3, 1e6))
def test_each_poisson_limit_leaves_half_of_the_doubt(count: int, exposure: float) -> None:
    figure = poisson_rate(count, exposure)
    assert figure.low is not None
    assert figure.high is not None
    tail = (1.0 - CONFIDENCE) / 2
    assert stats.poisson.cdf(count, figure.high * exposure) == pytest.approx(tail, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, figure.low * exposure) == pytest.approx(tail, rel=1e-6)


def test_wilsons_share_of_two_in_six() -> None:
    figure = wilson_share(2, 6)
    assert figure == pytest.approx((1 / 3, 0.0968, 0.7000), abs=1e-4)


def test_without_anything_at_stake_nothing_is_known() -> None:
    assert wilson_share(0, 0) == poisson_rate(3, 0.0) == poisson_rate(0, -1.0) == Figure()


def test_the_words_of_the_domain_come_without_scipy() -> None:
    code = "import clearway.domain, sys; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
