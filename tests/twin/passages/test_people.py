"""Who walks through, and what they carry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.twin.clothing import Use
from clearway.twin.objects import Split
from clearway.twin.passages.people import (
    CONTAINED,
    bodies_of,
    draw_contained,
    draw_load,
    draw_walk,
)

SEEDS = st.integers(0, 2**32 - 1)
LANE_M = (1.0, 1.6)


def test_no_body_is_both_trained_and_tested_on() -> None:
    train, test = ({body.name for body in bodies_of(split)} for split in Split)
    assert train
    assert test
    assert not train & test


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_walkers_are_of_their_side_and_within_the_lane(seed: int) -> None:
    for split, use in ((Split.TRAIN, Use.TRAIN), (Split.TEST_ONLY, Use.TEST_ONLY)):
        walk = draw_walk(np.random.default_rng(seed), split, lane_m=LANE_M)
        assert walk.body in bodies_of(split)
        assert walk.outfit.family.use is use
        assert all(load.carried.split is split for load in walk.pockets)
        assert LANE_M[0] <= walk.lateral_m <= LANE_M[1]
        assert 0.6 <= walk.speed_m_s <= 2.2
        sites = [load.site for load in walk.pockets]
        assert len(set(sites)) == len(sites)


def test_gaits_of_the_test_are_new() -> None:
    rng = np.random.default_rng(2)
    train, test = (draw_walk(rng, split, lane_m=LANE_M).gait.family for split in Split)
    assert train != test


@given(SEEDS, st.sampled_from([*ThreatClass, None]), st.sampled_from(list(Split)))
@settings(max_examples=40, deadline=None)
def test_loads_are_of_the_class_and_the_side_asked_for(
    seed: int, threat: ThreatClass | None, split: Split
) -> None:
    load = draw_load(np.random.default_rng(seed), split, threat)
    assert load.threat is threat
    assert load.carried.split is split
    if threat is not None:
        assert load.under != 0, "a threat is concealed"


@given(SEEDS, st.sampled_from([ThreatClass.HANDGUN, ThreatClass.LONG_GUN, None]))
@settings(max_examples=20, deadline=None)
def test_bags_hold_what_was_asked_for(seed: int, threat: ThreatClass | None) -> None:
    load = draw_contained(np.random.default_rng(seed), Split.TRAIN, threat)
    assert load.carried.kind in CONTAINED
    assert load.threat is threat
    assert load.under == 0


def test_equal_seeds_draw_equal_people() -> None:
    one, two = (draw_walk(np.random.default_rng(7), Split.TRAIN, lane_m=LANE_M) for _ in range(2))
    assert one.body is two.body
    assert (one.speed_m_s, one.lateral_m, one.seed) == (two.speed_m_s, two.lateral_m, two.seed)
    assert one.habits == two.habits


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(ArgumentError, match="blunderbuss"):
        draw_load(np.random.default_rng(1), Split.TRAIN, ThreatClass.LONG_GUN, "blunderbuss")
