"""Arms and what is carried beside them do not pass through each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from clearway.twin.bodies import Arm, Habits, Region
from clearway.twin.objects import CATALOGUE, CONTAINERS, Split
from clearway.twin.passages.figure import Figure, Moment
from clearway.twin.passages.people import Load, Walk, draw_walk
from clearway.twin.passages.room import habits_with

FAMILIES = {f"{family.kind}/{family.name}": family for family in CATALOGUE}
ARMS = [Region.RIGHT_ARM, Region.LEFT_ARM, Region.RIGHT_HAND, Region.LEFT_HAND]
LEGS = [Region.RIGHT_HIP, Region.LEFT_HIP, Region.RIGHT_THIGH, Region.LEFT_THIGH]
PHASES = (0.1, 0.4, 0.7)


@pytest.fixture(scope="module")
def walk() -> Walk:
    drawn = draw_walk(np.random.default_rng(3), Split.TRAIN, lane_m=(1.0, 1.6))
    return replace(drawn, habits=Habits(), pockets=())


def load(name: str, site: str, under: int | None = None) -> Load:
    return Load(FAMILIES[name].draw(np.random.default_rng(1)), site, under, seed=5)


@pytest.fixture(scope="module")
def plain(walk: Walk) -> Figure:
    return Figure(walk)


@pytest.fixture(scope="module")
def rifle() -> Load:
    return load("long_gun/stocked_rifle", "under_right_arm")


@pytest.fixture(scope="module")
def armed(walk: Walk, rifle: Load) -> Figure:
    return Figure(walk, [rifle])


def share_within(moment: Moment, thing: Load, regions: list[Region]) -> float:
    """Of points of its surface, those more than 3 mm within these parts of the body."""
    mesh, skin = moment.pose.mesh, moment.pose.body.skin
    normals = skin.vertex_normals(mesh.vertices_m)
    of_vertex = np.empty(len(mesh.vertices_m), dtype=np.int64)
    of_vertex[skin.faces.ravel()] = np.repeat(moment.pose.region, 3)
    points = np.concatenate(
        [
            part.mesh.subdivided(0.02).corners_m.reshape(-1, 3)
            for part in moment.with_load(thing).parts
        ]
    )
    _, nearest = KDTree(mesh.vertices_m).query(points)
    height_m = np.einsum("ni,ni->n", points - mesh.vertices_m[nearest], normals[nearest])
    return float(((height_m < -0.003) & np.isin(of_vertex[nearest], regions)).mean())


def worst_share(figure: Figure, thing: Load, regions: list[Region]) -> float:
    times_s = [phase / figure.walk.speed_m_s for phase in PHASES]
    return max(share_within(figure.at(time_s), thing, regions) for time_s in times_s)


def test_a_gun_under_an_arm_does_not_go_through_it(
    plain: Figure, armed: Figure, rifle: Load
) -> None:
    assert worst_share(plain, rifle, ARMS) > 0.02
    assert worst_share(armed, rifle, ARMS) < 0.002


@pytest.mark.parametrize(
    ("name", "site", "regions"),
    [("bottle/water", "right_hip", ARMS), ("bottle/water", "left_hand", LEGS)],
)
def test_what_went_through_a_limb_has_room(
    walk: Walk, plain: Figure, name: str, site: str, regions: list[Region]
) -> None:
    thing = load(name, site)
    assert worst_share(plain, thing, regions) > 0.02
    assert worst_share(Figure(walk, [thing]), thing, regions) < 0.005


def right_and_left_hand_m(figure: Figure) -> tuple[float, float]:
    """How far they are from the middle, in the mean of some phases."""
    poses = [figure.at(phase / figure.walk.speed_m_s).pose for phase in PHASES]
    right, left = (
        float(
            np.mean(
                [np.abs(pose.mesh.centroids_m[pose.region == hand, 1]).mean() for pose in poses]
            )
        )
        for hand in (Region.RIGHT_HAND, Region.LEFT_HAND)
    )
    return right, left


def test_only_the_arm_on_the_side_of_the_load_is_held_off(plain: Figure, armed: Figure) -> None:
    before, after = right_and_left_hand_m(plain), right_and_left_hand_m(armed)
    assert after[0] > before[0] + 0.03
    assert after[1] == pytest.approx(before[1], abs=0.002)


def test_all_loads_of_a_walk_share_the_room_of_the_thickest(
    walk: Walk, armed: Figure, rifle: Load
) -> None:
    both = Figure(walk, [load("phone/slab", "right_hip"), rifle])
    for time_s in (0.0, 0.3):
        np.testing.assert_allclose(
            both.at(time_s).pose.mesh.vertices_m, armed.at(time_s).pose.mesh.vertices_m, atol=1e-9
        )


def test_a_gun_under_the_arm_ends_below_the_armpit(armed: Figure, rifle: Load) -> None:
    moment = armed.at(0.0)
    arm = moment.pose.region == Region.RIGHT_ARM
    shoulder_m = moment.pose.mesh.centroids_m[arm, 2].max()
    top_m = max(part.mesh.vertices_m[:, 2].max() for part in moment.with_load(rifle).parts)
    assert top_m < shoulder_m - 0.1


def test_a_hand_that_holds_something_is_in_no_pocket() -> None:
    resting = Habits(right_arm=Arm.IN_POCKET, left_arm=Arm.ON_STRAP)
    assert habits_with([load("phone/slab", "right_hip")], resting) == resting
    free = habits_with([load("phone/slab", "right_hand")], resting)
    assert (free.right_arm, free.left_arm) == (Arm.SWINGING, Arm.ON_STRAP)


def test_the_hand_beside_a_bag_is_on_its_strap() -> None:
    tote = next(family for family in CONTAINERS if family.name == "tote")
    bag = Load(tote.draw(np.random.default_rng(1)), "left_hip", 0, seed=5)
    with_bag = habits_with([bag], Habits())
    assert (with_bag.right_arm, with_bag.left_arm) == (Arm.SWINGING, Arm.ON_STRAP)


def test_a_trolley_trails_behind_on_the_floor(walk: Walk) -> None:
    soft = next(family for family in CONTAINERS if family.name == "soft")
    trolley = Load(soft.draw(np.random.default_rng(1)), "right_hand", 0, seed=5)
    moment = Figure(walk, [trolley]).at(0.0)
    carried = moment.with_load(trolley)
    assert carried.middle_m[0] < moment.pose.site("right_hand").origin_m[0] - 0.2
    lowest_m = min(part.mesh.vertices_m[:, 2].min() for part in carried.parts)
    assert 0.0 <= lowest_m < 0.15
