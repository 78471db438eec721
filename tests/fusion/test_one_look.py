"""One look of a sensor without offset is judged by position alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from clearway.domain import Attribution, TrackStates, nanoseconds
from clearway.domain.detection import Covariance
from clearway.fusion import HandOver, Look
from clearway.fusion.passage import SWAY_M
from tests.support.builders import tracks_at

DENSITY = 0.005
"""Of untracked people and phantoms together."""

coordinate = st.floats(-20.0, 20.0)
points = st.tuples(coordinate, coordinate)
sigmas = st.floats(0.05, 2.0)
crowds = st.lists(points, max_size=8).map(lambda found: dict(enumerate(found, start=1)))


def attributed(
    at_m: tuple[float, float],
    tracks: TrackStates,
    *,
    sigma_m: float = 0.1,
    density_per_m2: float = DENSITY,
) -> Attribution:
    halves = density_per_m2 / 2
    hand_over = HandOver(halves, halves, offset_shares=(0.0,))
    look = Look(nanoseconds(0.0), *at_m, Covariance(sigma_m**2, 0.0, sigma_m**2))
    return hand_over.attribute("carrier", look, lambda _time_ns: tracks)


@given(crowds, points, sigmas)
def test_probabilities_sum_to_one(
    people: dict[int, tuple[float, float]], alarm: tuple[float, float], sigma_m: float
) -> None:
    found = attributed(alarm, tracks_at(0.0, people), sigma_m=sigma_m)
    assert sum(found.probabilities) + found.none == pytest.approx(1.0, abs=1e-9)
    assert all(0.0 <= share <= 1.0 for share in (*found.probabilities, found.none))


@given(crowds, points, sigmas)
def test_weights_are_the_densities_of_the_difference(
    people: dict[int, tuple[float, float]], alarm: tuple[float, float], sigma_m: float
) -> None:
    found = attributed(alarm, tracks_at(0.0, people, sigma_m=0.2), sigma_m=sigma_m)
    spread = np.eye(2) * (sigma_m**2 + 0.2**2 + SWAY_M**2)
    density = {i: float(multivariate_normal(at, spread).pdf(alarm)) for i, at in people.items()}
    total = DENSITY + sum(density.values())
    for track_id, share in zip(found.track_ids, found.probabilities, strict=True):
        assert share == pytest.approx(density[track_id] / total, rel=1e-6)
    left_out = people.keys() - set(found.track_ids)
    assert all(density[track_id] / total <= 1e-6 for track_id in left_out)


@given(points, st.floats(0.0, 1.0), st.floats(0.05, 1.0))
def test_the_closer_person_is_more_probable(
    alarm: tuple[float, float], near_m: float, farther_m: float
) -> None:
    x, y = alarm
    people = {1: (x + near_m, y), 2: (x - near_m - farther_m, y)}
    found = attributed(alarm, tracks_at(0.0, people), sigma_m=0.3)
    share = dict(zip(found.track_ids, found.probabilities, strict=True))
    assert share[1] > share.get(2, 0.0)


def test_an_alarm_far_from_everybody_is_nobodys() -> None:
    found = attributed((10.0, 3.0), tracks_at(0.0, {1: (4.0, 3.0), 2: (16.0, 3.0)}))
    assert found.none > 0.999
    assert found.track_ids == ()


def test_an_alarm_with_nobody_tracked_is_nobodys() -> None:
    found = attributed((10.0, 3.0), tracks_at(0.0, {}))
    assert (found.track_ids, found.probabilities, found.none) == ((), (), 1.0)


def test_an_uncertain_track_may_be_farther_off() -> None:
    sure, unsure = (
        attributed((0.0, 0.0), tracks_at(0.0, {1: (1.5, 0.0)}, sigma_m=sigma))
        for sigma in (0.1, 0.5)
    )
    assert sum(sure.probabilities) < 0.01
    assert sum(unsure.probabilities) > 0.3


def test_more_untracked_people_leave_less_for_the_tracks() -> None:
    people = tracks_at(0.0, {1: (0.3, 0.0)})
    shares = [
        sum(attributed((0.0, 0.0), people, density_per_m2=density).probabilities)
        for density in (0.001, 0.01, 1.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1]
