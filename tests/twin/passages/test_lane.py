"""Where a person is, seen from two panels that face each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.scattering import Mesh, Part
from clearway.scattering.materials import Conductor
from clearway.site.radar import Radar
from clearway.twin.objects import Split
from clearway.twin.passages.lane import (
    REACH_M,
    facing_panels,
    frame_times_s,
    lane_limits_m,
    standpoint,
)
from clearway.twin.passages.people import Walk, draw_walk

ACROSS_M = 2.6


@pytest.fixture(scope="module")
def radar() -> Radar:
    return Radar.of(facing_panels(n_elements=4, n_frequencies=8, across_m=ACROSS_M))


@pytest.fixture(scope="module")
def walk(radar: Radar) -> Walk:
    return draw_walk(np.random.default_rng(3), Split.TRAIN, lane_m=lane_limits_m(radar))


def test_the_lane_fits_both_panels(radar: Radar) -> None:
    assert lane_limits_m(radar) == pytest.approx((0.8, 1.8))


@given(st.floats(-0.5, 0.5), st.sampled_from([-1, 1]))
@settings(deadline=None)
def test_the_second_panel_sees_the_other_side(time_s: float, forward: int) -> None:
    radar = Radar.of(facing_panels(n_elements=4, n_frequencies=8, across_m=ACROSS_M))
    drawn = draw_walk(np.random.default_rng(3), Split.TRAIN, lane_m=(1.0, 1.6))
    walk = replace(drawn, forward=forward)
    near, far = (standpoint(walk, radar, panel, time_s) for panel in radar.panels)
    assert near.position_m == pytest.approx(
        (forward * walk.speed_m_s * time_s, walk.lateral_m), abs=1e-9
    )
    assert far.position_m[0] == pytest.approx(-near.position_m[0], abs=1e-9)
    assert far.position_m[1] == pytest.approx(ACROSS_M - near.position_m[1])
    assert np.cos(far.heading_rad) == pytest.approx(-np.cos(near.heading_rad))
    assert near.velocity_m_s == pytest.approx((forward * walk.speed_m_s, 0.0), abs=1e-9)


def test_the_right_side_faces_the_first_panel_of_who_walks_along_x(
    radar: Radar, walk: Walk
) -> None:
    where = standpoint(replace(walk, forward=1), radar, radar.panels[0], 0.0)
    right_of_person = where.to_view(np.array([0.0, -0.2, 1.0]))
    assert right_of_person[1] == pytest.approx(walk.lateral_m - 0.2)


def test_parts_turn_with_their_velocities(radar: Radar, walk: Walk) -> None:
    square = Mesh(0.1 * np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1]]), [[0, 1, 2]])
    part = Part(square, Conductor(), velocity_m_s=np.array([[1.0, 0.5, 0.0]]))
    where = standpoint(replace(walk, forward=-1), radar, radar.panels[0], 0.0)
    (seen,) = where.seen([part])
    assert np.asarray(seen.velocity_m_s) == pytest.approx(np.array([[-1.0, -0.5, 0.0]]), abs=1e-9)
    assert seen.mesh.areas_m2 == pytest.approx(square.areas_m2)
    assert seen.mesh.vertices_m[0] == pytest.approx([0.0, walk.lateral_m, 0.0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_frames_fall_while_the_person_is_in_view(seed: int, most: int) -> None:
    radar = Radar.of(facing_panels(n_elements=4, n_frequencies=8))
    rng = np.random.default_rng(seed)
    walk = draw_walk(rng, Split.TRAIN, lane_m=(1.0, 1.6))
    times = frame_times_s(walk, radar, rng, most)
    assert 1 <= len(times) <= most
    assert (np.abs(times * walk.speed_m_s) <= REACH_M + 1e-9).all()
    assert (np.diff(times) > 0).all()
