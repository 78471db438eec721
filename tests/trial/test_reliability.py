import numpy as np
import pytest

from clearway.trial.reliability import pool_reliabilities, reliability


def test_honest_claims_have_no_error() -> None:
    rng = np.random.default_rng(1)
    claimed = rng.random(20_000)
    found = reliability(claimed.tolist(), (rng.random(20_000) < claimed).tolist())
    assert sum(found["n"]) == 20_000
    assert found["expected_calibration_error"] is not None
    assert found["expected_calibration_error"] < 0.015


def test_claims_that_are_too_bold_are_found_out() -> None:
    found = reliability([0.95] * 100, [True] * 70 + [False] * 30)
    assert found["n"][9] == 100
    assert found["expected_calibration_error"] == pytest.approx(0.25)


def test_certainty_belongs_to_the_last_bin() -> None:
    assert reliability([1.0, 0.0], [True, False])["n"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_nothing_claimed_has_no_error() -> None:
    assert reliability([], [])["expected_calibration_error"] is None


def test_pooled_runs_are_as_one() -> None:
    first, second = ([0.2, 0.9], [False, True]), ([0.25, 0.4], [True, False])
    pooled = pool_reliabilities([reliability(*first), reliability(*second)])
    both = reliability(first[0] + second[0], first[1] + second[1])
    assert pooled["n"] == both["n"]
    assert pooled["happened"] == both["happened"]
    assert pooled["claimed"] == pytest.approx(both["claimed"])
    assert pooled["expected_calibration_error"] == pytest.approx(both["expected_calibration_error"])
