import itertools

import numpy as np
import pytest
import shapely
from scipy import stats

from clearway.domain import HYPOTHESES, ThreatClass, nanoseconds
from clearway.site.schema import Curtain, Site
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.curtain import CurtainTwin
from clearway.twin.observation import NOBODY, Observation
from tests.support.builders import crowd_of, straight

START_NS = 1_000_000_000_000
SIGMAS = 4.5
PEOPLE = 3_000
DECLARATIONS = list(itertools.product(range(3), range(2)))
_FIREARM = {ThreatClass.HANDGUN: 1, ThreatClass.LONG_GUN: 2}


def curtain(station: Site, **error: float) -> Curtain:
    first = station.curtains[0]
    return first.model_copy(update={"error_model": first.error_model.model_copy(update=error)})


def carrying(hypothesis: int, count: int) -> Loads:
    return Loads(np.full(count, hypothesis), (frozenset(),) * count)


def twin_of(
    station: Site, sensor: Curtain, crowd: Crowd, loads: Loads, seed: int = 1
) -> CurtainTwin:
    line = station.line(sensor.trigger_line)
    return CurtainTwin(sensor, line, crowd, loads, np.random.default_rng(seed), START_NS)


@pytest.fixture(scope="module")
def queue() -> Crowd:
    """Many people who cross the line one after the other."""
    return crowd_of(*((step, straight((15.5, 3.0), (1.0, 0.0), 11)) for step in range(PEOPLE)))


def examined(station: Site, sensor: Curtain, queue: Crowd, hypothesis: int) -> list[Observation]:
    twin = twin_of(station, sensor, queue, carrying(hypothesis, PEOPLE))
    return twin.sense(nanoseconds(queue.duration_s + 1.0))


def declaration(one: Observation) -> tuple[int, int]:
    evidence = one.detection.evidence
    assert evidence is not None
    firearm = sum(_FIREARM.get(threat, 0) for threat in evidence.declared)
    return firearm, int(ThreatClass.EXPLOSIVE in evidence.declared)


@pytest.mark.parametrize("hypothesis", range(7), ids=HYPOTHESES)
def test_declarations_have_the_rates_of_the_site_file(
    station: Site, queue: Crowd, hypothesis: int
) -> None:
    sensor = curtain(
        station, examined_probability=1.0, ghost_alarms_per_hour=0.0, firearm_confusion=0.1
    )
    rates = sensor.recognition
    name = HYPOTHESES[hypothesis]

    def rate(threat: ThreatClass) -> float:
        if threat in name:
            return rates[threat].pd
        return rates[threat].nuisance if name == "harmless_object" else rates[threat].pfa

    handgun, long_gun = rate(ThreatClass.HANDGUN), rate(ThreatClass.LONG_GUN)
    if "handgun" in name:
        handgun, long_gun = 0.9 * handgun, 0.1 * handgun
    elif "long_gun" in name:
        handgun, long_gun = 0.1 * long_gun, 0.9 * long_gun
    firearm = [1.0 - handgun - long_gun, handgun, long_gun]
    explosive = rate(ThreatClass.EXPLOSIVE)
    expected = np.array(
        [firearm[i] * (explosive if j else 1.0 - explosive) for i, j in DECLARATIONS]
    )

    found = [declaration(one) for one in examined(station, sensor, queue, hypothesis)]
    counts = np.array([found.count(pair) for pair in DECLARATIONS])
    assert counts.sum() == PEOPLE
    # A chi-square test needs cells that occur: the rarest go with the next rarest.
    order = np.argsort(expected)
    rare = int((np.cumsum(expected[order]) * PEOPLE < 5.0).sum()) + 1
    observed, wanted = (
        [values[order[:rare]].sum(), *values[order[rare:]]]
        for values in (counts, PEOPLE * expected)
    )
    assert stats.chisquare(observed, wanted).pvalue > 1e-5


