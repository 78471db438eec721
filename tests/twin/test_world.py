from collections import defaultdict

import pytest

from clearway.domain import nanoseconds
from clearway.fusion import Cue
from clearway.site.schema import Site
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import Observation
from clearway.twin.random_streams import random_stream
from clearway.twin.world import START_NS, World
from tests.support.builders import crowd_of, straight

DURATION_S = 12.0


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return crowd_of(
        *((4 * step, straight((12.0, 0.5 + 0.6 * step), (1.3, 0.0), 100)) for step in range(8))
    )


def by_sensor(world: World, threads: int = 1) -> dict[str, list[Observation]]:
    found = defaultdict(list)
    for _, observations in world.observations(DURATION_S, 2.0, threads):
        for one in observations:
            found[one.detection.sensor_id].append(one)
    return dict(found)


@pytest.fixture(scope="module")
def alone(station: Site, crowd: Crowd) -> dict[str, list[Observation]]:
    return by_sensor(World(station, crowd, seed=1))


def test_the_world_has_something_to_see(alone: dict[str, list[Observation]]) -> None:
    assert {"camera-1", "camera-2", "curtain-west", "curtain-east"} <= alone.keys()


@pytest.mark.parametrize("threads", [2, 5])
def test_the_number_of_threads_changes_nothing(
    station: Site, crowd: Crowd, alone: dict[str, list[Observation]], threads: int
) -> None:
    assert by_sensor(World(station, crowd, seed=1), threads) == alone


@pytest.mark.parametrize("removed", ["camera-2", "curtain-west", "trace-1"])
def test_one_sensor_less_changes_nothing_for_the_others(
    station: Site, crowd: Crowd, alone: dict[str, list[Observation]], removed: str
) -> None:
    fewer = tuple(sensor for sensor in station.sensors if sensor.id != removed)
    found = by_sensor(World(station.model_copy(update={"sensors": fewer}), crowd, seed=1))
    assert found == {name: seen for name, seen in alone.items() if name != removed}


def test_a_shot_changes_nothing_for_the_other_sensors(
    station: Site, crowd: Crowd, alone: dict[str, list[Observation]]
) -> None:
    world = World(station, crowd, seed=1)
    cue = Cue("trace-1", 1, START_NS, 20.0, 3.0, 0.0, 0.0)
    answer = world.respond(cue, START_NS + nanoseconds(2.0))
    assert answer.detection.sensor_id == "trace-1"
    assert by_sensor(world) == alone


def test_another_seed_is_another_world(
    station: Site, crowd: Crowd, alone: dict[str, list[Observation]]
) -> None:
    other = by_sensor(World(station, crowd, seed=2))
    assert all(other[name] != seen for name, seen in alone.items())


def test_chunks_are_complete_and_in_order(station: Site, crowd: Crowd) -> None:
    before_ns = START_NS
    chunks = list(World(station, crowd, seed=1).observations(5.0, 2.0, 1))
    assert [end_ns - START_NS for end_ns, _ in chunks] == [
        nanoseconds(end_s) for end_s in (2.0, 4.0, 5.0)
    ]
    for end_ns, observations in chunks:
        assert all(before_ns <= one.true_ns < end_ns for one in observations)
        before_ns = end_ns


def test_an_empty_world_sends_nothing(station: Site) -> None:
    world = World(station, crowd_of(), seed=1)
    assert list(world.observations(world.crowd.duration_s, 2.0, 1)) == []


def test_streams_differ_by_seed_and_purpose() -> None:
    draws = [
        random_stream(seed, purpose).integers(2**62)
        for seed, purpose in ((1, "a"), (2, "a"), (1, "b"), (1, "a"))
    ]
    assert len(set(draws)) == 3
    assert draws[0] == draws[3]
