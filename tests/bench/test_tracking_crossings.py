import dataclasses
import math

import numpy as np
import pytest

from clearway.bench.tracking.crossings import (
    CASES,
    Case,
    Outcome,
    alarms,
    calibration_error,
    crossings,
    density_bin,
    followed,
    hand_over,
    nearest_track,
    summarise,
)
from clearway.bench.tracking.scenario import Frame, Scenario, SensorModel, Variant
from clearway.domain import NANOSECONDS, TrackStates

EXACT = Case("exact", 0.01)
ANYWHERE = (-3.0, -8.0, 3.0, 8.0)


def walk(*people: tuple[float, float], frames: int = 80) -> Scenario:
    """People (east, speed north) who pass the line y = 0 at 4 s, seen without a fault."""
    sensor = SensorModel("A", 0.02, 0.99, 0.01, ANYWHERE)
    east, speed = np.array(people).T
    heights = np.array([1.6 + 0.2 * index for index in range(len(people))])
    found = []
    for index in range(frames):
        # Between two frames, so that nobody ever stands on the line.
        north = speed * (index - 39.5) / 10.0
        position = np.column_stack([east, north])
        time_ns = round((1.0 + index / 10.0) * NANOSECONDS)
        found.append(Frame(time_ns, np.arange(len(people)), position, heights, (position,)))
    variant = Variant("sure", (0.02, 0.02), 0.01)
    return Scenario("walk", variant, 1, (sensor,), tuple(found))


def tracks(*positions: tuple[float, float]) -> TrackStates:
    states = np.zeros((len(positions), 4))
    states[:, :2] = np.reshape(positions, (-1, 2))
    return TrackStates(
        0, 10 + np.arange(len(positions)), states, np.tile(np.eye(4), (len(positions), 1, 1))
    )


def outcome(**changed: object) -> Outcome:
    some = Outcome("some", 2.2, True, 0.9, False, True, True, 0.96, 2, 1)
    return dataclasses.replace(some, **changed)  # type: ignore[arg-type]


def test_everybody_crosses_once_with_the_density_about_them() -> None:
    scenario = walk((0.0, 1.0), (0.5, 1.0), (2.0, -1.0))
    found = crossings(scenario.frames, [0.0])
    assert [(one.frame, one.person_id) for one in found] == [(40, 0), (40, 1), (40, 2)]
    assert [one.density_per_m2 for one in found] == pytest.approx(
        [2 / math.pi, 2 / math.pi, 1 / math.pi]
    )


def test_a_crossing_without_time_for_its_alarm_is_left_out() -> None:
    frames = walk((0.0, 1.0)).frames
    assert len(crossings(frames[:56], [0.0])) == 1
    assert crossings(frames[:55], [0.0]) == []
    assert len(crossings(frames[25:], [0.0])) == 1
    assert crossings(frames[26:], [0.0]) == []


@pytest.mark.parametrize("case", [EXACT, Case("heights", 0.01, looks=5, heights=True)])
def test_people_far_apart_are_never_confused(case: Case) -> None:
    scenario = walk((-2.0, 1.0), (0.0, 1.0), (2.0, -1.0))
    rng = np.random.default_rng(1)
    states = followed(scenario, rng if case.heights else None)
    found = hand_over(scenario, states, case, rng, [0.0])
    assert len(found) == 3
    for one in found:
        assert one.right
        assert one.ideal_right
        assert one.nearest_right
        assert one.set_right
        assert (one.set_size, one.ideal_set_size) == (1, 1)
        assert one.claimed == pytest.approx(one.set_mass)
        assert one.claimed > 0.95


def test_a_late_alarm_goes_to_the_follower_by_position_but_not_by_the_hand_over() -> None:
    """The second walks 1 m behind the first, who has gone on by 1 m when the alarm comes."""
    scenario = walk((0.0, 1.0))
    frames = []
    for frame in scenario.frames:
        position = np.concatenate([frame.position_m, frame.position_m - [0.0, 1.0]])
        heights = np.array([1.6, 1.8])
        frames.append(Frame(frame.time_ns, np.arange(2), position, heights, (position,)))
    scenario = dataclasses.replace(scenario, frames=tuple(frames))
    late = dataclasses.replace(EXACT, delay_s=1.0)
    leader, _ = hand_over(scenario, followed(scenario, None), late, np.random.default_rng(1), [0.0])
    assert leader.right
    assert not leader.nearest_right
    in_time, _ = hand_over(
        scenario, followed(scenario, None), EXACT, np.random.default_rng(1), [0.0]
    )
    assert in_time.nearest_right


