from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain.body import BodyPlace
from clearway.recognition.places import place_name

FIGURE = Path(__file__).parents[2] / "web" / "src" / "body" / "places.ts"


@pytest.mark.parametrize(
    ("place_m", "expected"),
    [
        ((0.0, -0.1, 1.60), BodyPlace.HEAD),
        ((0.0, -0.1, 1.45), BodyPlace.NECK),
        ((0.14, -0.1, 1.30), BodyPlace.CHEST),
        ((-0.14, -0.1, 1.30), BodyPlace.BACK),
        ((0.14, -0.1, 1.02), BodyPlace.ABDOMEN),
        ((-0.14, -0.1, 1.02), BodyPlace.LOWER_BACK),
        ((0.0, -0.19, 1.20), BodyPlace.RIGHT_TORSO),
        ((0.0, -0.30, 1.20), BodyPlace.RIGHT_ARM),
        ((0.0, -0.30, 0.75), BodyPlace.RIGHT_HAND),
        ((0.0, -0.18, 0.88), BodyPlace.RIGHT_HIP),
        ((0.0, 0.18, 0.88), BodyPlace.LEFT_HIP),
        ((0.0, -0.18, 0.60), BodyPlace.RIGHT_THIGH),
        ((0.0, -0.15, 0.30), BodyPlace.RIGHT_CALF),
        ((0.0, -0.15, 0.05), BodyPlace.RIGHT_ANKLE),
    ],
    ids=lambda value: value.value if isinstance(value, BodyPlace) else None,
)
def test_names(place_m: tuple[float, float, float], expected: BodyPlace) -> None:
    assert place_name(*place_m, right_side=True) is expected


def test_what_goes_around_is_at_the_waist_or_the_torso() -> None:
    assert place_name(0.0, -0.3, 1.03, right_side=True, around=True) is BodyPlace.WAIST
    assert place_name(0.1, -0.3, 1.25, right_side=True, around=True) is BodyPlace.TORSO


@given(st.floats(-0.4, 0.4), st.floats(-0.4, -0.01), st.floats(0.0, 2.0))
def test_the_other_side_has_the_other_name(forward: float, depth: float, height: float) -> None:
    right = place_name(forward, depth, height, right_side=True)
    left = place_name(forward, depth, height, right_side=False)
    assert left.value == right.value.replace("right", "left")


@given(st.floats(0.8, 2.1), st.floats(0.0, 1.0))
def test_names_scale_with_the_person(person_m: float, share: float) -> None:
    tall = place_name(
        0, -0.1 * person_m, share * person_m, right_side=True, person_height_m=person_m
    )
    usual = place_name(0, -0.1 * 1.5, share * 1.5, right_side=True, person_height_m=1.5)
    # Rounding may decide at a boundary.
    if abs(share * 1000 - round(share * 1000)) > 1e-3:
        assert tall is usual


def test_the_console_draws_every_place() -> None:
    drawn = set(re.findall(r"^  (\w+): \{ cx", FIGURE.read_text("utf-8"), re.MULTILINE))
    assert {place.value for place in BodyPlace} <= drawn
