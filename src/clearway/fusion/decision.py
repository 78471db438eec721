"""What an alert threshold leads to with the sensors of a site: its operating point.

A threat sensor has few possible readings, so that the chance of an alert is a sum over them, not
an estimate.  With b the site's prior, P(z | h) the probability of the reading z given hypothesis
h and T the threats, one reading opens an alert where::

    p(z) = sum_{h in T} b(h) P(z | h) / sum_h b(h) P(z | h)  >=  threshold

    Pd(class)  = P(alert | class),      per 1000 people: 1000 b(h) P(alert | h)

The readings of several curtains are independent given h, and the first whose posterior reaches
the threshold opens the alert, as in `clearway.fusion.alerts`.  The threshold itself comes from
the costs of the site file by Bayes' decision rule (`clearway.site.schema.Costs`): where an alert
hangs on one reading, no other threshold has a lower expected cost.

These are figures of the sensors and of the threshold alone: everybody is followed without error,
and people carry what the prior says.  A trace sensor looks only at people under suspicion, most
of whom have an alert already, and is left out of the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT, HYPOTHESES
from clearway.fusion.belief import prior_probabilities
from clearway.fusion.readings import PossibleReading, RecognitionModel, trace_readings
from clearway.site.check import check_site
from clearway.site.schema import Costs, Curtain, Site, Trace

_THREATS = slice(1, HARMLESS_OBJECT)
_NEGLIGIBLE = 1e-12
"""Courses of readings rarer than this per person are not followed further."""
_Way: TypeAlias = tuple[float, tuple[Curtain, ...]]
"""Share of the people who take it, and the curtains that they pass."""
_ODDS_FACTORS = (1 / 16, 1 / 4, 1.0, 4.0, 16.0)


@dataclass(frozen=True, slots=True)
class ReadingEffect:
    """What one possible reading of a sensor does to a person of whom nothing else is known."""

    sensor_id: str
    declared: tuple[ThreatClass, ...]
    """Empty where nothing is found."""
    substance: str | None
    frequency: float
    """Share of the people examined who give this reading."""
    threat_before: float
    """Probability of a threat before it: the prior, or for a trace sensor that of a person who
    is just suspected enough to be cued."""
    threat: float
    """Probability of a threat after it."""
    opens_alert: bool


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold leads to."""

    threshold: float
    pd: dict[ThreatClass, float | None]
    """Chance of an alert by class; None where the prior has nobody of that class."""
    pd_any: float
    nuisance_per_1000: float
    """Alerts at harmless objects that resemble a threat, per 1000 people who pass."""
    false_per_1000: float
    """Alerts at people with nothing, and at nobody, per 1000 people who pass."""
    people_per_hour: float
    """Who pass, at the crowd rate of the site file."""
    alerts_per_hour: float
    guard_minutes_per_hour: float | None
    """None where the site file does not state how long a stop takes."""
    cost_per_1000: float | None
    """Expected cost, per 1000 people who pass; None without costs."""
    same_from: float
    """Every threshold above this, and up to `same_to`, leads to the same."""
    same_to: float


@dataclass(frozen=True, slots=True)
class _Chances:
    """Chance of an alert."""

    given: NDArray[np.float64]
    """Shape (7,): by hypothesis."""
    next_below: float
    """The largest probability of a threat that opens no alert."""
    least_above: float
    """The smallest that opens one."""


def reading_effects(site: Site) -> tuple[ReadingEffect, ...]:
    """Every possible reading of every threat sensor, and whether it alone opens an alert.

    Returns
    -------
    tuple of ReadingEffect
        By sensor in the order of the site file, then by falling probability of a threat.
    """
    prior = prior_probabilities(site.prior)
    effects: list[ReadingEffect] = []
    for curtain in site.curtains:
        effects += _effects(site, curtain, RecognitionModel.of(curtain).readings(), prior)
    cued = _just_cued(prior, site.decision.cue_probability)
    for trace in site.trace_sensors:
        readings = trace_readings(trace.substances, trace.error_model.pfa)
        effects += _effects(site, trace, readings, cued)
    return tuple(effects)


