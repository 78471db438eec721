import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.twin.objects import (
    CALM,
    CATALOGUE,
    CONTAINERS,
    PLACE_OF_SITE,
    WORN_ROUND,
    CarriedObject,
    ContainerFamily,
    Family,
    Frame,
    Placed,
    Split,
    draw_site,
    place,
    ways_to_carry,
)

FAMILIES = {f"{family.kind}/{family.name}": family for family in CATALOGUE}
LOOSE = [family for family in CATALOGUE if family.draw(np.random.default_rng(0)).girth_m is None]
FRONT = Frame((0.0, 1.0, 1.1), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0))
PLACES = Path(__file__).parents[3] / "web" / "src" / "body" / "places.ts"
seeds = st.integers(0, 2**32 - 1)
components = st.floats(-1, 1)


def drawn(name: str, seed: int = 1) -> CarriedObject:
    return FAMILIES[name].draw(np.random.default_rng(seed))


def vertices(pieces: list[Placed]) -> NDArray[np.float64]:
    return np.concatenate([piece.mesh.vertices_m for piece in pieces])


@settings(max_examples=200)
@given(st.sampled_from([*LOOSE, *CONTAINERS]), seeds)
def test_placed_objects_lie_outside_the_skin(family: Family | ContainerFamily, seed: int) -> None:
    rng = np.random.default_rng(seed)
    carried = family.draw(rng)
    outward = rng.normal(size=3) * [1, 1, 0.2]
    origin = np.add(rng.normal(size=3), (0, 0, 20))
    frame = Frame(origin, outward, (0, 0, 1))
    site = draw_site(carried, rng, set(PLACE_OF_SITE) - WORN_ROUND)
    pieces = place(carried, site, frame, rng)
    normal = outward / np.linalg.norm(outward)
    heights = (vertices(pieces) - origin) @ normal
    assert 0.001 - 1e-9 <= heights.min() <= 0.010 + 1e-9
    for piece, own in zip(pieces, carried.pieces, strict=True):
        assert piece.thickness_m == own.thickness_m
        np.testing.assert_allclose(piece.mesh.areas_m2.sum(), own.mesh.areas_m2.sum())
        np.testing.assert_array_equal(piece.mesh.faces, own.mesh.faces)


def test_the_same_seed_places_alike() -> None:
    first, again = (
        place(drawn("handgun/compact"), "lower_back", FRONT, np.random.default_rng(7))
        for _ in range(2)
    )
    np.testing.assert_array_equal(vertices(first), vertices(again))


def test_a_long_gun_under_the_arm_points_down() -> None:
    gun = drawn("long_gun/stocked_rifle")
    for seed in range(8):
        pieces = place(gun, "under_right_arm", FRONT, np.random.default_rng(seed), CALM)
        muzzle = next(piece for piece in pieces if piece.name == "barrel")
        butt = next(piece for piece in pieces if piece.name == "stock")
        assert muzzle.mesh.vertices_m[:, 2].max() < butt.mesh.vertices_m[:, 2].min()


@pytest.mark.parametrize(
    "site", ["waist_front", "waist_right", "waist_left", "right_hip", "left_hip"]
)
def test_a_handgun_in_the_waistband_has_its_barrel_down_and_its_grip_up(site: str) -> None:
    gun = drawn("handgun/full_size")
    for seed in range(8):
        pieces = place(gun, site, FRONT, np.random.default_rng(seed), CALM)
        middles = {piece.name: piece.mesh.vertices_m[:, 2].mean() for piece in pieces}
        assert middles["grip"] > middles["slide"]
        slide = next(piece for piece in pieces if piece.name == "slide").mesh.vertices_m
        assert np.ptp(slide[:, 2]) > 2 * np.ptp(slide[:, 0])


def test_a_child_is_carried_with_its_head_up() -> None:
    pieces = place(drawn("child/infant"), "chest_left", FRONT, np.random.default_rng(1))
    middles = {piece.name: piece.mesh.vertices_m[:, 2].mean() for piece in pieces}
    assert middles["head"] > middles["body"]


