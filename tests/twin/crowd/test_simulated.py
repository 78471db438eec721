import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from clearway.errors import InputError, MissingExtraError
from clearway.site.floor import floor_polygon
from clearway.site.schema import CrowdModel, Flow, Site, WalkingSpeed, Zone
from clearway.twin.crowd import Arrivals, Crowd, Origin, read_recording, simulate
from clearway.twin.crowd.arrivals import arrivals_at
from clearway.twin.crowd.simulated import _draw_speeds

simulated = pytest.mark.jupedsim


@pytest.fixture(scope="module")
def jupedsim() -> None:
    pytest.importorskip("jupedsim")


@pytest.fixture(scope="module")
def dense(site: Site, jupedsim: None) -> Crowd:
    """The corridor at its highest demand: 167 people per minute, both ways."""
    return simulate(
        site, np.random.default_rng(1), duration_s=120.0, rate_per_min=167.0, warm_up_s=40.0
    )


def with_crowd(site: Site, **changes: object) -> Site:
    return site.model_copy(update={"crowd": site.crowd.model_copy(update=changes)})


def finished(crowd: Crowd) -> NDArray[np.bool_]:
    """Whose whole walk lies within the crowd's time."""
    last = crowd.first_frame + crowd.length - 1
    whole: NDArray[np.bool_] = (crowd.first_frame > 0) & (last < last.max())
    return whole


def ends(crowd: Crowd) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return crowd.position_m[crowd.row], crowd.position_m[crowd.row + crowd.length - 1]


@simulated
@pytest.mark.parametrize("model", CrowdModel)
def test_the_same_generator_state_gives_the_same_crowd(
    site: Site, model: CrowdModel, jupedsim: None
) -> None:
    site = with_crowd(site, model=model)
    first, second, other = (
        simulate(site, np.random.default_rng(seed), duration_s=20.0) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first.position_m, second.position_m)
    np.testing.assert_array_equal(first.height_m, second.height_m)
    np.testing.assert_array_equal(first.person_id, second.person_id)
    assert first.position_m.shape != other.position_m.shape


@simulated
def test_one_way_demand_all_reaches_the_exit(site: Site, jupedsim: None) -> None:
    one_way = with_crowd(site, flows=(Flow(entry="west-in", exit="east-out"),))
    arrivals = arrivals_at(np.linspace(0.0, 40.0, 41))
    crowd = simulate(one_way, np.random.default_rng(2), duration_s=130.0, arrivals=arrivals)
    start, end = ends(crowd)
    assert crowd.person_id.tolist() == list(range(1, 42))
    assert crowd.duration_s < 130.0
    assert ((start[:, 0] > 0.9) & (start[:, 0] < 2.9)).all()
    assert (end[:, 0] > 39.3).all()
    np.testing.assert_allclose(crowd.first_frame / crowd.rate_hz, arrivals.time_s, atol=0.11)


@simulated
def test_two_way_demand_crosses_and_is_conserved(dense: Crowd) -> None:
    start, end = ends(dense)
    whole = finished(dense)
    eastward = start[:, 0] < 20.0
    assert (end[whole & eastward, 0] > 39.3).all()
    assert (end[whole & ~eastward, 0] < 0.7).all()
    assert 0.4 < eastward.mean() < 0.6
    born = int((dense.first_frame > 0).sum())
    assert born == pytest.approx(2 * 167, abs=4 * np.sqrt(2 * 167))
    inside_at_start, inside_at_end = len(dense.at(0.0).person), len(dense.at(120.0).person)
    left = int((dense.first_frame + dense.length - 1 < 1200).sum())
    assert inside_at_start + born == left + inside_at_end


@simulated
def test_the_highest_demand_does_not_jam(dense: Crowd) -> None:
    walk_s = dense.length[finished(dense)] / dense.rate_hz
    assert 25.0 < np.median(walk_s) < 45.0
    assert walk_s.max() < 90.0
    assert len(dense.at(119.0).person) < 1.3 * len(dense.at(20.0).person)


