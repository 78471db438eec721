import numpy as np
import pytest

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.threat import HARMLESS_OBJECT
from clearway.site.schema import Site
from clearway.twin.carriers import Loads, draw_loads

SIGMAS = 4.5
PEOPLE = 20_000


@pytest.fixture(scope="module")
def loads(station: Site) -> Loads:
    carriers = station.crowd.carriers.model_copy(
        update={
            "share": 0.3,
            "harmless_object_share": 0.2,
            "mix": {"handgun": 2.0, "explosive": 1.0, "long_gun_explosive": 1.0},
        }
    )
    rng = np.random.default_rng(11)
    return draw_loads(PEOPLE, carriers, station.trace_sensors, rng)


def check_share(found: int, of: int, expected: float) -> None:
    assert abs(found - of * expected) < SIGMAS * np.sqrt(of * expected * (1 - expected))


def test_shares_are_those_of_the_site_file(loads: Loads) -> None:
    count = np.bincount(loads.hypothesis, minlength=7)
    expected = {
        "handgun": 0.15,
        "explosive": 0.075,
        "long_gun_explosive": 0.075,
        "harmless_object": 0.7 * 0.2,
        "none": 0.7 * 0.8,
    }
    for name, share in expected.items():
        check_share(int(count[HYPOTHESES.index(name)]), PEOPLE, share)
    unlisted = set(HYPOTHESES) - expected.keys()
    assert all(count[HYPOTHESES.index(name)] == 0 for name in unlisted)


def test_substances_follow_what_is_carried(station: Site, loads: Loads) -> None:
    (trace,) = station.trace_sensors
    handled = loads.carries(ThreatClass.EXPLOSIVE)
    for name, substance in trace.substances.items():
        on_hands = np.array([name in found for found in loads.substances])
        check_share(int(on_hands[handled].sum()), int(handled.sum()), substance.handled_share)
        check_share(int(on_hands[~handled].sum()), int((~handled).sum()), substance.innocent_share)


def test_who_is_a_carrier_and_who_only_looks_like_one(loads: Loads) -> None:
    threat = loads.is_carrier
    assert threat.any()
    by_class = np.any([loads.carries(one) for one in ThreatClass], axis=0)
    np.testing.assert_array_equal(threat, by_class)
    contaminated = np.array([bool(found) for found in loads.substances])
    expected = ~threat & ((loads.hypothesis == HARMLESS_OBJECT) | contaminated)
    np.testing.assert_array_equal(loads.is_harmlessly_alarming, expected)
    assert (expected & (loads.hypothesis == 0)).any()


def test_one_seed_draws_the_same_people(station: Site) -> None:
    first, second, other = (
        draw_loads(300, station.crowd.carriers, station.trace_sensors, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert first.hypothesis.tolist() == second.hypothesis.tolist()
    assert first.substances == second.substances
    assert first.hypothesis.tolist() != other.hypothesis.tolist()


def test_an_empty_crowd_carries_nothing(station: Site) -> None:
    nobody = draw_loads(0, station.crowd.carriers, station.trace_sensors, np.random.default_rng(1))
    assert len(nobody.hypothesis) == 0
    assert nobody.substances == ()
    assert nobody.is_harmlessly_alarming.tolist() == []
