import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import nanoseconds
from clearway.site.schema import Camera, Site
from clearway.twin.camera import CameraTwin, occluded_people, uniform_points
from clearway.twin.observation import NOBODY, Observation
from tests.support.builders import crowd_of

START_NS = 1_000_000_000_000
SIGMAS = 4.5
"""Chance of a false failure, had the seed not been fixed: 7 in a million."""

GRID = [(2.0 + 1.5 * column, 1.0 + row) for column in range(8) for row in range(5)]
DURATION_S = 60.0
SCANS = 600


def camera(station: Site, **error: float) -> Camera:
    first = station.cameras[0]
    return first.model_copy(update={"error_model": first.error_model.model_copy(update=error)})


def observed(sensor: Camera, seed: int = 1, duration_s: float = DURATION_S) -> list[Observation]:
    """What a camera reports of people who stand on a grid."""
    standing = [(0, np.tile(place, (round(10 * DURATION_S) + 1, 1))) for place in GRID]
    twin = CameraTwin(sensor, crowd_of(*standing), np.random.default_rng(seed), START_NS)
    return twin.sense(nanoseconds(duration_s))


def shares_seen(found: list[Observation]) -> NDArray[np.float64]:
    people = np.array([one.person for one in found])
    return np.bincount(people[people != NOBODY], minlength=len(GRID)) / SCANS


def test_people_in_view_are_seen_with_pd(station: Site) -> None:
    sensor = camera(station, occlusion_width_m=0.0, detection_probability=0.9)
    expected = len(GRID) * SCANS * 0.9
    seen = shares_seen(observed(sensor)).sum() * SCANS
    assert abs(seen - expected) < SIGMAS * np.sqrt(expected * 0.1)


def test_occluded_people_are_seen_less(station: Site) -> None:
    sensor = camera(
        station,
        occlusion_width_m=0.25,
        detection_probability=0.9,
        occluded_detection_probability=0.3,
    )
    occluded = occluded_people(np.array(GRID), sensor.position_m[:2], 0.25)
    assert 0 < occluded.sum() < len(GRID)
    expected = np.where(occluded, 0.3, 0.9)
    sigma = np.sqrt(expected * (1 - expected) / SCANS)
    assert (np.abs(shares_seen(observed(sensor)) - expected) < SIGMAS * sigma).all()


def test_clutter_has_its_rate_and_lies_in_the_coverage(station: Site) -> None:
    sensor = camera(station, clutter_per_scan=2.0)
    coverage = shapely.Polygon(sensor.coverage)
    clutter = [one.detection for one in observed(sensor) if one.person == NOBODY]
    assert abs(len(clutter) - 2.0 * SCANS) < SIGMAS * np.sqrt(2.0 * SCANS)
    places = np.array([(one.x_m, one.y_m) for one in clutter])
    assert shapely.contains_xy(coverage, places).all()
    width = np.ptp(shapely.get_coordinates(coverage), axis=0)
    middle = np.array(coverage.centroid.coords[0])
    assert (np.abs(places.mean(axis=0) - middle) < SIGMAS * width / np.sqrt(12 * len(places))).all()


def test_noise_and_registration_are_as_stated(station: Site) -> None:
    sensor = camera(station, sigma_m=0.1, bias_sigma_m=0.05, clutter_per_scan=0.0)
    offsets = []
    for seed in range(40):
        found = observed(sensor, seed, duration_s=1.5)[:300]
        assert len(found) == 300
        error = np.array(
            [
                (one.detection.x_m - GRID[one.person][0], one.detection.y_m - GRID[one.person][1])
                for one in found
            ]
        )
        offsets.append(error.mean(axis=0))
        variance = (error - offsets[-1]).var(ddof=1)
        assert abs(variance - 0.01) < SIGMAS * 0.01 * np.sqrt(2 / error.size)
    # The offset of a run does not average out; over many runs it has its own sigma.
    spread = np.array(offsets).var()
    expected = 0.05**2 + 0.1**2 / 300
    assert abs(spread - expected) < SIGMAS * expected * np.sqrt(2 / (2 * len(offsets)))
    (*_, last) = observed(sensor, duration_s=0.2)
    assert last.detection.covariance_m2 == pytest.approx((0.0125, 0.0, 0.0125))