@simulated
@pytest.mark.parametrize("model", CrowdModel)
def test_people_stay_on_the_floor_and_out_of_each_other(
    site: Site, model: CrowdModel, jupedsim: None
) -> None:
    pillar = ((19.5, 2.5), (20.5, 2.5), (20.5, 3.5), (19.5, 3.5))
    site = with_crowd(site, model=model).model_copy(
        update={"floor": site.floor.model_copy(update={"holes": (pillar,)})}
    )
    crowd = simulate(site, np.random.default_rng(3), duration_s=60.0, rate_per_min=100.0)
    assert shapely.contains_xy(floor_polygon(site), crowd.position_m).all()
    for time_s in range(20, 60):
        positions = crowd.at(float(time_s)).position_m
        assert pdist(positions).min() > 0.25
    assert np.linalg.norm(crowd.steps_m(), axis=1).max() * crowd.rate_hz < 2.3


@simulated
def test_the_warm_up_fills_the_floor_and_is_cut_off(site: Site, jupedsim: None) -> None:
    cold, warm = (
        simulate(site, np.random.default_rng(6), duration_s=10.0, warm_up_s=warm_up_s)
        for warm_up_s in (0.0, 40.0)
    )
    assert len(cold.at(0.0).person) == 0
    assert len(warm.at(0.0).person) > 15
    assert warm.first_frame.min() == 0
    assert cold.duration_s == warm.duration_s == 10.0


@simulated
def test_trips_between_known_zones_are_walked_as_given(site: Site, jupedsim: None) -> None:
    arrivals = Arrivals(
        person_id=np.array([70, 50, 60]),
        time_s=np.array([0.0, 1.0, 2.0]),
        trips=(("west-in", "east-out"), ("east-in", "west-out"), ("z_1", "east-out")),
    )
    east_only = with_crowd(site, flows=(Flow(entry="east-in", exit="west-out"),))
    crowd = simulate(east_only, np.random.default_rng(1), duration_s=90.0, arrivals=arrivals)
    assert crowd.person_id.tolist() == [50, 60, 70]
    assert (ends(crowd)[0][:, 0] > 20.0).tolist() == [True, True, False]


@simulated
def test_a_full_entry_lets_people_in_first_come_first_served(site: Site, jupedsim: None) -> None:
    narrow = site.model_copy(
        update={
            "entries": (
                Zone(id="west-in", polygon=((1.0, 2.7), (1.6, 2.7), (1.6, 3.3), (1.0, 3.3))),
                site.entries[1],
            )
        }
    )
    narrow = with_crowd(narrow, flows=(Flow(entry="west-in", exit="east-out"),))
    crowd = simulate(
        narrow, np.random.default_rng(1), duration_s=100.0, arrivals=arrivals_at(np.zeros(20))
    )
    assert len(crowd) == 20
    assert (np.diff(crowd.first_frame) >= 0).all()
    # No more than four people keep 0.4 m from each other in 0.6 m x 0.6 m.
    assert np.bincount(crowd.first_frame).max() <= 4
    assert crowd.first_frame[-1] > 10


@simulated
def test_progress_ends_at_one_and_a_quiet_site_is_empty(site: Site, jupedsim: None) -> None:
    shares: list[float] = []
    nobody = arrivals_at(np.empty(0))
    crowd = simulate(
        site,
        np.random.default_rng(1),
        duration_s=1.0,
        arrivals=nobody,
        warm_up_s=1.0,
        on_progress=shares.append,
    )
    assert (len(crowd), crowd.origin) == (0, Origin.SIMULATED)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@simulated
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {
                "exits": (
                    Zone(id="west-out", polygon=((0, 0), (2, 0), (2, 6), (1, 6), (1, 1), (0, 1))),
                    Zone(id="east-out", polygon=((39, 0), (40, 0), (40, 6), (39, 6))),
                )
            },
            "JuPedSim cannot use it: Exit areas need to be bounded by convex polygons",
        ),
        (
            {
                "entries": (
                    Zone(id="west-in", polygon=((1, 0), (2, 0), (2, 0.1), (1, 0.1))),
                    Zone(id="east-in", polygon=((37, 0), (39, 0), (39, 6), (37, 6))),
                )
            },
            "nobody fits into 'west-in'",
        ),
    ],
)
def test_zones_that_cannot_be_used_are_refused(
    site: Site, changes: dict[str, object], problem: str, jupedsim: None
) -> None:
    with pytest.raises(InputError, match=problem):
        simulate(site.model_copy(update=changes), np.random.default_rng(1), duration_s=1.0)


