import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clearway.domain import HYPOTHESES, ThreatClass, nanoseconds
from clearway.site.schema import Curtain, RecognitionRates, Site
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.curtain import CurtainTwin, RecognitionModel
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


probability = st.floats(0.001, 0.45)
curtain_rates = st.builds(
    RecognitionRates, pd=st.floats(0.01, 0.99), pfa=probability, nuisance=probability
)


@given(st.fixed_dictionaries(dict.fromkeys(ThreatClass, curtain_rates)), st.floats(0.0, 0.5))
def test_evidence_is_a_likelihood_ratio(
    station: Site, recognition: dict[ThreatClass, RecognitionRates], confusion: float
) -> None:
    sensor = curtain(station, firearm_confusion=confusion)
    model = RecognitionModel.of(sensor.model_copy(update={"recognition": recognition}))
    np.testing.assert_allclose(model.firearm.sum(axis=1), 1.0)
    np.testing.assert_allclose(model.explosive.sum(axis=1), 1.0)
    total, mean = 0.0, np.zeros(7)
    for firearm, explosive in DECLARATIONS:
        share = model.firearm[0, firearm] * model.explosive[0, explosive]
        ratio = np.exp(model.evidence(firearm, explosive).log_likelihood_ratio)
        np.testing.assert_allclose(
            share * ratio, model.firearm[:, firearm] * model.explosive[:, explosive]
        )
        total += share
        mean += share * ratio
    assert total == pytest.approx(1.0)
    # The ratio's mean where nothing is carried is 1 for every hypothesis, whatever the rates.
    np.testing.assert_allclose(mean, 1.0)


def test_what_is_never_confused_is_ruled_out(station: Site) -> None:
    model = RecognitionModel.of(curtain(station, firearm_confusion=0.0))
    known = model.evidence(1, 0)
    assert known.declared == (ThreatClass.HANDGUN,)
    assert known.log_likelihood_ratio[HYPOTHESES.index("long_gun")] == -np.inf
    assert known.log_likelihood_ratio[HYPOTHESES.index("handgun")] > 0.0


def test_a_harmless_object_explains_an_alarm_better_than_nothing(station: Site) -> None:
    model = RecognitionModel.of(station.curtains[0])
    for firearm, explosive in DECLARATIONS[1:]:
        ratio = model.evidence(firearm, explosive).log_likelihood_ratio
        assert ratio[HYPOTHESES.index("harmless_object")] > 0.0
    clear = model.evidence(0, 0).log_likelihood_ratio
    assert clear[0] == 0.0
    assert max(clear[1:6]) < 0.0