def test_nobody_outside_the_coverage_is_seen(station: Site) -> None:
    sensor = camera(station, clutter_per_scan=0.0, occlusion_width_m=0.0)
    outside, inside = np.tile((20.0, 3.0), (20, 1)), np.tile((10.0, 3.0), (20, 1))
    twin = CameraTwin(
        sensor, crowd_of((0, outside), (0, inside)), np.random.default_rng(1), START_NS
    )
    assert {one.person for one in twin.sense(nanoseconds(2.0))} == {1}


def test_times_are_those_of_the_scans(station: Site) -> None:
    sensor = camera(station, latency_s=0.08, latency_jitter_s=0.0, clock_offset_s=-0.02)
    found = observed(sensor)
    true_ns = np.unique([one.true_ns for one in found])
    assert len(true_ns) == SCANS
    assert set(np.diff(true_ns).tolist()) == {nanoseconds(1.0 / sensor.rate_hz)}
    assert START_NS <= true_ns[0] < START_NS + nanoseconds(1.0 / sensor.rate_hz)
    for one in found:
        assert one.detection.time_ns == one.true_ns - nanoseconds(0.02)
        assert one.detection.received_ns == one.true_ns + nanoseconds(0.08)


def test_delays_vary_by_the_jitter(station: Site) -> None:
    sensor = camera(station, latency_s=0.08, latency_jitter_s=0.05)
    scans = {one.true_ns: one.detection.received_ns for one in observed(sensor)}
    extra_s = np.array([received - true for true, received in scans.items()]) / 1e9 - 0.08
    assert extra_s.min() >= -1e-9
    assert abs(extra_s.mean() - 0.05) < SIGMAS * 0.05 / np.sqrt(len(extra_s))


def test_numbers_run_without_gaps_and_the_order_tells_nothing(station: Site) -> None:
    found = observed(camera(station))
    assert [one.detection.sequence for one in found] == list(range(1, len(found) + 1))
    first_scan = [one.person for one in found if one.true_ns == found[0].true_ns]
    assert first_scan != sorted(first_scan)


def test_sensing_in_pieces_gives_the_same(station: Site) -> None:
    crowd = crowd_of((0, np.tile((10.0, 3.0), (50, 1))), (3, np.tile((8.0, 2.0), (30, 1))))
    sensor = camera(station, latency_jitter_s=0.03)
    whole, pieces = (
        CameraTwin(sensor, crowd, np.random.default_rng(3), START_NS) for _ in range(2)
    )
    in_pieces = [one for end_s in (0.31, 1.7, 4.0) for one in pieces.sense(nanoseconds(end_s))]
    assert in_pieces == whole.sense(nanoseconds(4.0))


@pytest.mark.parametrize(
    ("behind", "hidden"),
    [
        ((4.0, 0.0), True),
        ((4.0, 0.24), True),
        ((4.0, 0.6), False),
        ((1.0, 0.0), False),
        ((-4.0, 0.0), False),
        ((0.0, 2.0), False),
    ],
    ids=["in line", "nearly in line", "beside", "nearer", "on the other side", "elsewhere"],
)
def test_who_hides_whom(behind: tuple[float, float], hidden: bool) -> None:
    front = (2.0, 0.0)
    found = occluded_people(np.array([front, behind]), (0.0, 0.0), 0.25)
    assert found[1] == hidden


points = st.tuples(st.floats(-20, 20), st.floats(-20, 20))


@given(st.lists(points, max_size=12), points, st.floats(0.0, 1.0))
def test_the_nearest_person_is_never_hidden_and_nobody_hides_at_no_width(
    people: list[tuple[float, float]], eye: tuple[float, float], width_m: float
) -> None:
    position = np.array(people).reshape(-1, 2)
    found = occluded_people(position, eye, width_m)
    assert found.shape == (len(people),)
    if len(people):
        gap = position - np.array(eye)
        assert not found[np.hypot(gap[:, 0], gap[:, 1]).argmin()]
    assert not occluded_people(position, eye, 0.0).any()


@given(st.integers(0, 50))
def test_points_of_a_slanted_area_lie_in_it(count: int) -> None:
    triangle = shapely.Polygon([(0.0, 0.0), (10.0, 1.0), (3.0, 8.0)])
    points = uniform_points(triangle, count, np.random.default_rng(count))
    assert points.shape == (count, 2)
    assert shapely.contains_xy(triangle, points).all()