def test_desired_speeds_follow_the_truncated_normal() -> None:
    speed = WalkingSpeed(mean_m_s=1.34, sigma_m_s=0.26, minimum_m_s=1.0, maximum_m_s=1.68)
    draws = _draw_speeds(speed, 4000, np.random.default_rng(1))
    assert draws.min() >= 1.0
    assert draws.max() <= 1.68
    assert draws.mean() == pytest.approx(1.34, abs=0.015)
    constant = speed.model_copy(update={"sigma_m_s": 0.0})
    assert set(_draw_speeds(constant, 3, np.random.default_rng(1))) == {1.34}


def test_without_jupedsim_the_command_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    with pytest.raises(MissingExtraError) as caught:
        simulate(site, np.random.default_rng(1), duration_s=1.0)
    assert 'pip install "clearway[crowd]"' in str(caught.value)
    assert "pip install --no-deps -r requirements-crowd.txt" in str(caught.value)


@simulated
@pytest.mark.shared_data
@pytest.mark.parametrize("seed", range(3))
def test_two_way_flow_is_as_fast_as_in_the_hermes_corridor_it_was_fitted_to(
    site: Site, shared_data: Path, seed: int, jupedsim: None
) -> None:
    recorded = read_recording(shared_data / "hermes" / "bo-360-090-090.txt.gz")
    order = np.argsort(recorded.first_frame, kind="stable")
    northern = recorded.position_m[recorded.row, 1][order] > 0.0
    arrivals = Arrivals(
        person_id=recorded.person_id[order],
        time_s=recorded.first_frame[order] / recorded.rate_hz,
        trips=tuple(("east", "west") if side else ("west", "east") for side in northern),
    )

    def corridor(start_m: float, end_m: float) -> tuple[tuple[float, float], ...]:
        return ((start_m, 0.0), (end_m, 0.0), (end_m, 3.6), (start_m, 3.6))

    def ends_of(depth_m: float) -> tuple[Zone, Zone]:
        west, east = corridor(0.0, depth_m), corridor(22.0 - depth_m, 22.0)
        return Zone(id="west", polygon=west), Zone(id="east", polygon=east)

    # Free speed in the same experiments: Zhang et al., J. Stat. Mech. (2011) P06004.
    free = WalkingSpeed(mean_m_s=1.55, sigma_m_s=0.18, minimum_m_s=0.9, maximum_m_s=2.2)
    laboratory = with_crowd(site, speed=free, flows=(Flow(entry="west", exit="east"),)).model_copy(
        update={
            "floor": site.floor.model_copy(update={"outline": corridor(0.0, 22.0)}),
            "entries": ends_of(3.0),
            "exits": ends_of(0.5),
        }
    )
    crowd = simulate(
        laboratory, np.random.default_rng(seed), duration_s=recorded.duration_s, arrivals=arrivals
    )
    measured = np.median(np.linalg.norm(recorded.steps_m(), axis=1)) * recorded.rate_hz
    steps_m = crowd.steps_m()
    from_m = np.delete(crowd.position_m, crowd.row + crowd.length - 1, axis=0)[:, 0]
    section = (from_m > 4.0) & (from_m < 18.0)
    speed = np.median(np.linalg.norm(steps_m[section], axis=1)) * crowd.rate_hz
    assert speed == pytest.approx(measured, rel=0.1)