def operating_point_of_curtain(
    site: Site, curtain: Curtain, threshold: float | None = None
) -> OperatingPoint:
    """Work out what people who pass one curtain, and nothing else, lead to.

    Parameters
    ----------
    site : Site
    curtain : Curtain
        One of the site's.
    threshold : float, optional
        Of the probability of a threat; default: the site's own.

    Returns
    -------
    OperatingPoint
    """
    share = sum(share for share, passed in _ways(site) if curtain in passed)
    return _point(site, [(1.0, (curtain,))], share, threshold)


def operating_point(site: Site, threshold: float | None = None) -> OperatingPoint:
    """Work out what the whole site leads to.

    Every flow passes the curtains on its straight way, in the order of the site file.

    Parameters
    ----------
    site : Site
    threshold : float, optional
        Of the probability of a threat; default: the site's own.

    Returns
    -------
    OperatingPoint
        Per 1000 people who pass a curtain at all.
    """
    return _point_of_site(site, _ways(site), threshold)


def neighbouring_points(site: Site) -> tuple[OperatingPoint, ...]:
    """The whole site at its own threshold and at a few around it, by rising threshold.

    The odds of neighbouring thresholds differ by a factor of four, as if one kind of error
    weighed four times as much.
    """
    threshold = site.decision.alert_threshold
    odds = threshold / (1.0 - threshold)
    ways = _ways(site)
    return tuple(
        _point_of_site(
            site, ways, threshold if factor == 1.0 else factor * odds / (1.0 + factor * odds)
        )
        for factor in _ODDS_FACTORS
    )


def _effects(
    site: Site,
    sensor: Curtain | Trace,
    readings: Sequence[PossibleReading],
    before: NDArray[np.float64],
) -> list[ReadingEffect]:
    effects = []
    for reading in readings:
        joint = before * reading.likelihood
        threat = float(joint[_THREATS].sum() / joint.sum())
        effects.append(
            ReadingEffect(
                sensor_id=sensor.id,
                declared=reading.evidence.declared,
                substance=reading.evidence.substance,
                frequency=float(joint.sum()),
                threat_before=float(before[_THREATS].sum()),
                threat=threat,
                opens_alert=threat >= site.decision.alert_threshold,
            )
        )
    return sorted(effects, key=lambda effect: -effect.threat)


def _just_cued(prior: NDArray[np.float64], cue_probability: float) -> NDArray[np.float64]:
    """The prior of people whose probability of explosives is just that of the cue."""
    explosive = np.isin(np.arange(len(HYPOTHESES)), CLASS_MEMBERS[ThreatClass.EXPLOSIVE])
    share = float(prior[explosive].sum())
    if not share > 0.0:
        return prior
    return np.where(
        explosive,
        prior * cue_probability / share,
        prior * (1.0 - cue_probability) / (1.0 - share),
    )


def _ways(site: Site) -> list[_Way]:
    """Share of the people on each flow, and the curtains that it passes."""
    total = sum(flow.share for flow in site.crowd.flows)
    return [
        (
            passage.flow.share / total,
            tuple(curtain for curtain in site.curtains if curtain.id in passage.curtain_ids),
        )
        for passage in check_site(site).flows
    ]


def _point_of_site(site: Site, ways: Sequence[_Way], threshold: float | None) -> OperatingPoint:
    passing = [(share, passed) for share, passed in ways if passed]
    total = sum(share for share, _ in passing)
    return _point(site, [(share / total, passed) for share, passed in passing], total, threshold)


