"""Frames of facing panels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearway.site.view_frame import ViewFrame

METRES = st.floats(-100.0, 100.0)
POINTS = st.tuples(METRES, METRES, METRES)
FRAMES = st.builds(ViewFrame, st.tuples(METRES, METRES), st.floats(-720.0, 720.0))


@given(FRAMES, POINTS)
def test_there_and_back(frame: ViewFrame, point: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(frame.to_site(frame.to_view(point)), point, atol=1e-9)
    np.testing.assert_allclose(frame.to_view(frame.to_site(point)), point, atol=1e-9)
    moved = frame.to_view(np.add(point, 1.0)) - frame.to_view(point)
    np.testing.assert_allclose(frame.directions_to_view([1.0, 1.0, 1.0]), moved, atol=1e-9)
    np.testing.assert_allclose(frame.directions_to_site(moved), 1.0, atol=1e-9)


@given(FRAMES)
def test_axes_are_right_handed_and_upright(frame: ViewFrame) -> None:
    x, y, z = frame.rotation
    np.testing.assert_allclose(np.cross(x, y), z, atol=1e-12)
    np.testing.assert_allclose(z, [0.0, 0.0, 1.0])


def test_a_panel_looks_along_its_heading() -> None:
    east = ViewFrame((1.0, 2.0), 90.0)
    np.testing.assert_allclose(east.to_site([0.0, 3.0, 1.0]), [4.0, 2.0, 1.0], atol=1e-12)
    # To the right of who looks east is south.
    np.testing.assert_allclose(east.directions_to_site([1.0, 0.0, 0.0]), [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(ViewFrame((0.0, 0.0), 0.0).rotation, np.eye(3))


@given(POINTS, st.floats(0.0, 360.0), st.floats(1.0, 5.0))
def test_a_facing_panel_sees_the_scene_turned_by_half_a_turn(
    point: tuple[float, float, float], heading_deg: float, apart_m: float
) -> None:
    near = ViewFrame((3.0, 4.0), heading_deg)
    east, north, _ = near.to_site([0.0, apart_m, 0.0])
    facing = ViewFrame((float(east), float(north)), heading_deg + 180.0)
    x, y, z = near.to_view(point)
    np.testing.assert_allclose(facing.to_view(point), [-x, apart_m - y, z], atol=1e-9)
