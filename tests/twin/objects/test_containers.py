from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.domain.threat import ThreatClass
from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.objects import CATALOGUE, CONTAINERS, ContainerFamily, Family, Split

FAMILIES = {f"{family.kind}/{family.name}": family for family in CATALOGUE}
BAGS = {f"{family.kind}/{family.name}": family for family in CONTAINERS}
every_container = pytest.mark.parametrize("family", CONTAINERS, ids=list(BAGS))


@every_container
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_containers_hold_their_content(
    family: ContainerFamily, assert_closed: Callable[[Mesh], None], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    gun = FAMILIES["handgun/compact"].draw(rng)
    bag = family.draw(rng, gun)
    for piece in bag.pieces:
        assert_closed(piece.mesh)
    for extent, (least, largest) in zip(bag.size_m, family.size_m, strict=True):
        assert least <= extent <= largest
    assert bag.bounds_m[0, 2] == pytest.approx(0, abs=1e-12)
    assert bag.threat is ThreatClass.HANDGUN
    assert bag.content is gun
    shell = next(piece for piece in bag.pieces if piece.name == "shell")
    assert not shell.opaque
    low, high = shell.mesh.vertices_m.min(axis=0), shell.mesh.vertices_m.max(axis=0)
    slide = next(piece for piece in bag.pieces if piece.name == "slide")
    assert slide.covers[0].substance == shell.substance
    assert (slide.mesh.vertices_m > low).all()
    assert (slide.mesh.vertices_m < high).all()


@every_container
def test_containers_without_a_threat_hold_everyday_things(family: ContainerFamily) -> None:
    bags = [family.draw(np.random.default_rng(seed)) for seed in range(10)]
    assert all(bag.threat is None and bag.content is None for bag in bags)
    assert all(bag.split is family.split for bag in bags)
    names = {piece.name for bag in bags for piece in bag.pieces}
    assert {"book", "clothes"} <= names


def test_layers_do_not_cut_into_each_other() -> None:
    for seed in range(20):
        bag = BAGS["trolley/soft"].draw(np.random.default_rng(seed))
        spans = [
            (piece.mesh.vertices_m[:, 2].min(), piece.mesh.vertices_m[:, 2].max())
            for piece in bag.pieces
            if piece.name in {"book", "clothes"}
        ]
        spans.sort()
        assert all(first[1] < second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize("name", ["train_in_train", "unseen_gun", "unseen_bag"])
def test_a_bag_is_unseen_when_it_or_its_content_is(name: str) -> None:
    content, bag, expected = {
        "train_in_train": ("handgun/compact", "backpack/daypack", Split.TRAIN),
        "unseen_gun": ("handgun/revolver", "backpack/daypack", Split.TEST_ONLY),
        "unseen_bag": ("handgun/compact", "backpack/rucksack", Split.TEST_ONLY),
    }[name]
    rng = np.random.default_rng(1)
    assert BAGS[bag].draw(rng, FAMILIES[content].draw(rng)).split is expected


def test_every_kind_of_container_is_also_unseen() -> None:
    for kind in {family.kind for family in CONTAINERS}:
        splits = {family.split for family in CONTAINERS if family.kind == kind}
        assert splits == {Split.TRAIN, Split.TEST_ONLY}


def refused(bag: ContainerFamily, family: Family) -> str:
    rng = np.random.default_rng(1)
    content = family.draw(rng)
    with pytest.raises(ArgumentError) as error:
        bag.draw(rng, content)
    return str(error.value)


def test_what_is_too_long_does_not_go_into_a_backpack() -> None:
    bag = BAGS["backpack/daypack"]
    assert "does not fit" in refused(bag, FAMILIES["long_gun/stocked_rifle"])


def test_what_is_too_deep_does_not_go_into_a_briefcase() -> None:
    assert "does not fit" in refused(BAGS["shoulder_bag/briefcase"], FAMILIES["child/infant"])


def test_what_is_worn_does_not_go_into_a_bag() -> None:
    assert "worn" in refused(BAGS["trolley/soft"], FAMILIES["explosive/block_belt"])


def test_a_folded_rifle_fits_a_sports_bag() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        gun = FAMILIES["long_gun/sub_machine_gun"].draw(rng)
        assert BAGS["long_bag/sports_bag"].draw(rng, gun).threat is ThreatClass.LONG_GUN