def test_a_camera_looks_ahead_and_is_not_mirrored() -> None:
    pieces = place(drawn("camera/reflex"), "abdomen", FRONT, np.random.default_rng(1))
    depth = {piece.name: piece.mesh.vertices_m[:, 1].mean() for piece in pieces}
    assert depth["front_glass"] < depth["body"]


def test_things_on_the_two_sides_are_mirrored() -> None:
    bag = CONTAINERS[2].draw(np.random.default_rng(1))
    ways = ways_to_carry(bag)
    assert ways["right_hip"].turns_over or ways["right_hip"].roll_deg == -ways["left_hip"].roll_deg


def test_a_crutch_stands_on_the_floor() -> None:
    crutch = drawn("crutch/forearm")
    low = Frame((0, 0, 0.6), (1, 0, 0), (0, 0, 1))
    pieces = place(crutch, "right_hand", low, np.random.default_rng(1))
    assert vertices(pieces)[:, 2].min() == pytest.approx(0, abs=1e-12)


def test_jitter_spreads_the_place() -> None:
    phone = drawn("phone/slab")
    middles = np.array(
        [
            vertices(place(phone, "right_hip", FRONT, np.random.default_rng(seed))).mean(axis=0)
            for seed in range(200)
        ]
    )
    spread = middles.std(axis=0)
    assert 0.010 < spread[0] < 0.020
    assert 0.010 < spread[2] < 0.020
    assert spread[1] < 0.006


def test_every_kind_has_sites_and_every_site_is_used() -> None:
    used: set[str] = set()
    families: list[Family | ContainerFamily] = [*CATALOGUE, *CONTAINERS]
    for family in families:
        carried = family.draw(np.random.default_rng(0))
        sites = set(ways_to_carry(carried))
        assert (carried.girth_m is not None) == bool(sites & WORN_ROUND)
        used |= sites
    assert used == set(PLACE_OF_SITE)


def test_places_are_those_of_the_figure_on_the_screen() -> None:
    regions = set(re.findall(r"^  (\w+): \{ cx", PLACES.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(PLACE_OF_SITE.values()) <= regions


def test_sites_are_drawn_by_weight_among_the_available() -> None:
    phone = drawn("phone/slab")
    rng = np.random.default_rng(1)
    found = [draw_site(phone, rng, {"right_hip", "lower_back", "back"}) for _ in range(800)]
    assert set(found) == {"right_hip", "lower_back"}
    assert found.count("lower_back") / 800 == pytest.approx(0.6 / 1.6, abs=0.05)
    assert len({draw_site(phone, rng) for _ in range(200)}) > 5


def test_threats_and_harmless_things_share_sites() -> None:
    threats = {s for f in LOOSE if f.threat for s in ways_to_carry(drawn(f"{f.kind}/{f.name}"))}
    harmless = {
        s for f in LOOSE if not f.threat for s in ways_to_carry(drawn(f"{f.kind}/{f.name}"))
    }
    assert threats - harmless <= {"back"}
    bags = [bag.draw(np.random.default_rng(0)) for bag in CONTAINERS]
    assert any("back" in ways_to_carry(bag) for bag in bags)


def test_wrong_uses_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ArgumentError, match="site"):
        place(drawn("long_gun/stocked_rifle"), "left_ankle", FRONT, rng)
    with pytest.raises(ArgumentError, match="use wrap"):
        place(drawn("belt/leather"), "round_waist", FRONT, rng)
    with pytest.raises(ArgumentError, match="no site"):
        draw_site(drawn("belt/leather"), rng, {"left_hand"})
    with pytest.raises(ArgumentError, match="two directions"):
        place(drawn("phone/slab"), "right_hip", Frame((0, 0, 1), (0, 0, 1), (0, 0, 2)), rng)


def test_an_unknown_kind_is_refused() -> None:
    stranger = CarriedObject("kite", "red", Split.TRAIN, None, drawn("phone/slab").pieces)
    with pytest.raises(ArgumentError, match="kite"):
        ways_to_carry(stranger)
