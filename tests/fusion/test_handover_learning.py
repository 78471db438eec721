"""What a sensor's passages teach of its offset, and whether the claims hold."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.domain import TrackStates, nanoseconds
from clearway.domain.detection import Covariance
from clearway.fusion.candidates import candidate_set
from clearway.fusion.handover import HandOver, Look
from clearway.twin.crowd import Crowd, read_recording
from tests.fusion.test_handover import (
    NO_OFFSET,
    Past,
    Person,
    as_tracked,
    judged,
    leader,
    looks_at,
    pack,
    shares,
    walkers,
)

SIGMA_M = 0.3


def passages(
    rng: np.random.Generator,
    hand_over: HandOver,
    *,
    n: int,
    share: float,
    offset_m: Person,
    after: int = 0,
) -> tuple[list[bool], list[float], list[bool]]:
    """Of n people in crowds of 1.6 per square metre: right, claimed, in the candidate set.

    One passage a second, the first after so many others.
    """
    right, claimed, held = [], [], []
    for source in range(after, after + n):
        people = pack(rng, people=40, distance_m=0.3)
        past = walkers(as_tracked(rng, people, 0.1))
        white_m = SIGMA_M * float(np.sqrt(1.0 - share))
        looks = [
            Look(each.time_ns + 10**9 * source, each.x_m, each.y_m, Covariance(0.09, 0.0, 0.09))
            for each in looks_at(people[1], rng, sigma_m=white_m, offset_m=offset_m)
        ]

        def then(time_ns: int, source: int = source, past: Past = past) -> TrackStates:
            return past(time_ns - 10**9 * source)

        found = judged(hand_over, source, looks, then)
        right.append(leader(found) == 1)
        claimed.append(max(found.probabilities, default=0.0))
        held.append(1 in candidate_set(found, 0.95))
    return right, claimed, held


def test_an_offset_is_learned_without_being_told_whose_the_looks_were() -> None:
    offset_m = (0.35, -0.3)
    hand_over = HandOver()
    rng = np.random.default_rng(1)
    early, _, _ = passages(rng, hand_over, n=50, share=0.5, offset_m=offset_m)
    found = hand_over.offset
    assert found is not None
    error_m = np.hypot(found.east_m - offset_m[0], found.north_m - offset_m[1])
    # One passage is known to 0.14 m per axis at best: 0.02 m after 50.
    assert error_m < 0.06
    assert float(np.sqrt(found.covariance_m2.xx)) < 0.04
    assert 0.3 < found.share < 0.8
    learned, _, _ = passages(rng, hand_over, n=50, share=0.5, offset_m=offset_m, after=50)
    unaware, _, _ = passages(
        np.random.default_rng(2),
        HandOver(offset_shares=NO_OFFSET),
        n=50,
        share=0.5,
        offset_m=offset_m,
    )
    assert sum(learned) > 45
    assert sum(learned) > sum(unaware) + 10
    assert sum(learned) >= sum(early)


def test_of_a_sensor_without_offset_none_is_made_up() -> None:
    hand_over = HandOver()
    passages(np.random.default_rng(4), hand_over, n=50, share=0.0, offset_m=(0.0, 0.0))
    found = hand_over.offset
    assert found is not None
    assert np.hypot(found.east_m, found.north_m) < 0.06
    assert found.share < 0.1


def test_a_changed_offset_is_learned_anew() -> None:
    rng = np.random.default_rng(5)
    errors_m = {}
    for memory in (15.0, np.inf):
        hand_over = HandOver(memory_passages=memory)
        passages(rng, hand_over, n=40, share=0.5, offset_m=(0.3, 0.0))
        passages(rng, hand_over, n=40, share=0.5, offset_m=(-0.1, 0.2), after=40)
        found = hand_over.offset
        assert found is not None
        errors_m[memory] = np.hypot(found.east_m + 0.1, found.north_m - 0.2)
    assert errors_m[15.0] < 0.1
    assert errors_m[np.inf] > 0.1


def test_what_is_claimed_is_what_happens() -> None:
    """Several sensors with an offset each, first passages included: the claims hold on average."""
    rng = np.random.default_rng(6)
    right: list[bool] = []
    claimed: list[float] = []
    held: list[bool] = []
    for share in (0.0, 0.25, 0.5, 0.75) * 3:
        east_m, north_m = rng.normal(0.0, SIGMA_M * np.sqrt(share), 2).tolist()
        found = passages(rng, HandOver(), n=25, share=share, offset_m=(east_m, north_m))
        right += found[0]
        claimed += found[1]
        held += found[2]
    n = len(right)
    assert n == 300
    # Three standard errors of the right-person rate, taken as if the passages were independent.
    deviation = float(np.sqrt(np.mean(right) * (1 - np.mean(right)) / n))
    assert abs(np.mean(right) - np.mean(claimed)) < 3 * deviation
    assert np.mean(held) > 0.95 - 3 * float(np.sqrt(0.95 * 0.05 / n))


def crossings(crowd: Crowd, line_m: float) -> list[tuple[float, int]]:
    """Time and person of each first crossing of a line across the corridor."""
    found = []
    for person in range(len(crowd)):
        first = crowd.row[person]
        along_m = crowd.position_m[first : first + crowd.length[person], 1] - line_m
        passed = np.flatnonzero(along_m[:-1] * along_m[1:] < 0.0)
        if len(passed):
            frame = passed[0] + along_m[passed[0]] / (along_m[passed[0]] - along_m[passed[0] + 1])
            found.append(((crowd.first_frame[person] + frame) / crowd.rate_hz, person))
    return sorted(found)


@pytest.mark.shared_data
def test_hand_over_in_a_recorded_two_way_corridor(shared_data: Path) -> None:
    crowd = read_recording(shared_data / "hermes" / "bot-300-085-085.txt.gz")
    rng = np.random.default_rng(8)
    offset_m = np.array([0.15, -0.2])
    hand_over, unaware = HandOver(), HandOver(offset_shares=NO_OFFSET)
    right, held, one_look = [], [], []
    for source, (time_s, person) in enumerate(crossings(crowd, 0.0)):
        errors_m = rng.normal(0.0, 0.1, (len(crowd), 2))

        def past(time_ns: int, errors_m: NDArray[np.float64] = errors_m) -> TrackStates:
            at = crowd.at(time_ns / 1e9)
            states = np.column_stack([at.position_m + errors_m[at.person], at.velocity_m_s])
            covariance = np.diag([0.01, 0.01, 0.04, 0.04])
            return TrackStates(
                time_ns, at.person, states, np.tile(covariance, (len(at.person), 1, 1))
            )

        looks = []
        for step in range(-2, 3):
            at = crowd.at(time_s + 0.1 * step)
            place = at.position_m[at.person == person][0] + offset_m
            east_m, north_m = (place + rng.normal(0.0, SIGMA_M * np.sqrt(0.5), 2)).tolist()
            looks.append(
                Look(nanoseconds(time_s + 0.1 * step), east_m, north_m, Covariance(0.09, 0.0, 0.09))
            )
        alone = unaware.attribute(source, looks[2], past)
        one_look.append(leader(alone) == person)
        found = judged(hand_over, source, looks, past)
        right.append(leader(found) == person)
        held.append(person in candidate_set(found))
        assert sum(shares(found).values()) + found.none == pytest.approx(1.0, abs=1e-9)
    assert len(right) > 180
    after = right[50:]
    assert np.mean(after) > 0.9
    assert np.mean(after) > np.mean(one_look) + 0.15
    assert np.mean(held) > 0.93
    assert hand_over.offset is not None
    learned = np.array([hand_over.offset.east_m, hand_over.offset.north_m])
    assert np.hypot(*(learned - offset_m)) < 0.06
