"""Who the people of a crowd are to a curtain's radar, and how they go by it."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.domain.threat import HYPOTHESES
from clearway.recognition.classes import THREATS
from clearway.site.view_frame import ViewFrame
from clearway.twin.carriers import Loads
from clearway.twin.figures.drawing import outcomes_of
from clearway.twin.objects import Split
from clearway.twin.passages.crowd_walks import Cast, going_by
from clearway.twin.passages.people import Belongings, Load, Walk, bodies_of

N_PEOPLE = 12


def cast_of(*hypotheses: str, seed: int = 1) -> Cast:
    held = np.array([HYPOTHESES.index(one) for one in hypotheses])
    return Cast(Loads(held, (frozenset(),) * len(held)), seed)


def told(walk: Walk, belongings: Belongings) -> tuple[object, ...]:
    """All that decides who it is and what is carried."""
    body = (walk.body.name, walk.habits, walk.outfit.family.name, walk.outfit.wet, walk.seed)
    things = (walk.pockets, belongings.carried, belongings.room_for)
    return (*body, *(tuple(map(thing_told, some)) for some in things))


def thing_told(load: Load) -> tuple[object, ...]:
    carried = load.carried
    return (carried.family, carried.size_m, load.site, load.under, load.seed)


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_people_carry_what_the_crowd_says(hypothesis: str) -> None:
    nothing = cast_of(*("none",) * N_PEOPLE)
    cast = cast_of(*(hypothesis,) * N_PEOPLE)
    for number in range(N_PEOPLE):
        (walk, things), (other, _) = cast.person(number), nothing.person(number)
        # Whatever is carried, it is the same person.
        assert told(walk, Belongings()) == told(other, Belongings())
        said = [one.threat or "harmless_object" for one in things.carried] or ["none"]
        assert said == list(outcomes_of(HYPOTHESES.index(hypothesis)))
        assert set(things.carried) <= set(things.room_for)
        assert [one.threat for one in things.room_for] == [None, *THREATS]
        assert all(one.carried.split is Split.TEST_ONLY for one in things.room_for)


def test_two_threats_are_at_two_places() -> None:
    cast = cast_of(*("long_gun_explosive",) * N_PEOPLE)
    for number in range(N_PEOPLE):
        firearm, explosive = cast.person(number)[1].carried
        assert firearm.site != explosive.site


def test_a_person_is_the_same_whoever_asks_and_in_whatever_order() -> None:
    one, other = (cast_of(*("handgun",) * N_PEOPLE) for _ in range(2))
    forth = [told(*one.person(number)) for number in range(N_PEOPLE)]
    back = [told(*other.person(number)) for number in reversed(range(N_PEOPLE))]
    assert forth == back[::-1]
    assert len(set(forth)) == N_PEOPLE
    assert told(*cast_of("handgun", seed=2).person(0)) != forth[0]
    assert {name for name, *_ in forth} <= {body.name for body in bodies_of(Split.TEST_ONLY)}


@pytest.mark.parametrize("heading_deg", [0.0, 180.0])
@pytest.mark.parametrize("east_m_s", [1.2, -0.9])
def test_people_go_by_as_in_the_crowd(heading_deg: float, east_m_s: float) -> None:
    """The panel 1.3 m to the south or north of them; they are past its middle by 0.3 m."""
    side = 1.0 if heading_deg == 0.0 else -1.0
    frame = ViewFrame((16.0, 3.0 - 1.3 * side), heading_deg)
    velocity = np.array([east_m_s, 0.2])
    speed = float(np.hypot(*velocity))
    position = np.array([16.0 + np.sign(east_m_s) * 0.3, 3.0])
    walk, since_s = going_by(
        cast_of("none").person(0)[0], frame, position, velocity, np.random.default_rng(1)
    )
    assert walk.speed_m_s == pytest.approx(speed)
    assert walk.lateral_m == pytest.approx(1.3)
    assert walk.forward == side * np.sign(east_m_s)
    assert since_s == pytest.approx(0.3 / speed)


def test_who_hardly_moves_walks_slowly() -> None:
    frame = ViewFrame((0.0, 0.0), 0.0)
    rng = np.random.default_rng(1)
    walk, since_s = going_by(
        cast_of("none").person(0)[0], frame, np.array([0.5, 1.0]), np.array([0.001, 0.0]), rng
    )
    assert 0.0 < walk.speed_m_s <= 0.1
    assert since_s * walk.speed_m_s == pytest.approx(0.5)