def test_a_poor_image_says_nothing(station: Site, queue: Crowd) -> None:
    sensor = curtain(station, examined_probability=0.8, ghost_alarms_per_hour=0.0)
    found = [one.detection.evidence for one in examined(station, sensor, queue, 2)]
    poor = [known for known in found if known is not None and known.examined == 0.0]
    assert abs(len(poor) - 0.2 * PEOPLE) < SIGMAS * np.sqrt(PEOPLE * 0.2 * 0.8)
    assert all(known.log_likelihood_ratio == (0.0,) * 7 and not known.declared for known in poor)


def test_reports_lie_where_and_when_people_cross(station: Site, queue: Crowd) -> None:
    sensor = curtain(
        station, bias_sigma_m=0.0, ghost_alarms_per_hour=0.0, latency_s=0.5, latency_jitter_s=0.0
    )
    found = examined(station, sensor, queue, 0)
    assert [one.person for one in found] == list(range(PEOPLE))
    for number, one in enumerate(found):
        assert one.true_ns == START_NS + nanoseconds(0.5 + number / 10)
        assert one.detection.received_ns == one.true_ns + nanoseconds(0.5)
    offset = np.array([(one.detection.x_m - 16.0, one.detection.y_m - 3.0) for one in found])
    sigma_m = sensor.error_model.sigma_m
    assert (np.abs(offset.mean(axis=0)) < SIGMAS * sigma_m / np.sqrt(PEOPLE)).all()
    assert abs(offset.std() - sigma_m) < SIGMAS * sigma_m / np.sqrt(4 * PEOPLE)


def test_ghosts_have_their_rate_and_belong_to_nobody(station: Site) -> None:
    sensor = curtain(station, ghost_alarms_per_hour=3600.0)
    twin = twin_of(station, sensor, crowd_of(), carrying(0, 0))
    found = twin.sense(nanoseconds(2_000.0))
    assert abs(len(found) - 2_000) < SIGMAS * np.sqrt(2_000)
    coverage = shapely.Polygon(sensor.coverage)
    assert all(one.person == NOBODY for one in found)
    assert all(shapely.contains_xy(coverage, one.detection.x_m, one.detection.y_m) for one in found)
    assert all(one.detection.evidence and one.detection.evidence.raises_alarm for one in found)


def test_no_ghosts_where_there_are_none(station: Site) -> None:
    sensor = curtain(station, ghost_alarms_per_hour=0.0)
    twin = twin_of(station, sensor, crowd_of(), carrying(0, 0))
    assert twin.sense(nanoseconds(1e5)) == []


def test_one_look_has_no_number_for_the_person(station: Site, queue: Crowd) -> None:
    found = examined(station, station.curtains[0], queue, 0)
    assert {one.detection.source for one in found} == {None}
    assert not any(one.detection.evidence and one.detection.evidence.position_only for one in found)


def test_several_looks_are_one_reading(station: Site, queue: Crowd) -> None:
    looks = {"looks": 4, "look_interval_s": 0.1, "ghost_alarms_per_hour": 0.0}
    sensor = curtain(station, examined_probability=0.8, bias_sigma_m=0.0, **looks)
    found = examined(station, sensor, queue, 2)
    assert [one.detection.sequence for one in found] == list(range(1, 4 * PEOPLE + 1))
    passages = [found[4 * person : 4 * person + 4] for person in range(PEOPLE)]
    kinds = []
    for person, passage in enumerate(passages):
        assert {one.person for one in passage} == {person}
        assert {one.detection.source for one in passage} == {person + 1}
        crossed_ns = START_NS + nanoseconds(0.5 + person / 10)
        assert [one.true_ns - crossed_ns for one in passage] == pytest.approx(
            [0, 10**8, 2 * 10**8, 3 * 10**8], abs=2
        )
        *earlier, last = [one.detection.evidence for one in passage]
        assert all(known is not None and known.position_only for known in earlier)
        assert last is not None
        assert not last.position_only
        kinds.append((last.examined, bool(last.declared)))
    poor = kinds.count((0.0, False))
    assert abs(poor - 0.2 * PEOPLE) < SIGMAS * np.sqrt(PEOPLE * 0.2 * 0.8)
    alarms = kinds.count((1.0, True))
    assert alarms > 0.8 * (PEOPLE - poor)


