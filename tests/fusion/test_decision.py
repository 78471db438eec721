"""The operating point is what the engine's own parts do, added up over all readings."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import HYPOTHESES, Attribution, ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT
from clearway.fusion import AlertKeeper, BeliefKeeper
from clearway.fusion.belief import prior_probabilities
from clearway.fusion.decision import (
    neighbouring_points,
    operating_point,
    operating_point_of_curtain,
    reading_effects,
)
from clearway.fusion.readings import RecognitionModel
from clearway.site.schema import Costs, Curtain, Site
from tests.support.builders import NOT_EXAMINED, detection

cost = st.floats(0.01, 100.0)
threshold = st.floats(0.001, 0.999)


def changed(station: Site, costs: Costs | None = None, **error: float) -> Site:
    """The station with other costs, and with other errors of its curtains."""
    sensors = tuple(
        sensor.model_copy(update={"error_model": sensor.error_model.model_copy(update=error)})
        if isinstance(sensor, Curtain)
        else sensor
        for sensor in station.sensors
    )
    decision = station.decision.model_copy(update={} if costs is None else {"costs": costs})
    return station.model_copy(update={"sensors": sensors, "decision": decision})


def test_the_stations_costs_give_its_threshold(station: Site) -> None:
    assert station.decision.alert_threshold == pytest.approx(0.15, rel=1e-12)


@given(cost, cost, st.floats(0.0, 10.0), st.floats(0.0, 2.0), threshold)
def test_the_alert_is_due_where_a_stop_is_expected_to_cost_less(
    missed: float, needless: float, minutes: float, minute: float, probability: float
) -> None:
    costs = Costs(
        missed_carrier=missed,
        needless_stop=needless,
        guard_minutes_per_stop=minutes,
        guard_minute=minute,
    )
    stop = (1.0 - probability) * needless + minutes * minute
    passing = probability * missed
    assume(abs(stop - passing) > 1e-9 * (stop + passing))
    assert (stop < passing) == (probability > costs.alert_probability)


@given(cost, cost, st.floats(0.0, 0.009), threshold)
def test_no_other_threshold_costs_less(
    station: Site, missed: float, needless: float, minute: float, other: float
) -> None:
    costs = Costs(
        missed_carrier=missed,
        needless_stop=needless,
        guard_minutes_per_stop=1.0,
        guard_minute=minute,
    )
    # Ghosts are no people, so that the rule, which weighs people, knows nothing of them.
    site = changed(station, costs, ghost_alarms_per_hour=0.0)
    best = operating_point_of_curtain(site, site.curtains[0]).cost_per_1000
    worse = operating_point_of_curtain(site, site.curtains[0], other).cost_per_1000
    assert best is not None
    assert worse is not None
    assert best <= worse * (1.0 + 1e-12)


def by_engine(site: Site, curtains: tuple[Curtain, ...]) -> NDArray[np.float64]:
    """P(alert | hypothesis), by putting every course of readings through beliefs and alerts."""
    chance = np.zeros(len(HYPOTHESES))
    outcomes = [
        [
            *(
                (c.error_model.examined_probability * reading.likelihood, reading.evidence)
                for reading in RecognitionModel.of(c).readings()
            ),
            (np.full(7, 1.0 - c.error_model.examined_probability), NOT_EXAMINED),
        ]
        for c in curtains
    ]
    for course in itertools.product(*outcomes):
        beliefs = BeliefKeeper(site.prior)
        alerts = AlertKeeper(site.decision, beliefs)
        opened = False
        for number, (_, said) in enumerate(course):
            judgement = beliefs.update(said, Attribution((4,), (1.0,), 0.0))
            report = detection(0.0, (0.0, 0.0), sequence=number, evidence=said)
            opened |= bool(alerts.consider(report, judgement, 0))
        if opened:
            chance += np.prod([likelihood for likelihood, _ in course], axis=0)
    return chance


@pytest.mark.parametrize("confusion", [0.1, 0.3])
def test_it_is_what_beliefs_and_alerts_do(station: Site, confusion: float) -> None:
    site = changed(station, ghost_alarms_per_hour=0.0, firearm_confusion=confusion)
    prior = prior_probabilities(site.prior)
    points = [
        (site.curtains[:1], operating_point_of_curtain(site, site.curtains[0])),
        (site.curtains, operating_point(site)),
    ]
    for curtains, point in points:
        chance = by_engine(site, curtains)
        for threat, share in point.pd.items():
            members = list(CLASS_MEMBERS[threat])
            expected = prior[members] @ chance[members] / prior[members].sum()
            assert share == pytest.approx(expected)
        told = 1000.0 * prior * chance
        assert point.pd_any == pytest.approx(told[1:6].sum() / (1000.0 * prior[1:6].sum()))
        assert point.nuisance_per_1000 == pytest.approx(told[HARMLESS_OBJECT])
        assert point.false_per_1000 == pytest.approx(told[0])
        assert point.people_per_hour == pytest.approx(3600.0)
        assert point.alerts_per_hour == pytest.approx(3.6 * told.sum())
        assert point.guard_minutes_per_hour == pytest.approx(2.0 * 3.6 * told.sum())


@given(threshold, st.floats(0.0, 1.0))
def test_nothing_changes_between_two_readings(station: Site, chosen: float, within: float) -> None:
    point = operating_point(station, chosen)
    assert point.same_from < point.threshold <= point.same_to
    other = point.same_to - within * (point.same_to - point.same_from)
    assume(point.same_from < other)
    same = operating_point(station, other)
    assert replace(same, threshold=chosen) == point


def test_something_changes_beyond_them(station: Site) -> None:
    point = operating_point(station)
    above = operating_point(station, float(np.nextafter(point.same_to, 1.0)))
    below = operating_point(station, point.same_from)
    assert below.alerts_per_hour > point.alerts_per_hour > above.alerts_per_hour


def test_a_ghost_is_a_false_alert(station: Site) -> None:
    quiet = operating_point(changed(station, ghost_alarms_per_hour=0.0))
    haunted = operating_point(changed(station, ghost_alarms_per_hour=36.0))
    # Each of the three ghosts opens an alert, at two curtains; 3600 people pass in an hour.
    assert haunted.false_per_1000 - quiet.false_per_1000 == pytest.approx(2 * 36.0 / 3.6)
    assert haunted.alerts_per_hour - quiet.alerts_per_hour == pytest.approx(2 * 36.0)
    assert haunted.pd == quiet.pd
    assert haunted.nuisance_per_1000 == quiet.nuisance_per_1000


def test_neighbouring_thresholds_rise_around_the_sites_own(station: Site) -> None:
    points = neighbouring_points(station)
    thresholds = [point.threshold for point in points]
    assert thresholds == sorted(thresholds)
    assert points[2] == operating_point(station)
    odds = [threshold / (1.0 - threshold) for threshold in thresholds]
    assert [after / before for before, after in itertools.pairwise(odds)] == pytest.approx([4] * 4)
    for figure in ("pd_any", "nuisance_per_1000", "false_per_1000", "guard_minutes_per_hour"):
        falling = [getattr(point, figure) for point in points]
        assert falling == sorted(falling, reverse=True)
        assert falling[0] > falling[-1]


def test_without_costs_nothing_is_known_of_the_guards(station: Site) -> None:
    decision = station.decision.model_copy(update={"costs": None, "alert_probability": 0.15})
    point = operating_point(station.model_copy(update={"decision": decision}))
    assert point.guard_minutes_per_hour is None
    assert point.cost_per_1000 is None
    assert point.pd == operating_point(station).pd


def test_where_no_way_passes_a_curtain_nobody_is_found(station: Site) -> None:
    blind = station.model_copy(
        update={"sensors": tuple(s for s in station.sensors if not isinstance(s, Curtain))}
    )
    point = operating_point(blind)
    assert (point.people_per_hour, point.alerts_per_hour, point.pd_any) == (0.0, 0.0, 0.0)


def test_a_flow_past_one_curtain_is_found_as_by_one(station: Site) -> None:
    # Half the people turn back before the second curtain.
    west, east = station.crowd.flows
    turned = west.model_copy(update={"exit": "west-out"})
    entry = east.model_copy(update={"entry": "middle", "exit": "west-out"})
    middle = station.entries[0].model_copy(
        update={"id": "middle", "polygon": ((19.0, 2.0), (21.0, 2.0), (21.0, 4.0), (19.0, 4.0))}
    )
    crowd = station.crowd.model_copy(update={"flows": (turned, entry)})
    site = changed(station, ghost_alarms_per_hour=0.0).model_copy(
        update={"crowd": crowd, "entries": (*station.entries, middle)}
    )
    point = operating_point(site)
    alone = operating_point_of_curtain(site, site.curtains[0])
    assert point.people_per_hour == pytest.approx(1800.0)
    assert point == alone
    assert operating_point_of_curtain(site, site.curtains[1]).people_per_hour == 0.0


def test_each_sensors_readings_are_all_there_are(station: Site) -> None:
    effects = reading_effects(station)
    prior = prior_probabilities(station.prior)
    for sensor in (*station.curtains, *station.trace_sensors):
        own = [effect for effect in effects if effect.sensor_id == sensor.id]
        assert sum(effect.frequency for effect in own) == pytest.approx(1.0)
        (before,) = {effect.threat_before for effect in own}
        # On average no reading changes what is known.
        mean = sum(effect.frequency * effect.threat for effect in own)
        assert mean == pytest.approx(before)
        assert [effect.threat for effect in own] == sorted(
            (effect.threat for effect in own), reverse=True
        )
        assert all(effect.opens_alert == (effect.threat >= 0.15) for effect in own)
    curtain = next(effect for effect in effects if effect.declared == (ThreatClass.HANDGUN,))
    assert curtain.threat_before == pytest.approx(prior[1:6].sum())
    assert curtain.threat == pytest.approx(0.6, abs=0.005)
    traced = next(effect for effect in effects if effect.substance == "tnt")
    assert traced.threat_before > station.decision.cue_probability
