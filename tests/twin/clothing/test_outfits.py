from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.twin.bodies import Region
from clearway.twin.clothing import (
    FAMILIES,
    GARMENTS,
    Garment,
    Outfit,
    Use,
    draw_outfit,
    family_names,
)

names = st.sampled_from(sorted(FAMILIES))
seeds = st.integers(0, 2**32)


def drawn(seed: int, family: str, wet_share: float) -> Outfit:
    return draw_outfit(np.random.default_rng(seed), [family], wet_share)


def test_families_are_for_training_or_only_for_tests() -> None:
    train, test_only = family_names(Use.TRAIN), family_names(Use.TEST_ONLY)
    assert len(train) >= 8
    assert len(test_only) >= 4
    assert {*train, *test_only} == set(FAMILIES)
    assert not set(train) & set(test_only)


def test_a_family_only_for_tests_has_a_garment_that_training_has_not() -> None:
    trained = {
        garment.name
        for name in family_names(Use.TRAIN)
        for choice in FAMILIES[name].garments
        for garment in choice
    }
    for name in family_names(Use.TEST_ONLY):
        worn = [{garment.name for garment in choice} for choice in FAMILIES[name].garments]
        assert any(not choice & trained for choice in worn), name


@pytest.mark.parametrize("garment", GARMENTS.values(), ids=lambda garment: str(garment.name))
def test_garments_lie_on_places_that_bodies_have(garment: Garment) -> None:
    assert garment.reach.keys() <= {region.place for region in Region}
    assert all(0 <= upper < lower <= 1 for upper, lower in garment.reach.values())


@given(names, seeds)
def test_outfit_is_fixed_by_its_seed(family: str, seed: int) -> None:
    assert drawn(seed, family, 0.5) == drawn(seed, family, 0.5)


@given(names, seeds)
def test_rain_changes_nothing_but_the_water(family: str, seed: int) -> None:
    dry, wet = drawn(seed, family, 0.0), drawn(seed, family, 1.0)
    assert not dry.wet
    assert wet.wet
    for one, other in zip(dry.pieces, wet.pieces, strict=True):
        assert (one.garment, one.ease_m, one.closures) == (
            other.garment,
            other.ease_m,
            other.closures,
        )
        assert one.mass_kg_m2 <= other.mass_kg_m2
        assert not any(sheet.water_kg_m2 for sheet in one.sheets)
    assert all(sheet.water_kg_m2 > 0 for sheet in wet.pieces[-1].sheets)


@given(seeds)
def test_a_shirt_stays_dry_under_a_coat(seed: int) -> None:
    shirt, _, coat = drawn(seed, "wool_coat", 1.0).pieces
    assert not any(sheet.water_kg_m2 for sheet in shirt.sheets)
    assert all(sheet.water_kg_m2 > 0 for sheet in coat.sheets)


def test_share_of_wet_people() -> None:
    rng = np.random.default_rng(1)
    wet = [draw_outfit(rng, sorted(FAMILIES), 0.3).wet for _ in range(600)]
    # Four standard deviations of a binomial share.
    assert np.mean(wet) == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 600))


def test_all_families_are_drawn() -> None:
    rng = np.random.default_rng(2)
    assert {draw_outfit(rng, sorted(FAMILIES)).family.name for _ in range(300)} == set(FAMILIES)


@pytest.mark.parametrize(
    ("families", "share", "message"),
    [(["toga"], 0.0, "toga"), ([], 0.0, "none"), (["suit"], 1.5, "wet_share")],
)
def test_refusals(families: list[str], share: float, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        draw_outfit(np.random.default_rng(0), families, share)


def test_outfits_are_worn_from_the_inside_out() -> None:
    order = list(GARMENTS)
    for name in ("sweater", "suit", "down_jacket"):
        tops = [choice[0].name for choice in FAMILIES[name].garments if "chest" in choice[0].reach]
        assert all(order.index(inner) < order.index(outer) for inner, outer in pairwise(tops))
