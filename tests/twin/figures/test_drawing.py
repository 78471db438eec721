"""Which passages are drawn for which crossing."""

from __future__ import annotations

from collections import Counter
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.recognition.classes import OUTCOMES
from clearway.twin.figures.conditions import Conditions
from clearway.twin.figures.drawing import PassageDraw, Person, outcomes_of
from clearway.twin.figures.row import PassageRow
from tests.support.passages import all_but, one_of_each, passage_row

USUAL = Conditions(1.3, 1.2, 1.0, 0.0)
SOMEBODY = Person(0.5, 0.5)
HANDGUN = ThreatClass.HANDGUN


def drawn(
    rows: list[PassageRow],
    conditions: Conditions = USUAL,
    person: Person = SOMEBODY,
    outcome: str = "handgun",
    count: int = 300,
) -> list[PassageRow]:
    rng = np.random.default_rng(1)
    draw = PassageDraw((*all_but(outcome), *rows))
    return [draw.draw(outcome, person, conditions, rng) for _ in range(count)]


def handguns(**changes: object) -> list[PassageRow]:
    return [passage_row("handgun", body=f"{number}", **changes) for number in range(20)]


def test_hypotheses_are_outcomes() -> None:
    found = [outcomes_of(index) for index in range(len(HYPOTHESES))]
    assert found == [
        ("none",), ("explosive",), ("handgun",), ("handgun", "explosive"), ("long_gun",),
        ("long_gun", "explosive"), ("harmless_object",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "near", "far"),
    [
        ("speed_m_s", 0.8, 1.8), ("distance_m", 0.9, 1.7),
        ("direction", -1, 1), ("occlusion", 0.6, 0.0),
    ],
)  # fmt: skip
def test_passages_under_like_conditions_are_drawn(name: str, near: float, far: float) -> None:
    rows = [*handguns(**{name: near}), *handguns(**{name: far})]
    for wanted in (near, far):
        found = drawn(rows, USUAL._replace(**{name: float(wanted)}))
        alike = sum(getattr(row, name) == wanted for row in found)
        assert alike > 0.97 * len(found)


def test_conditions_in_between_draw_from_both_sides() -> None:
    rows = [*handguns(speed_m_s=1.2), *handguns(speed_m_s=1.4)]
    found = Counter(row.speed_m_s for row in drawn(rows, count=1000))
    assert 420 < found[1.2] < 580
    assert found[1.2] + found[1.4] > 950


def test_what_is_not_known_makes_no_difference() -> None:
    rows = [*handguns(distance_m=0.9), *handguns(distance_m=1.7)]
    found = Counter(
        row.distance_m for row in drawn(rows, USUAL._replace(distance_m=nan), count=1000)
    )
    assert 400 < found[0.9] < 600


def test_far_from_all_passages_the_nearest_are_drawn() -> None:
    rows = [*handguns(speed_m_s=1.0), *handguns(speed_m_s=2.0)]
    found = drawn(rows, USUAL._replace(speed_m_s=40.0))
    assert {row.speed_m_s for row in found} == {2.0}


def test_a_person_keeps_object_and_clothing() -> None:
    rows = [
        row
        for family in ("full", "compact")
        for clothing in ("coat", "suit")
        for row in handguns(object_family=family, clothing=clothing)
    ]
    for load, family in ((0.1, "compact"), (0.9, "full")):
        for place, clothing in ((0.1, "coat"), (0.9, "suit")):
            found = drawn(rows, person=Person(load, place))
            assert {(row.object_family, row.clothing) for row in found} == {(family, clothing)}


def test_the_object_matters_more_than_the_clothing() -> None:
    rows = [
        *handguns(object_family="full", clothing="coat"),
        *handguns(object_family="compact", clothing="suit"),
    ]
    found = drawn(rows, person=Person(0.9, 0.9))
    assert {row.object_family for row in found} == {"full"}


def test_objects_and_clothes_are_as_frequent_as_in_the_file() -> None:
    rows = [*handguns(object_family="full"), *handguns(object_family="compact")[:5]]
    draw = PassageDraw((*all_but("handgun"), *rows))
    rng = np.random.default_rng(2)
    families = Counter(
        draw.draw("handgun", Person(rng.random(), rng.random()), USUAL, rng).object_family
        for _ in range(1000)
    )
    assert abs(families["full"] - 800) < 4.5 * np.sqrt(1000 * 0.8 * 0.2)


@given(
    st.sampled_from(OUTCOMES),
    st.floats(0.0, 1.0, exclude_max=True),
    st.floats(0.0, 5.0),
    st.floats(0.0, 1.0),
    st.integers(0, 2**32),
)
def test_what_is_drawn_has_the_outcome(
    outcome: str, place: float, speed_m_s: float, occlusion: float, seed: int
) -> None:
    draw = PassageDraw(
        (*one_of_each(speed_m_s=1.0), *one_of_each(), passage_row("handgun", HANDGUN))
    )
    conditions = Conditions(speed_m_s, nan, -1.0, occlusion)
    row = draw.draw(outcome, Person(place, place), conditions, np.random.default_rng(seed))
    assert row.outcome == outcome


def test_only_distances_that_were_characterised_are_covered() -> None:
    draw = PassageDraw((*one_of_each(distance_m=0.8), *one_of_each(distance_m=1.8)))
    covered = [draw.covers(USUAL._replace(distance_m=m)) for m in (0.6, 0.75, 1.3, 1.85, 2.0, nan)]
    assert covered == [False, True, True, True, False, True]