def _point(
    site: Site, ways: Sequence[_Way], share_passing: float, threshold: float | None
) -> OperatingPoint:
    """Work out a point for people who pass by these ways, their shares adding up to one."""
    if threshold is None:
        threshold = site.decision.alert_threshold
    prior = prior_probabilities(site.prior)
    chances = [(share, _chances(prior, passed, threshold)) for share, passed in ways]
    given = sum((share * chance.given for share, chance in chances), np.zeros(len(HYPOTHESES)))
    people_per_hour = 60.0 * site.crowd.rate_per_min * share_passing
    curtains = {curtain.id: curtain for _, passed in ways for curtain in passed}
    ghosts_per_hour = sum(_ghost_alerts_per_hour(c, prior, threshold) for c in curtains.values())
    ghosts_per_person = ghosts_per_hour / people_per_hour if people_per_hour > 0.0 else 0.0
    told = prior * given
    alerts_per_hour = people_per_hour * float(told.sum()) + ghosts_per_hour
    costs = site.decision.costs
    return OperatingPoint(
        threshold=threshold,
        pd={threat: _chance_within(prior, given, CLASS_MEMBERS[threat]) for threat in ThreatClass},
        pd_any=float(told[_THREATS].sum() / prior[_THREATS].sum()),
        nuisance_per_1000=1000.0 * float(told[HARMLESS_OBJECT]),
        false_per_1000=1000.0 * (float(told[0]) + ghosts_per_person),
        people_per_hour=people_per_hour,
        alerts_per_hour=alerts_per_hour,
        guard_minutes_per_hour=(
            None if costs is None else alerts_per_hour * costs.guard_minutes_per_stop
        ),
        cost_per_1000=(
            None if costs is None else 1000.0 * _cost(costs, prior, given, ghosts_per_person)
        ),
        same_from=max((chance.next_below for _, chance in chances), default=0.0),
        same_to=min((chance.least_above for _, chance in chances), default=1.0),
    )


def _chance_within(
    prior: NDArray[np.float64], given: NDArray[np.float64], members: Sequence[int]
) -> float | None:
    weights = prior[list(members)]
    return float(weights @ given[list(members)] / weights.sum()) if weights.any() else None


def _cost(
    costs: Costs,
    prior: NDArray[np.float64],
    given: NDArray[np.float64],
    ghosts_per_person: float,
) -> float:
    """Expected cost per person who passes."""
    told, missed = prior * given, prior * (1.0 - given)
    needless = told[0] + told[HARMLESS_OBJECT] + ghosts_per_person
    stops = told.sum() + ghosts_per_person
    return float(
        costs.missed_carrier * missed[_THREATS].sum()
        + costs.needless_stop * needless
        + costs.guard_per_stop * stops
    )


def _chances(prior: NDArray[np.float64], curtains: Sequence[Curtain], threshold: float) -> _Chances:
    """Follow every course of readings until it opens an alert or the curtains end.

    O(6^n) for n curtains that all differ; courses with the same posterior are followed as one,
    so that n equal curtains need O(n^6).
    """
    # P(readings so far | h) of the courses that have opened no alert.
    waiting = np.ones((1, len(prior)))
    alerted = np.zeros(len(prior))
    next_below, least_above = 0.0, 1.0
    for curtain in curtains:
        examined = curtain.error_model.examined_probability
        readings = [reading.likelihood for reading in RecognitionModel.of(curtain).readings()]
        told = examined * (waiting[:, np.newaxis] * np.array(readings)).reshape(-1, len(prior))
        told = told[told @ prior > 0.0]
        threat = told[:, _THREATS] @ prior[_THREATS] / (told @ prior)
        opens = threat >= threshold
        alerted += told[opens].sum(axis=0)
        least_above = min(least_above, float(threat[opens].min(initial=1.0)))
        next_below = max(next_below, float(threat[~opens].max(initial=0.0)))
        waiting = _merged(np.concatenate([told[~opens], (1.0 - examined) * waiting]), prior)
    return _Chances(alerted, next_below, least_above)


def _merged(courses: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up courses of readings that tell the same of a person."""
    probability = courses @ prior
    courses = courses[probability > _NEGLIGIBLE]
    told = courses / courses.sum(axis=1, keepdims=True)
    _, group = np.unique(told.round(12), axis=0, return_inverse=True)
    merged = np.zeros((int(group.max(initial=-1)) + 1, courses.shape[1]))
    np.add.at(merged, group.ravel(), courses)
    return merged


def _ghost_alerts_per_hour(curtain: Curtain, prior: NDArray[np.float64], threshold: float) -> float:
    """Alarms with nobody there, of one class each, that open an alert."""
    single = [
        reading.likelihood
        for reading in RecognitionModel.of(curtain).readings()
        if len(reading.evidence.declared) == 1
    ]
    opening = sum(
        float((prior * told)[_THREATS].sum() / (prior @ told)) >= threshold for told in single
    )
    return curtain.error_model.ghost_alarms_per_hour * opening / len(single)
