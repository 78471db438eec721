from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.recognition import View, Volume
from clearway.recognition.aspects import N_SECTORS, blocked_share, seen_sectors
from clearway.recognition.quality import LIMITS, WORDS, Limit, Reason, examine
from tests.recognition.bodies import person

GOOD = View((0.0, 1.2), (1.4, 0.0))


@pytest.fixture(scope="module")
def clear() -> Volume:
    return person("none", np.random.default_rng(1))


def test_a_good_view_is_examined(clear: Volume) -> None:
    examination = examine(clear, GOOD)
    assert examination.adequate
    assert examination.share == 1.0


@pytest.mark.parametrize(
    ("reason", "view"),
    [
        (Reason.OUTSIDE, replace(GOOD, person_m=(1.2, 1.2))),
        (Reason.TOO_FAST, replace(GOOD, velocity_m_s=(2.5, 0.0), sweep_time_s=0.02)),
        (Reason.TURNED_AWAY, replace(GOOD, person_m=(8.0, 1.2))),
        (Reason.OCCLUDED, replace(GOOD, person_m=(0.0, 1.7), others_m=((0.0, 1.0),))),
        (Reason.DEAD_ELEMENTS, replace(GOOD, dead_share=0.3)),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else None,
)
def test_each_bad_view_is_refused_for_its_reason(clear: Volume, reason: Reason, view: View) -> None:
    assert reason in examine(clear, view).reasons


def test_noise_is_refused_for_its_contrast() -> None:
    drowned = person("none", np.random.default_rng(2), noise_db=0.0)
    assert Reason.LOW_CONTRAST in examine(drowned, GOOD).reasons


def test_half_a_body_is_refused_as_incomplete(clear: Volume) -> None:
    levels = clear.levels_db.copy()
    levels[:, :, 45:] = levels.min()
    assert examine(replace(clear, levels_db=levels), GOOD).reasons == (Reason.INCOMPLETE,)


def test_motion_that_the_image_former_knows_does_no_harm(clear: Volume) -> None:
    fast = replace(GOOD, velocity_m_s=(2.5, 0.0), sweep_time_s=0.02)
    assert not examine(clear, fast).adequate
    assert examine(clear, replace(fast, velocity_error_m_s=0.1)).adequate


@given(st.lists(st.floats(0.0, 0.5), min_size=2, max_size=8))
def test_more_dead_elements_never_examine_more(shares: list[float]) -> None:
    volume = person("none", np.random.default_rng(3)) if not _KEPT else _KEPT[0]
    _KEPT[:] = [volume]
    found = [examine(volume, replace(GOOD, dead_share=share)).share for share in sorted(shares)]
    assert found == sorted(found, reverse=True)


_KEPT: list[Volume] = []


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(-100, 100))
def test_limits_give_shares(good: float, poor: float, value: float) -> None:
    if abs(good - poor) < 1e-6:
        return
    limit = Limit(good, poor)
    assert 0.0 <= limit.share(value) <= 1.0
    assert limit.share(good) == 1.0
    assert limit.share(poor) == 0.0


def test_every_reason_has_words_and_every_limit_a_measure(clear: Volume) -> None:
    assert set(WORDS) == set(Reason)
    assert set(LIMITS) == set(Reason) - {Reason.NO_FRAME}


def test_passing_by_shows_more_than_any_single_view() -> None:
    views = [View((x, 1.2), (1.4, 0.0)) for x in np.linspace(-0.8, 0.8, 9)]
    seen = np.array([seen_sectors(view) for view in views])
    assert seen.any(axis=0).sum() > seen.sum(axis=1).max()
    assert not seen.all(axis=1).any()
    assert seen.shape == (9, N_SECTORS)


def test_walking_the_other_way_shows_the_other_side() -> None:
    there = seen_sectors(View((0.0, 1.2), (1.4, 0.0)))
    back = seen_sectors(View((0.0, 1.2), (-1.4, 0.0)))
    assert np.array_equal(np.roll(there, N_SECTORS // 2), back)


def test_somebody_beside_blocks_less_than_somebody_before() -> None:
    before = blocked_share(View((0.0, 1.6), others_m=((0.0, 0.9),)))
    beside = blocked_share(View((0.0, 1.6), others_m=((0.7, 1.5),)))
    assert before > beside
