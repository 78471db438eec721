"""Arms that yield to what lies between them and the trunk."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.twin.bodies import BoulicGait, Region, Walker, population
from clearway.twin.bodies.holding_off import (
    arm_over_cycle_m,
    further_off_rad,
    seen_from_shoulder,
)
from clearway.twin.bodies.skeleton import about_x

FURTHER_RAD = float(np.radians(12.0))


def cloud(seed: int) -> NDArray[np.float64]:
    """Points beside and below a shoulder."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.uniform([-0.1, -0.1, -0.7], [0.1, 0.1, -0.2], (40, 3)))


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0.0, 0.02))
def test_an_arm_turned_so_far_is_clear_and_needs_no_more(
    seed: int, other_seed: int, clear_m: float
) -> None:
    arm, other = cloud(seed), cloud(other_seed + 2000)
    further = further_off_rad(arm, other, clear_m)
    for share in (0.5, 1.0):
        turned = arm @ about_x(share * further).T
        left = further_off_rad(turned, other, clear_m)
        assert left == pytest.approx((1.0 - share) * further, abs=1e-9)


def test_what_the_arm_does_not_pass_needs_no_room() -> None:
    arm = np.array([[0.0, 0.0, -0.5]])
    before, inside, above = np.array([[0.3, 0.1, -0.5], [0.0, -0.1, -0.5], [0.0, 0.05, 0.3]])
    for other in (before, inside, above):
        assert further_off_rad(arm, other[None], 0.005) == 0.0


def test_a_thicker_thing_needs_more_room_and_less_of_it_lower_down() -> None:
    def needed_rad(thickness_m: float, below_m: float) -> float:
        arm, thing = np.array([[[0.0, 0.0, -below_m]], [[0.0, thickness_m, -below_m]]])
        return further_off_rad(arm, thing, 0.0)

    assert needed_rad(0.06, 0.5) > needed_rad(0.03, 0.5) > 0.0
    assert needed_rad(0.06, 0.6) < needed_rad(0.06, 0.4)


@pytest.mark.parametrize("side", [0, 1])
def test_a_walker_turns_the_arm_that_is_named_about_the_shoulder(side: int) -> None:
    walker = Walker(population()[4], BoulicGait(), 1.3)
    before_pose, before = walker.at(0.2), [arm_over_cycle_m(walker, one) for one in (0, 1)]
    walker.hold_off((FURTHER_RAD, 0.0) if side == 0 else (0.0, FURTHER_RAD))
    after_pose, after = walker.at(0.2), [arm_over_cycle_m(walker, one) for one in (0, 1)]
    # The clavicle carries some of the skin next to the joint.
    below = before[side][:, 2] < -0.2
    expected = before[side] @ about_x(FURTHER_RAD).T
    np.testing.assert_allclose(after[side][below], expected[below], atol=2e-3)
    np.testing.assert_array_equal(after[1 - side], before[1 - side])
    still = np.isin(before_pose.region, [Region.HEAD, Region.ABDOMEN, Region.RIGHT_CALF])
    moved = np.linalg.norm(after_pose.mesh.centroids_m - before_pose.mesh.centroids_m, axis=1)
    assert moved[still].max() < 1e-9
    hand = before_pose.region == (Region.RIGHT_HAND, Region.LEFT_HAND)[side]
    assert moved[hand].min() > 0.08


def test_shoulders_see_a_body_alike_from_both_sides() -> None:
    walker = Walker(population()[4], BoulicGait(), 0.0)
    motion = walker.motions(np.array([0.0]))[0]
    here = np.array([[0.1, 0.3, 1.0]])
    left = seen_from_shoulder(here, walker.body, motion, 1)
    right = seen_from_shoulder(here * [1.0, -1.0, 1.0], walker.body, motion, 0)
    np.testing.assert_allclose(left, right, atol=0.02)
    assert left[0, 2] < 0.0 < left[0, 1]
