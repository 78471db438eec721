from importlib import metadata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.bench.tracking.comparison import TRACKERS
from clearway.bench.tracking.peers import NEAREST_NEIGHBOUR, ByteTrack, Own, follow, fused
from clearway.bench.tracking.scenario import BASE, Frame, Scenario, SensorModel
from clearway.errors import MissingExtraError

LIBRARY = {
    "Stone Soup GNN": "stonesoup",
    "Stone Soup JPDA": "stonesoup",
    "norfair": "norfair",
    "ByteTrack": "trackers",
}
NAMES = [NEAREST_NEIGHBOUR.name, *LIBRARY]


def corridor(n_frames: int, seed: int) -> Scenario:
    """Three people 2 m apart walk north through the overlap of two exact sensors."""
    rng = np.random.default_rng(seed)
    sensors = (
        SensorModel("A", 0.1, 0.9, 0.5, (-1.0, 0.0, 5.0, 6.0)),
        SensorModel("B", 0.2, 0.9, 0.5, (-1.0, 4.0, 5.0, 10.0)),
    )
    frames = []
    for index in range(n_frames):
        position = np.array([(2.0 * who, 2.0 + 0.13 * index) for who in range(3)])
        detections = tuple(
            rng.permutation(inside + rng.normal(0.0, sensor.sigma_m, inside.shape))
            for sensor in sensors
            for inside in [position[sensor.covers(position)]]
        )
        time_ns = 1_000_000_000 + index * 100_000_000
        frames.append(Frame(time_ns, np.arange(3), position, np.full(3, 1.7), detections))
    return Scenario("three", BASE, seed, sensors, tuple(frames))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("default")  # of others' code
def test_three_people_far_apart_keep_their_tracks(name: str) -> None:
    if name in LIBRARY:
        pytest.importorskip(LIBRARY[name], reason="a peer of the comparison")
    scenario = corridor(30, 1)
    followed = follow(TRACKERS[name], scenario)
    assert len(followed.answers) == len(followed.cpu_s) == 30
    assert (followed.cpu_s >= 0).all()
    ids = []
    for frame, answer in zip(scenario.frames[-10:], followed.answers[-10:], strict=True):
        order = np.argsort(answer.position_m[:, 0])
        gap = answer.position_m[order] - frame.position_m
        assert np.abs(gap).max() < 0.7
        ids.append(answer.track_id[order].tolist())
    assert ids == [ids[0]] * 10
    assert len(set(ids[0])) == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("default")
def test_answers_depend_on_the_past_alone(name: str) -> None:
    if name in LIBRARY:
        pytest.importorskip(LIBRARY[name], reason="a peer of the comparison")
    short, long = (follow(TRACKERS[name], corridor(n, 2)).answers for n in (12, 20))
    for early, same in zip(short, long[:12], strict=True):
        early_order, order = (np.argsort(a.position_m[:, 0]) for a in (early, same))
        np.testing.assert_allclose(early.position_m[early_order], same.position_m[order])


def test_nobody_is_reported_outside_every_coverage() -> None:
    scenario = corridor(70, 3)  # the last 8 frames are beyond 10 m
    answers = follow(NEAREST_NEIGHBOUR, scenario).answers
    assert len(answers[40].track_id) == 3
    assert [len(answer.track_id) for answer in answers[-2:]] == [0, 0]


def test_versions_are_the_installed_libraries() -> None:
    for name, library in LIBRARY.items():
        pytest.importorskip(library, reason="a peer of the comparison")
        assert TRACKERS[name].version() == metadata.version(library)


def test_a_missing_peer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(MissingExtraError, match=r'pip install "clearway\[bench\]"'):
        ByteTrack().version()


def test_pairs_are_joined_by_inverse_variance() -> None:
    a = np.array([(0.0, 0.0), (3.0, 0.0)])
    b = np.array([(3.0, 0.5), (9.0, 9.0), (0.0, -0.61)])
    joined = fused([a, b], [0.1, 0.2])
    expected = [(3.0, 0.1), (0.0, 0.0), (9.0, 9.0), (0.0, -0.61)]
    np.testing.assert_allclose(joined, expected, atol=1e-12)


def test_as_many_pairs_as_possible_are_joined() -> None:
    # The nearest pair alone, 0.1 m apart, would leave two people out of three detections each.
    a = np.array([(0.0, 0.0), (0.5, 0.0)])
    b = np.array([(0.4, 0.0), (0.95, 0.0)])
    np.testing.assert_allclose(fused([a, b], [0.1, 0.1]), [(0.2, 0.0), (0.725, 0.0)])


@given(m=st.integers(0, 8), n=st.integers(0, 8), seed=st.integers(0, 2**32 - 1))
def test_nothing_is_lost_or_made_up(m: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((m, 2)) * 2, rng.random((n, 2)) * 2
    joined = fused([a, b], [0.2, 0.2])
    pairs = m + n - len(joined)
    assert 0 <= pairs <= min(m, n)
    # A pair of equal weights is its mean: twice it is the sum of what was joined.
    total = 2 * joined[:pairs].sum(axis=0) + joined[pairs:].sum(axis=0)
    np.testing.assert_allclose(total, a.sum(axis=0) + b.sum(axis=0))


def test_an_own_tracker_is_told_by_name_alone() -> None:
    """Its settings in a stored cell must not name a place in memory."""
    assert repr(Own("x", NEAREST_NEIGHBOUR.make)) == "Own(name='x')"
