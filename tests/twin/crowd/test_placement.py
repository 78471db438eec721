from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from clearway.errors import InputError
from clearway.site.schema import Placement, Site
from clearway.twin.crowd import Crowd, Origin, place, read_recording
from clearway.twin.crowd.placement import lay_along_walkway


def two_way(angle_deg: float, shift_m: tuple[float, float], spread_m: float = 2.0) -> Crowd:
    """Ten people each way over 12 m, in a frame turned and shifted against the site's."""
    rng = np.random.default_rng(3)
    angle = np.deg2rad(angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    along = np.linspace(-6.0, 6.0, 100)
    lanes = np.linspace(-spread_m, spread_m, 20)
    walks = [
        np.column_stack((along if lane % 2 else along[::-1], np.full(100, y)))
        for lane, y in enumerate(lanes)
    ]
    xy = np.vstack(walks) + rng.normal(0, 0.005, (2000, 2))
    return Crowd.from_frames(
        np.repeat(np.arange(20), 100),
        np.tile(np.arange(100), 20),
        xy @ turn.T + shift_m,
        np.full(2000, np.nan),
        rate_hz=10.0,
        origin=Origin.RECORDED,
        description="test",
    )


def with_placement(site: Site, placement: Placement) -> Site:
    return site.model_copy(update={"crowd": site.crowd.model_copy(update={"placement": placement})})


@given(st.floats(-360, 360), st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)))
def test_any_frame_ends_along_the_middle_of_the_walkway(
    site: Site, angle_deg: float, shift_m: tuple[float, float]
) -> None:
    recording = two_way(angle_deg, shift_m)
    placed = place(recording, site)
    low, high = np.percentile(placed.position_m, (2, 98), axis=0)
    np.testing.assert_allclose((low + high) / 2, (20.0, 3.0), atol=0.01)
    assert high[0] - low[0] > 11.0
    assert high[1] - low[1] < 4.1
    np.testing.assert_allclose(
        pdist(placed.position_m[::50]), pdist(recording.position_m[::50]), atol=1e-6
    )


def test_the_smaller_turn_is_taken(site: Site) -> None:
    placed = place(two_way(10.0, (0.0, 0.0)), site)
    first_person = placed.position_m[:100, 0]
    assert first_person[0] > first_person[-1]


def test_a_walkway_at_an_angle(site: Site) -> None:
    corner = site.floor.model_copy(
        update={
            "outline": ((0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (0.0, 30.0)),
            "walkway": ((5.0, 5.0), (25.0, 25.0)),
        }
    )
    placed = place(two_way(75.0, (9.0, -4.0)), site.model_copy(update={"floor": corner}))
    across = (placed.position_m - 15.0) @ (np.array([-1.0, 1.0]) / np.sqrt(2))
    assert np.abs(across).max() < 2.1
    np.testing.assert_allclose(np.median(placed.position_m, axis=0), (15.0, 15.0), atol=0.2)


def test_a_stated_placement_turns_first_and_shifts_then(site: Site) -> None:
    stated = with_placement(site, Placement(x_m=20.0, y_m=3.0, rotation_deg=90.0))
    recording = two_way(-90.0, (1.0, 2.0))
    placed = place(recording, stated)
    x, y = recording.position_m.T
    np.testing.assert_allclose(placed.position_m, np.column_stack((20.0 - y, 3.0 + x)), atol=1e-9)


@pytest.mark.parametrize("stated", [False, True])
def test_a_recording_that_does_not_fit_is_refused(site: Site, stated: bool) -> None:
    if stated:
        site = with_placement(site, Placement(x_m=20.0, y_m=8.0))
    with pytest.raises(InputError) as caught:
        place(two_way(0.0, (0.0, 0.0), spread_m=2.0 if stated else 5.0), site, "wide.txt")
    message = str(caught.value)
    assert message.startswith("wide.txt: ")
    assert "of 2000 positions" in message
    assert "off the floor of 'Station corridor'" in message
    assert "state [crowd.placement] in the site file, or use a site with a wider floor" in message


def test_a_placement_of_the_users_own_recording_can_be_left_aside(site: Site) -> None:
    stated = with_placement(site, Placement(x_m=500.0, y_m=0.0))
    recording = two_way(0.0, (0.0, 0.0))
    np.testing.assert_array_equal(
        lay_along_walkway(recording, stated).position_m, place(recording, site).position_m
    )


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["bot-300-085-085", "bo-360-090-090", "uo-240-240-160"])
def test_hermes_corridors_fit_the_demo_corridor(site: Site, shared_data: Path, name: str) -> None:
    placed = place(read_recording(shared_data / "hermes" / f"{name}.txt.gz"), site)
    low, high = np.percentile(placed.position_m, (2, 98), axis=0)
    np.testing.assert_allclose((low + high) / 2, (20.0, 3.0), atol=0.01)
    assert high[0] - low[0] > 2.0 * (high[1] - low[1])