def test_looks_err_independently_but_for_the_fixed_offset(station: Site, queue: Crowd) -> None:
    looks = {"looks": 4, "look_interval_s": 0.1, "ghost_alarms_per_hour": 0.0}
    sensor = curtain(station, sigma_m=0.1, bias_sigma_m=0.5, **looks)
    found = examined(station, sensor, queue, 0)
    where = np.array([(one.detection.x_m, one.detection.y_m) for one in found])
    truth = np.column_stack([np.tile([16.0, 16.1, 16.2, 16.3], PEOPLE), np.full(4 * PEOPLE, 3.0)])
    error = (where - truth).reshape(PEOPLE, 4, 2)
    offset = error.mean(axis=(0, 1))
    assert np.abs(offset).max() > 0.1
    white = error - offset
    assert white.std() == pytest.approx(0.1, rel=0.02)
    for axis in range(2):
        correlation = np.corrcoef(white[:, :, axis], rowvar=False)
        assert np.abs(correlation - np.eye(4)).max() < SIGMAS / np.sqrt(PEOPLE)
    # What the sensor states holds the offset too, which all of its looks share.
    (variance,) = {one.detection.covariance_m2.xx for one in found}
    assert variance == pytest.approx(0.26)


def test_looks_arrive_by_themselves(station: Site, queue: Crowd) -> None:
    looks = {"looks": 2, "look_interval_s": 0.1, "ghost_alarms_per_hour": 0.0}
    sensor = curtain(station, latency_s=0.4, latency_jitter_s=0.2, **looks)
    found = examined(station, sensor, queue, 0)
    delay_s = np.array([(one.detection.received_ns - one.true_ns) / 1e9 for one in found])
    assert delay_s.min() >= 0.4
    assert delay_s.mean() == pytest.approx(0.6, abs=SIGMAS * 0.2 / np.sqrt(len(delay_s)))
    overtaken = sum(
        first.detection.received_ns > second.detection.received_ns
        for first, second in zip(found[::2], found[1::2], strict=True)
    )
    # Two exponential delays differ by more than the interval either way in 1/2 exp(-0.1 / 0.2).
    share = 0.5 * np.exp(-0.5)
    assert abs(overtaken - share * PEOPLE) < SIGMAS * np.sqrt(PEOPLE * share * (1 - share))


def test_looks_end_where_the_coverage_or_the_walk_ends(station: Site) -> None:
    sensor = curtain(station, looks=9, look_interval_s=0.1, ghost_alarms_per_hour=0.0)
    crowd = crowd_of(
        (0, straight((15.05, 3.0), (2.0, 0.0), 21)), (40, straight((15.95, 3.0), (1.0, 0.0), 4))
    )
    found = twin_of(station, sensor, crowd, carrying(0, 2)).sense(nanoseconds(10.0))
    # The coverage ends half a metre behind the line, the second walk a quarter.
    assert [one.person for one in found] == [0, 0, 0, 1, 1, 1]
    last = [found[2].detection.evidence, found[5].detection.evidence]
    assert all(known is not None and not known.position_only for known in last)


def test_a_ghost_among_looks_has_a_number_of_its_own(station: Site) -> None:
    sensor = curtain(station, looks=3, ghost_alarms_per_hour=3600.0)
    found = twin_of(station, sensor, crowd_of(), carrying(0, 0)).sense(nanoseconds(100.0))
    assert [one.detection.source for one in found] == list(range(1, len(found) + 1))
    assert all(one.detection.evidence and one.detection.evidence.raises_alarm for one in found)
