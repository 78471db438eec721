import numpy as np
import pytest
from scipy import stats

from clearway.domain import HYPOTHESES, nanoseconds
from clearway.fusion import Cue
from clearway.fusion.readings import trace_readings
from clearway.site.schema import Site, Trace
from clearway.twin.carriers import Loads, draw_loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import NOBODY, Observation
from clearway.twin.trace import TraceTwin
from tests.support.builders import crowd_of, straight

START_NS = 1_000_000_000_000
EXPLOSIVE = HYPOTHESES.index("explosive")
NO_LOADS = Loads(np.zeros(9, dtype=np.int64), (frozenset(),) * 9)


def sharp(station: Site) -> Trace:
    """The station's trace sensor, without errors of aim or time, seeing everything."""
    (trace,) = station.trace_sensors
    exact = {"sigma_m": 1e-6, "bias_sigma_m": 0.0, "aim_delay_s": 0.0, "latency_jitter_s": 0.0}
    error_model = trace.error_model.model_copy(update=exact)
    everywhere = ((-1e5, -1e5), (1e5, -1e5), (1e5, 1e5), (-1e5, 1e5))
    return trace.model_copy(update={"error_model": error_model, "coverage": everywhere})


def shot(
    sensor: Trace,
    crowd: Crowd,
    at_m: tuple[float, float],
    *,
    velocity_m_s: tuple[float, float] = (0.0, 0.0),
    cued_s: float = 1.0,
    clock_s: float = 1.0,
) -> Observation:
    cue = Cue(sensor.id, 1, START_NS + nanoseconds(cued_s), *at_m, *velocity_m_s)
    twin = TraceTwin(sensor, crowd, NO_LOADS, np.random.default_rng(1), START_NS)
    return twin.shoot(cue, START_NS + nanoseconds(clock_s))


def standing(*places_m: tuple[float, float]) -> Crowd:
    return crowd_of(*((0, np.tile(place, (60, 1))) for place in places_m))


def test_a_shot_out_of_the_coverage_hits_nobody(station: Site) -> None:
    (corner,) = {min(trace.coverage) for trace in station.trace_sensors}
    outside = (corner[0] - 0.5, corner[1] + 1.0)
    sensor = sharp(station)
    assert shot(sensor, standing(outside), outside).person == 0
    narrow = sensor.model_copy(update={"coverage": station.trace_sensors[0].coverage})
    missed = shot(narrow, standing(outside), outside)
    assert missed.person == NOBODY
    assert missed.detection.evidence is not None
    assert missed.detection.evidence.examined == 0.0


def test_readings_have_the_rates_of_the_site_file(station: Site) -> None:
    sensor, count = sharp(station), 3_000
    rng = np.random.default_rng(5)
    carriers = station.crowd.carriers.model_copy(update={"share": 1.0, "mix": {"explosive": 1.0}})
    loads = draw_loads(count, carriers, (sensor,), rng)
    places = [(2.0 * number, 0.0) for number in range(count)]
    twin = TraceTwin(sensor, standing(*places), loads, rng, START_NS)
    found = []
    for number, place in enumerate(places):
        cue = Cue(sensor.id, number, START_NS, *place, 0.0, 0.0)
        one = twin.shoot(cue, START_NS + nanoseconds(1.0))
        assert one.person == number
        assert one.detection.evidence is not None
        found.append(one.detection.evidence.substance)
    known = dict(sensor.substances)
    outcomes = [None, *sorted(known)]
    pfa = sensor.error_model.pfa
    expected = [reading.likelihood[EXPLOSIVE] for reading in trace_readings(known, pfa)]
    counts = [found.count(name) for name in outcomes]
    assert stats.chisquare(counts, count * np.array(expected)).pvalue > 1e-5


