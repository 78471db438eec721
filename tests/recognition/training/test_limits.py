from __future__ import annotations

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.recognition.quality import ADEQUATE
from clearway.recognition.training.limits import fit_limit


@pytest.mark.parametrize("more_is_better", [True, False], ids=["contrast", "motion"])
def test_views_are_refused_before_threats_are_missed(more_is_better: bool) -> None:
    rng = np.random.default_rng(1)
    measure = rng.uniform(0.0, 10.0, 4000)
    poorness = 10.0 - measure if more_is_better else measure
    # Detections fall from 0.95 to nothing between 6 and 8.
    pd = 0.95 * np.clip((8.0 - poorness) / 2.0, 0.0, 1.0)
    detected = rng.random(4000) < pd
    limit = fit_limit(measure, detected, more_is_better=more_is_better)
    assert limit is not None
    examined = np.array([limit.share(value) >= ADEQUATE for value in measure])
    assert detected[examined].mean() > 0.9
    assert examined[poorness < 5.0].all()
    assert not examined[poorness > 7.0].any()


def test_a_measure_that_does_no_harm_gets_no_limit() -> None:
    rng = np.random.default_rng(2)
    assert fit_limit(rng.random(2000), rng.random(2000) < 0.9, more_is_better=True) is None


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="at least 120"):
        fit_limit(np.arange(50.0), np.ones(50), more_is_better=True)
    with pytest.raises(ArgumentError, match="more different"):
        fit_limit(np.ones(1200), np.arange(1200) < 600, more_is_better=True)
