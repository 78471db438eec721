import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from clearway.bench.tracking.scenario import BASE, Frame, Scenario
from clearway.bench.tracking.scoring import SURVIVAL_S, TrackedFrame, score

pytest.importorskip("trackeval", reason="the scores are TrackEval's")

FRAMES = 120
Answer = Callable[[int, Frame], tuple[Sequence[int], Sequence[tuple[float, float]]]]


def scenario() -> Scenario:
    """Two people walk north for 12 s, 5 m apart."""
    none = np.empty((0, 2))
    return Scenario(
        "walk",
        BASE,
        1,
        (),
        tuple(
            Frame(
                index * 100_000_000,
                np.array([7, 9]),
                np.array([(0.0, 0.13 * index), (5.0, 0.13 * index)]),
                np.array([1.7, 1.8]),
                (none, none),
            )
            for index in range(FRAMES)
        ),
    )


def answers(answer: Answer) -> list[TrackedFrame]:
    found = [answer(index, frame) for index, frame in enumerate(scenario().frames)]
    return [
        TrackedFrame(
            np.array(ids, dtype=np.int64), np.array(places, dtype=np.float64).reshape(-1, 2)
        )
        for ids, places in found
    ]


def places(frame: Frame, east_m: float = 0.0) -> list[tuple[float, float]]:
    return [(x + east_m, y) for x, y in frame.position_m.tolist()]


def shifted(east_m: float) -> Answer:
    return lambda _, frame: ([1, 2], places(frame, east_m))


def test_a_perfect_tracker() -> None:
    scores = score(scenario(), answers(lambda _, frame: ([40, 30], places(frame))))
    assert (scores.hota, scores.idf1, scores.mota) == pytest.approx((100.0, 100.0, 100.0))
    assert (scores.id_switches, scores.gospa_m) == (0, 0.0)
    assert scores.survival == dict.fromkeys(SURVIVAL_S, 1.0)
    parts = (scores.detection_accuracy, scores.association_accuracy, scores.localisation_accuracy)
    assert parts == pytest.approx((100.0, 100.0, 100.0))


def test_ids_swapped_half_way_are_two_switches() -> None:
    scores = score(
        scenario(),
        answers(lambda index, frame: ([1, 2] if index < FRAMES / 2 else [2, 1], places(frame))),
    )
    assert scores.id_switches == 2
    assert scores.mota == pytest.approx(100 * (1 - 2 / (2 * FRAMES)))
    assert scores.idf1 == pytest.approx(50.0)
    # Of the 70 instants with a 5 s future, those of the 50 before the swap lose both people.
    assert scores.survival[5.0] == pytest.approx(20 / 70)
    assert scores.survival[2.0] == pytest.approx(80 / 100)


def test_half_a_metre_is_the_border_of_a_match() -> None:
    near, far = (score(scenario(), answers(shifted(east_m))) for east_m in (0.49, 0.51))
    assert near.mota == pytest.approx(100.0)
    # Every person is missed and every track false.
    assert far.mota == pytest.approx(-100.0)
    assert (near.survival[5.0], math.isnan(far.survival[5.0])) == (1.0, True)


def test_gospa_of_a_known_picture() -> None:
    """One track 0.3 m off, one person without a track, one track without a person."""
    scores = score(
        scenario(),
        answers(lambda _, frame: ([1, 2], [(0.3, frame.position_m[0, 1]), (50.0, 50.0)])),
    )
    # (0.3^2 + c^2 / 2 for the missed one + c^2 / 2 for the false one) ^ 1/2 with c = 1 m.
    assert scores.gospa_m == pytest.approx(math.sqrt(0.09 + 0.5 + 0.5))
    assert scores.mota == pytest.approx(0.0)


def test_no_track_at_all() -> None:
    scores = score(scenario(), answers(lambda _index, _frame: ([], [])))
    assert (scores.hota, scores.idf1, scores.mota, scores.id_switches) == (0.0, 0.0, 0.0, 0)
    assert scores.gospa_m == pytest.approx(1.0)  # two missed people, c^2 / 2 each


def test_who_has_left_does_not_count_against_survival() -> None:
    whole = scenario()
    cut = Scenario(
        whole.recording,
        whole.variant,
        whole.seed,
        (),
        tuple(
            frame
            if index < 60
            else Frame(
                frame.time_ns,
                frame.person_id[:1],
                frame.position_m[:1],
                frame.height_m[:1],
                frame.detections_m,
            )
            for index, frame in enumerate(whole.frames)
        ),
    )
    found = [TrackedFrame(frame.person_id + 1, frame.position_m) for frame in cut.frames]
    assert score(cut, found).survival == dict.fromkeys(SURVIVAL_S, 1.0)