def test_a_carrier_without_a_track_is_nobody() -> None:
    scenario = walk((0.0, 1.0))
    nobody = [
        TrackStates(
            frame.time_ns, np.empty(0, dtype=np.int64), np.empty((0, 4)), np.empty((0, 4, 4))
        )
        for frame in scenario.frames
    ]
    (one,) = hand_over(scenario, nobody, EXACT, np.random.default_rng(1), [0.0])
    assert not one.right
    assert not one.nearest_right
    assert one.ideal_right
    assert one.set_right
    assert one.set_size == 0
    assert one.set_mass == pytest.approx(1.0)


def test_passages_before_the_offset_is_learned_are_not_scored() -> None:
    scenario = walk((-2.0, 1.0), (0.0, 1.0), (2.0, -1.0))
    case = dataclasses.replace(EXACT, unscored_passages=2)
    found = hand_over(scenario, followed(scenario, None), case, np.random.default_rng(1), [0.0])
    assert len(found) == 1


def test_looks_have_the_stated_error_and_share_the_offset() -> None:
    frames = walk(*[(0.0, 1.0)] * 400).frames
    crossed = crossings(frames, [0.0])
    case = Case("offset", 0.3, looks=5, delay_s=0.0, offset_share=0.5)
    means, spreads = [], []
    for seed in range(100):
        passages = alarms(frames, crossed, case, np.random.default_rng(seed))
        error = np.array([
            [(look.x_m, look.y_m - (look.time_ns / NANOSECONDS - 4.95)) for look in looks]
            for looks in passages
        ])  # fmt: skip
        assert error.shape == (400, 5, 2)
        means.append(error.mean(axis=(0, 1)))
        spreads.append(error.std(axis=(0, 1)))
    # 200 draws of the offset: its standard deviation is known to 5 %, five times that is allowed.
    assert np.std(means) == pytest.approx(0.3 * math.sqrt(0.5), rel=0.25)
    assert np.mean(spreads) == pytest.approx(0.3 * math.sqrt(0.5), rel=0.01)


def test_the_nearest_track() -> None:
    assert nearest_track((0.9, 0.0), tracks((0.0, 0.0), (1.0, 0.5), (1.0, -2.0))) == 11
    assert nearest_track((0.0, 0.0), tracks()) is None


@pytest.mark.parametrize(
    ("people", "index"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 3), (7, 4), (8, 5), (9, 5), (10, 6)]
)
def test_density_bins(people: int, index: int) -> None:
    assert density_bin(people / math.pi) == index


def test_rows_count_by_hand() -> None:
    several = [
        outcome(),
        outcome(right=False, set_size=4, set_mass=1.0),
        outcome(density_per_m2=4.0, ideal_set_size=3),
    ]
    rows = {row.density: row for row in summarise(several)}
    assert list(rows) == [
        "< 0.5", "0.5-1", "1-1.5", "1.5-2", "2-2.5", "2.5-3", "> 3", "all",
    ]  # fmt: skip
    crowded = rows["2-2.5"]
    assert (crowded.right["k"], crowded.right["n"]) == (1, 2)
    assert (crowded.nearest["k"], crowded.ideal["k"], crowded.set_right["k"]) == (0, 2, 2)
    assert crowded.set_mass == pytest.approx(0.98)
    assert (crowded.set_size, crowded.size_ratio) == (3.0, 3.0)
    assert rows["all"].size_ratio == pytest.approx((2 + 4 + 2) / (1 + 1 + 3))
    assert rows["1-1.5"].right["n"] == 0
    assert math.isnan(rows["1-1.5"].set_size)


def test_the_first_choice_is_calibrated_if_it_is_right_as_often_as_claimed() -> None:
    several = [outcome(claimed=0.75, right=right) for right in (True, True, True, False)]
    assert calibration_error(several) == pytest.approx(0.0)
    assert calibration_error(several[:3]) == pytest.approx(0.25)
    assert calibration_error([]) is None


def test_every_case_finds_its_alarms_within_the_recording() -> None:
    """An incomplete passage would be judged on tracks that have stopped."""
    frames = walk((0.0, 1.0), frames=80).frames[25:56]
    crossed = crossings(frames, [0.0])
    for case in CASES.values():
        (looks,) = alarms(frames, crossed, case, np.random.default_rng(1))
        assert len(looks) == case.looks
        assert looks[-1].time_ns + case.delay_s * NANOSECONDS <= frames[-1].time_ns
