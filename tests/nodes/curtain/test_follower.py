"""People get numbers and velocities."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearway.nodes.curtain.follower import COARSE_SIGMA_M, WALKING_M_S, Follower

speeds = st.floats(-2.5, 2.5)


@given(speeds, speeds, st.lists(st.floats(0.02, 0.25), min_size=3, max_size=12))
def test_an_even_walk_is_followed_whatever_the_steps(
    vx: float, vy: float, steps_s: list[float]
) -> None:
    follower, time_s = Follower(), 5.0
    follower.sight(time_s, [(3.0 + vx * time_s, vy * time_s)])
    for step_s in steps_s:
        time_s += step_s
        follower.correct(1, time_s, (3.0 + vx * time_s, vy * time_s))
    (person,) = follower.at(time_s)
    # What is expected of people pulls at the estimate, by what the places leave open.
    kept = 1.0 - (person.velocity_sigma_m_s / WALKING_M_S) ** 2
    assert np.allclose(person.velocity_m_s, (kept * vx, kept * vy), atol=1e-6)


def test_the_stated_error_of_the_velocity_is_the_true_one() -> None:
    rng = np.random.default_rng(1)
    errors, stated = [], 0.0
    for _ in range(400):
        follower = Follower()
        velocity = rng.normal(0.0, WALKING_M_S, 2)
        for step in range(6):
            off = rng.normal(0.0, COARSE_SIGMA_M, 2)
            place = 0.1 * step * velocity + off
            follower.sight(0.1 * step, [(place[0], 1.2 + place[1])])
        (person, *_) = follower.at(0.5)
        errors += [person.velocity_m_s[0] - velocity[0], person.velocity_m_s[1] - velocity[1]]
        stated = person.velocity_sigma_m_s
    assert math.isclose(float(np.median(np.abs(errors))), 0.674 * stated, rel_tol=0.1)


def test_two_people_who_meet_keep_their_numbers() -> None:
    follower = Follower()
    for step in range(11):
        time_s = 0.1 * step
        places = [(-0.7 + 1.4 * time_s, 1.0), (0.7 - 1.4 * time_s, 1.5)]
        follower.sight(time_s, places[:: -1 if step % 2 else 1])
    first, second = follower.at(1.0)
    assert (first.id, second.id) == (1, 2)
    assert first.velocity_m_s[0] > 1.2
    assert second.velocity_m_s[0] < -1.2


def test_one_place_says_nothing_of_the_velocity() -> None:
    follower = Follower()
    follower.sight(0.0, [(0.0, 1.2)])
    follower.correct(1, 0.0, (0.02, 1.2))
    (person,) = follower.at(0.0)
    assert person.velocity_m_s == (0.0, 0.0)
    assert person.velocity_sigma_m_s == WALKING_M_S
    assert person.position_m[0] > 0.01


def test_who_is_not_seen_is_forgotten_and_a_far_place_is_somebody_else() -> None:
    follower = Follower(lost_s=0.5)
    for step in range(4):
        follower.sight(0.1 * step, [(0.0, 1.2)])
    follower.correct(1, 0.4, (2.0, 1.2))
    assert follower.at(0.4)[0].position_m[0] < 0.01
    follower.sight(0.4, [(2.0, 1.2)])
    assert [person.id for person in follower.at(0.4)] == [1, 2]
    assert [person.id for person in follower.at(0.85)] == [2]
    assert follower.at(1.0) == ()