def test_clean_clothes_are_named_with_pfa(station: Site) -> None:
    sensor = sharp(station)
    pfa = 0.2
    error = sensor.error_model.model_copy(update={"pfa": pfa})
    sensor = sensor.model_copy(update={"error_model": error})
    twin = TraceTwin(sensor, standing((0.0, 0.0)), NO_LOADS, np.random.default_rng(2), START_NS)
    cue = Cue(sensor.id, 1, START_NS, 0.0, 0.0, 0.0, 0.0)
    shots = [twin.shoot(cue, START_NS + nanoseconds(1.0)).detection for _ in range(2_000)]
    named = sum(one.evidence is not None and one.evidence.raises_alarm for one in shots)
    assert abs(named - 2_000 * pfa) < 4.5 * np.sqrt(2_000 * pfa * (1 - pfa))
    assert [one.sequence for one in shots] == list(range(1, 2_001))


def test_the_person_nearest_to_the_aim_is_read(station: Site) -> None:
    one = shot(sharp(station), standing((20.0, 3.0), (20.4, 3.0), (25.0, 3.0)), (20.25, 3.0))
    assert one.person == 1
    assert one.detection.evidence is not None
    assert one.detection.evidence.examined == 1.0


def test_a_shot_past_everybody_examines_nobody(station: Site) -> None:
    sensor = sharp(station)
    beyond_m = sensor.error_model.beam_radius_m + 0.01
    one = shot(sensor, standing((20.0, 3.0)), (20.0 + beyond_m, 3.0))
    assert one.person == NOBODY
    assert one.detection.evidence is not None
    assert one.detection.evidence.examined == 0.0
    assert one.detection.evidence.log_likelihood_ratio == (0.0,) * 7
    assert not one.detection.evidence.raises_alarm


def test_a_shot_beyond_the_coverage_examines_nobody(station: Site) -> None:
    sensor = sharp(station).model_copy(update={"coverage": station.trace_sensors[0].coverage})
    inside, outside = (20.0, 3.0), (30.0, 3.0)
    assert shot(sensor, standing(inside, outside), inside).person == 0
    assert shot(sensor, standing(inside, outside), outside).person == NOBODY


def test_a_shot_at_an_empty_floor_examines_nobody(station: Site) -> None:
    assert shot(sharp(station), crowd_of(), (20.0, 3.0)).person == NOBODY


def test_the_aim_leads_a_walking_person(station: Site) -> None:
    sensor = sharp(station)
    error = sensor.error_model.model_copy(update={"aim_delay_s": 0.4, "latency_s": 0.3})
    sensor = sensor.model_copy(update={"error_model": error})
    crowd = crowd_of((0, straight((18.0, 3.0), (1.5, -0.2), 60)))
    # The cue tells of 1.0 s, arrives at 1.2 s, and the shot falls at 1.6 s.
    one = shot(sensor, crowd, (19.5, 2.8), velocity_m_s=(1.5, -0.2), cued_s=1.0, clock_s=1.2)
    assert one.person == 0
    assert one.true_ns == one.detection.time_ns == START_NS + nanoseconds(1.6)
    assert one.detection.received_ns == one.true_ns + nanoseconds(0.3)
    assert (one.detection.x_m, one.detection.y_m) == pytest.approx((20.4, 2.68), abs=1e-4)


def test_an_aim_with_errors_sometimes_misses(station: Site) -> None:
    sensor = sharp(station)
    radius_m = sensor.error_model.beam_radius_m
    error = sensor.error_model.model_copy(update={"sigma_m": radius_m})
    sensor = sensor.model_copy(update={"error_model": error})
    twin = TraceTwin(sensor, standing((0.0, 0.0)), NO_LOADS, np.random.default_rng(3), START_NS)
    cue = Cue(sensor.id, 1, START_NS, 0.0, 0.0, 0.0, 0.0)
    hits = sum(twin.shoot(cue, START_NS).person == 0 for _ in range(2_000))
    # Both errors are of one sigma: the distance is Rayleigh distributed.
    expected = 1.0 - np.exp(-0.5)
    assert abs(hits - 2_000 * expected) < 4.5 * np.sqrt(2_000 * expected * (1 - expected))
