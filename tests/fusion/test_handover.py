"""One look, several looks, and who is among the candidates."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import Attribution, TrackStates, nanoseconds
from clearway.domain.detection import Covariance
from clearway.errors import ArgumentError
from clearway.fusion.handover import HandOver, Look

UNTRACKED, PHANTOM = 0.005, 0.001
STATED = Covariance(0.09, 0.0, 0.09)
NO_OFFSET = (0.0,)
WALK_M_S = (1.2, 0.0)

Past = Callable[[int], TrackStates]
Person = tuple[float, float]

coordinate = st.floats(-6.0, 6.0)
points = st.tuples(coordinate, coordinate)
crowds = st.lists(points, max_size=6).map(lambda found: dict(enumerate(found, start=1)))
variances = st.floats(0.02, 0.5)
covariances = st.tuples(variances, st.floats(-0.9, 0.9), variances).map(
    lambda v: Covariance(v[0], v[1] * float(np.sqrt(v[0] * v[2])), v[2])
)


def walkers(
    people: dict[int, Person],
    *,
    sigma_m: float = 0.1,
    velocity_m_s: Person = WALK_M_S,
    tracked: Callable[[int, float], bool] = lambda _track, _time_s: True,
    height_m: dict[int, float] | None = None,
) -> Past:
    """Tracks of people who stand at ``people`` at time 0 and all walk alike."""

    def past(time_ns: int) -> TrackStates:
        time_s = time_ns / 1e9
        ids = [track_id for track_id in people if tracked(track_id, time_s)]
        states = np.zeros((len(ids), 4))
        for row, track_id in enumerate(ids):
            states[row] = (*people[track_id], *velocity_m_s)
        states[:, :2] += time_s * states[:, 2:]
        covariance = np.diag([sigma_m**2, sigma_m**2, 0.04, 0.04])
        heights = None if height_m is None else np.array([height_m.get(i, np.nan) for i in ids])
        return TrackStates(
            time_ns,
            np.array(ids, dtype=np.int64),
            states,
            np.tile(covariance, (len(ids), 1, 1)),
            heights,
            None if heights is None else np.where(np.isnan(heights), np.nan, 0.02),
        )

    return past


def look(
    time_s: float, at_m: Person, covariance: Covariance = STATED, height_m: float | None = None
) -> Look:
    return Look(
        nanoseconds(time_s), *at_m, covariance, height_m, None if height_m is None else 0.03
    )


def looks_at(
    person: Person,
    rng: np.random.Generator,
    *,
    n: int = 5,
    sigma_m: float = 0.3,
    offset_m: Person = (0.0, 0.0),
) -> list[Look]:
    """Looks 0.1 s apart at a walker of `walkers`, with white noise."""
    noise = rng.normal(0.0, sigma_m, (n, 2)) + offset_m
    times = 0.1 * np.arange(n)
    places = np.array(person) + times[:, np.newaxis] * WALK_M_S + noise
    covariance = Covariance(sigma_m**2, 0.0, sigma_m**2)
    return [
        look(t, (x, y), covariance)
        for t, (x, y) in zip(times.tolist(), places.tolist(), strict=True)
    ]


def shares(attribution: Attribution) -> dict[int, float]:
    return dict(zip(attribution.track_ids, attribution.probabilities, strict=True))


def leader(attribution: Attribution) -> int | None:
    named = shares(attribution)
    return max(named, key=lambda track_id: named[track_id]) if named else None


def judged(hand_over: HandOver, source: int, looks: list[Look], past: Past) -> Attribution:
    """What is known after the last look."""
    *earlier, last = looks
    for each in earlier:
        hand_over.attribute(source, each, past)
    return hand_over.attribute(source, last, past)


def pack(rng: np.random.Generator, people: int, distance_m: float) -> dict[int, Person]:
    """People at random places of a square, none nearer to another than ``distance_m``."""
    found: list[NDArray[np.float64]] = []
    while len(found) < people:
        place = rng.uniform(-2.5, 2.5, 2)
        if all(np.hypot(*(place - other)) > distance_m for other in found):
            found.append(place)
    return {track_id: (float(x), float(y)) for track_id, (x, y) in enumerate(found, start=1)}


def as_tracked(
    rng: np.random.Generator, people: dict[int, Person], sigma_m: float
) -> dict[int, Person]:
    """The same people with a track error each."""
    return {
        track_id: (x + float(rng.normal(0.0, sigma_m)), y + float(rng.normal(0.0, sigma_m)))
        for track_id, (x, y) in people.items()
    }


@given(crowds, st.lists(points, min_size=1, max_size=5), covariances)
def test_the_probabilities_sum_to_one(
    people: dict[int, Person], places: list[Person], covariance: Covariance
) -> None:
    hand_over = HandOver()
    for index, place in enumerate(places):
        found = hand_over.attribute(
            index % 2, look(0.1 * index, place, covariance), walkers(people)
        )
        assert sum(found.probabilities) + found.none == pytest.approx(1.0, abs=1e-9)
        assert all(0.0 <= share <= 1.0 for share in (*found.probabilities, found.none))


@given(st.permutations(range(4)), st.integers(0, 1000))
def test_the_order_of_the_looks_does_not_matter(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = {1: (0.0, 0.0), 2: (0.5, 0.3), 3: (-0.4, 0.5)}
    # Track 3 is known from 0.15 s on only.
    past = walkers(people, tracked=lambda track, time_s: track != 3 or time_s > 0.15)
    looks = looks_at(people[1], rng, n=4)
    in_order, shuffled = HandOver(), HandOver()
    expected = judged(in_order, 1, looks, past)
    found = judged(shuffled, 1, [looks[i] for i in order], past)
    assert shares(found) == pytest.approx(shares(expected), abs=1e-9)
    assert in_order.offset is not None
    assert shuffled.offset is not None
    assert shuffled.offset.east_m == pytest.approx(in_order.offset.east_m, abs=1e-9)
    assert shuffled.offset.share == pytest.approx(in_order.offset.share, abs=1e-9)


def test_looks_judged_together_beat_one_look_and_the_vote() -> None:
    rng = np.random.default_rng(3)
    right = {"one": 0, "vote": 0, "joint": 0}
    n = 200
    for source in range(n):
        people = pack(rng, people=40, distance_m=0.45)
        past = walkers(as_tracked(rng, people, 0.1))
        looks = looks_at(people[1], rng)
        singly = [
            leader(HandOver(offset_shares=NO_OFFSET).attribute(source, seen, past))
            for seen in looks
        ]
        votes = [track_id for track_id in singly if track_id is not None]
        right["one"] += singly[2] == 1
        right["vote"] += max(votes, key=votes.count, default=None) == 1
        hand_over = HandOver(offset_shares=NO_OFFSET)
        right["joint"] += leader(judged(hand_over, source, looks, past)) == 1
    assert right["one"] < right["vote"] - 0.1 * n
    assert right["vote"] < right["joint"] - 0.05 * n
    assert right["joint"] > 0.85 * n


def test_the_track_error_is_common_to_the_looks() -> None:
    # Two people 0.4 m apart, the looks at the middle of their tracks but 5 cm.  However many
    # looks, the tracks' own 10 cm leave a doubt that no look can remove.
    people = {1: (0.0, 0.0), 2: (0.0, 0.4)}
    looks = [look(0.1 * i, (0.12 * i, 0.15)) for i in range(20)]
    found = judged(HandOver(offset_shares=NO_OFFSET), 1, looks, walkers(people))
    # The ratio for error-free looks: residuals 0.15 and 0.25 of sigma 0.1.
    limit = 1.0 / (1.0 + np.exp((0.15**2 - 0.25**2) / (2 * 0.1**2)))
    assert 0.7 < shares(found)[1] < limit


def test_the_offset_is_common_to_the_looks() -> None:
    people = {1: (0.0, 0.0), 2: (0.0, 0.8)}
    looks = [look(0.1 * i, (0.12 * i, 0.3)) for i in range(10)]
    without = judged(HandOver(offset_shares=NO_OFFSET), 1, looks, walkers(people))
    with_offset = judged(HandOver(offset_shares=(0.5,)), 1, looks, walkers(people))
    assert shares(without)[1] > 0.9
    assert shares(with_offset)[1] < 0.8


def test_height_separates_two_people_at_one_place() -> None:
    people = {1: (0.0, 0.0), 2: (0.05, 0.0)}
    past = walkers(people, height_m={1: 1.60, 2: 1.80})
    by_position = HandOver().attribute(1, look(0.0, (0.02, 0.0)), past)
    by_height = HandOver().attribute(1, look(0.0, (0.02, 0.0), height_m=1.79), past)
    assert max(by_position.probabilities) < 0.55
    assert shares(by_height)[2] > 0.99


def test_a_track_of_unknown_height_is_judged_as_anybody() -> None:
    people = {1: (0.0, 0.0), 2: (0.0, 0.0)}
    past = walkers(people, height_m={1: 1.60})
    for height_m, likelier in ((1.60, 1), (1.72, 2)):
        found = HandOver().attribute(1, look(0.0, (0.0, 0.0), height_m=height_m), past)
        assert leader(found) == likelier


def test_a_height_of_unknown_error_says_nothing() -> None:
    past = walkers({1: (0.0, 0.0), 2: (0.2, 0.0)}, height_m={1: 1.60, 2: 1.80})
    bare = look(0.0, (0.1, 0.0))
    with_height = Look(bare.time_ns, bare.x_m, bare.y_m, STATED, height_m=1.60)
    assert HandOver().attribute(1, with_height, past) == HandOver().attribute(1, bare, past)


def test_a_far_off_alarm_is_nobodys() -> None:
    past = walkers({1: (0.0, 0.0), 2: (1.0, 0.0)})
    found = judged(HandOver(), 1, [look(0.1 * i, (9.0 + 0.12 * i, 5.0)) for i in range(3)], past)
    assert found.none > 0.9999
    assert found.track_ids == ()


def test_looks_that_fit_no_walk_are_nobodys() -> None:
    places = [(0.0, 0.0), (4.0, 1.0), (-3.0, 2.0), (1.0, -4.0)]
    past = walkers({1: (0.0, 0.0), 2: (4.0, 1.0), 3: (-3.0, 2.0)})
    hand_over = HandOver()
    first = hand_over.attribute(1, look(0.0, places[0]), past)
    assert shares(first)[1] > 0.9
    looks = [look(0.1 * i, place) for i, place in enumerate(places[1:], start=1)]
    assert judged(hand_over, 1, looks, past).none > 0.999


def test_an_alarm_before_anybody_is_tracked_is_nobodys() -> None:
    found = HandOver().attribute(1, look(0.0, (0.0, 0.0)), walkers({}))
    assert found.track_ids == ()
    assert found.none == pytest.approx(1.0)


@pytest.mark.parametrize("first_s", [0.15, 0.35])
@pytest.mark.parametrize("forwards", [True, False])
def test_a_track_that_only_some_looks_have_is_judged_by_all(first_s: float, forwards: bool) -> None:
    def tracked(track_id: int, time_s: float) -> bool:
        return track_id != 2 or (time_s > first_s if forwards else time_s < 0.4 - first_s)

    # The person seen, 2, is tracked in some looks only; 1 is tracked in all and stands 1 m off.
    past = walkers({1: (0.0, 1.0), 2: (0.0, 0.0)}, tracked=tracked)
    looks = looks_at((0.0, 0.0), np.random.default_rng(11))
    found = judged(HandOver(), 1, looks, past)
    assert leader(found) == 2
    assert shares(found)[2] > 0.8
    # Seen 1 m beside where track 2 came from, the looks are not its person's.
    aside = looks_at((0.0, 1.0), np.random.default_rng(11))
    assert shares(judged(HandOver(), 1, aside, past)).get(2, 0.0) < 0.05


def test_a_track_of_one_look_is_extended_with_growing_doubt() -> None:
    # Track 2 is known in the last of three looks only, 0.1 s or 2 s later; a person 0.6 m from
    # its extension is ruled out in the first case and not in the second.
    chances = []
    for gap_s in (0.1, 2.0):
        last_s = 2 * gap_s

        def tracked(_track_id: int, time_s: float, last_s: float = last_s) -> bool:
            return time_s >= last_s

        past = walkers({2: (0.0, 0.6)}, tracked=tracked)
        places = [(0.0, 0.0), (1.2 * gap_s, 0.0), (1.2 * last_s, 0.6)]
        fine = Covariance(0.01, 0.0, 0.01)
        looks = [look(i * gap_s, place, fine) for i, place in enumerate(places)]
        found = judged(HandOver(offset_shares=NO_OFFSET), 1, looks, past)
        chances.append(shares(found).get(2, 0.0))
    assert chances[0] < 0.2
    assert chances[1] > 0.8


def test_each_look_is_held_against_the_tracks_of_its_own_instant() -> None:
    asked: list[int] = []
    tracks = walkers({1: (0.0, 0.0)})

    def past(time_ns: int) -> TrackStates:
        asked.append(time_ns)
        return tracks(time_ns)

    hand_over = HandOver()
    hand_over.attribute(1, look(0.5, (0.6, 0.0)), past)
    late = hand_over.attribute(1, look(0.2, (0.24, 0.0)), past)
    assert asked[:2] == [500_000_000, 200_000_000]
    assert set(asked) == {500_000_000, 200_000_000}
    assert shares(late)[1] > 0.95


@pytest.mark.parametrize(("gap_s", "likelier"), [(0.5, 1), (1.5, 2)])
def test_what_was_seen_since_an_earlier_look_counts_for_a_second(
    gap_s: float, likelier: int
) -> None:
    # At first the tracks seem exchanged: it is track 2 that stands where the first look was.
    here, there = (0.0, 0.0), (0.6, 0.0)
    at_first = walkers({1: there, 2: here}, velocity_m_s=(0.0, 0.0))
    by_now = walkers({1: here, 2: there}, velocity_m_s=(0.0, 0.0))
    sharp, vague = Covariance(0.01, 0.0, 0.01), Covariance(0.5, 0.0, 0.5)
    hand_over = HandOver(offset_shares=NO_OFFSET)
    hand_over.attribute(1, look(0.0, here, sharp), at_first)
    found = hand_over.attribute(1, look(gap_s, (0.3, 0.0), vague), by_now)
    assert leader(found) == likelier


def test_one_look_from_the_future_does_not_part_the_looks_of_others() -> None:
    people = {1: (0.0, 0.0), 2: (0.5, 0.0)}
    past = walkers(people, velocity_m_s=(0.0, 0.0))
    looks = [look(0.1 * number, (0.05, 0.0)) for number in range(8)]
    calm, disturbed = HandOver(offset_shares=NO_OFFSET), HandOver(offset_shares=NO_OFFSET)
    disturbed.attribute(7, look(1e9, (0.0, 0.0)), past)
    alone = shares(judged(calm, 1, looks, past))
    assert shares(judged(disturbed, 1, looks, past)) == pytest.approx(alone, abs=1e-6)


def test_a_source_is_forgotten_after_a_while() -> None:
    past = walkers({1: (0.0, 0.0), 2: (0.5, 0.0)}, velocity_m_s=(0.0, 0.0))
    again = look(40.0, (0.3, 0.0))
    remembering, forgetting, fresh = (
        HandOver(offset_shares=NO_OFFSET, forget_s=forget_s) for forget_s in (60.0, 30.0, 30.0)
    )
    for hand_over in (remembering, forgetting):
        judged(hand_over, 1, [look(0.1 * i, (0.0, 0.0)) for i in range(5)], past)
    expected = fresh.attribute(1, again, past)
    assert forgetting.attribute(1, again, past) == expected
    assert leader(remembering.attribute(1, again, past)) == 1
    assert leader(expected) == 2


def test_no_more_than_the_latest_sources_are_remembered() -> None:
    past = walkers({1: (0.0, 0.0), 2: (0.5, 0.0)}, velocity_m_s=(0.0, 0.0))
    hand_over = HandOver(offset_shares=NO_OFFSET)
    judged(hand_over, 0, [look(0.1 * i, (0.0, 0.0)) for i in range(5)], past)
    for source in range(1, 65):
        hand_over.attribute(source, look(1.0, (0.0, 0.0)), past)
    forgotten = hand_over.attribute(0, look(1.1, (0.3, 0.0)), past)
    assert forgotten == HandOver(offset_shares=NO_OFFSET).attribute(0, look(1.1, (0.3, 0.0)), past)


def test_two_sources_are_two_people() -> None:
    past = walkers({1: (0.0, 0.0), 2: (2.0, 0.0)})
    hand_over = HandOver()
    for index in range(4):
        walked_m = 0.12 * index
        first = hand_over.attribute(1, look(0.1 * index, (walked_m, 0.0)), past)
        second = hand_over.attribute(2, look(0.1 * index, (2.0 + walked_m, 0.0)), past)
        assert (leader(first), leader(second)) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"untracked_density_per_m2": 0.0}, "untracked_density_per_m2"),
        ({"phantom_density_per_m2": -1.0}, "phantom_density_per_m2"),
        ({"memory_passages": 1.0}, "memory_passages"),
        ({"forget_s": float("nan")}, "forget_s"),
        ({"offset_shares": ()}, "offset_shares"),
        ({"offset_shares": (0.5, 1.0)}, "offset_shares"),
    ],
)
def test_settings_out_of_range_are_refused(arguments: dict[str, float], name: str) -> None:
    with pytest.raises(ArgumentError, match=name):
        HandOver(**arguments)  # type: ignore[arg-type]


def test_a_look_without_a_proper_covariance_is_refused() -> None:
    with pytest.raises(ArgumentError, match="covariance_m2"):
        HandOver().attribute(1, look(0.0, (0.0, 0.0), Covariance(0.0, 0.0, 0.09)), walkers({}))


@pytest.mark.parametrize("height_m", [float("inf"), float("nan")])
def test_a_look_that_has_no_likelihood_is_nobodys_and_teaches_nothing(height_m: float) -> None:
    past = walkers({1: (0.0, 0.0), 2: (1.5, 0.0)})
    taught, other = (HandOver(memory_passages=float("inf")) for _ in range(2))
    for hand_over in (taught, other):
        hand_over.attribute(1, look(0.0, (0.1, 0.0)), past)
    strange = taught.attribute(2, look(0.1, (0.1, 0.0), height_m=height_m), past)
    assert (strange.track_ids, strange.none) == ((), 1.0)
    assert taught.offset == other.offset
    then = look(0.2, (0.3, 0.1))
    assert taught.attribute(3, then, past) == other.attribute(3, then, past)
