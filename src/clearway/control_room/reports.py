"""An alert, as the engine and the wire have it, in the words that people are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from scipy.special import softmax

from clearway.alarms import AlertReport, CandidateShare, EvidenceLine, Place
from clearway.control_room.numbers import PersonNumbers
from clearway.domain import Belief, Evidence, ThreatClass
from clearway.service.outputs import AlertTold, Reading


def report_of(told: AlertTold, numbers: PersonNumbers) -> AlertReport:
    """What people are shown of an alert.

    Parameters
    ----------
    told : AlertTold
    numbers : PersonNumbers
        By which people are shown.

    Returns
    -------
    AlertReport
    """
    alert = told.alert
    belief = alert.belief
    lead = told.leading
    return AlertReport(
        alert_id=told.alert_id,
        time_ns=alert.time_ns,
        opened_ns=alert.opened_ns,
        state=alert.state,
        closed_because=alert.closed_because,
        merged_into=told.merged_into,
        probability=alert.probability,
        prior=belief.prior_threat,
        classes={threat: belief.probability_of(threat) for threat in ThreatClass},
        examined=dict(belief.examined),
        candidates=tuple(
            CandidateShare(numbers.of(one.track_id), one.probability) for one in alert.candidates
        ),
        evidence=tuple(
            _line(sensor_id, list(readings), belief)
            for sensor_id, readings in groupby(sorted(told.readings, key=_sensor), key=_sensor)
        ),
        last_seen=None if lead is None else Place(lead.x_m, lead.y_m, lead.time_ns),
        description=told.message.alert.description,
    )


def _sensor(reading: Reading) -> str:
    return reading.detection.sensor_id


def _line(sensor_id: str, readings: Sequence[Reading], belief: Belief) -> EvidenceLine:
    """What one sensor contributes."""
    said = [
        (one.detection.time_ns, one.detection.evidence)
        for one in readings
        if one.detection.evidence is not None
    ]
    declared = {threat for _, evidence in said for threat in evidence.declared}
    substances = [evidence.substance for _, evidence in said if evidence.substance is not None]
    places = [evidence.body_place for _, evidence in said if evidence.body_place is not None]
    return EvidenceLine(
        sensor=sensor_id,
        modality=said[-1][1].modality,
        classes=tuple(threat for threat in ThreatClass if threat in declared),
        substance=substances[-1] if substances else None,
        body_place=places[-1] if places else None,
        looks=sum(one.looks for one in readings),
        probability=_alone([evidence for _, evidence in said], belief),
        time_ns=max(time_ns for time_ns, _ in said),
    )


def _alone(said: Sequence[Evidence], belief: Belief) -> float:
    """Probability of any threat by these readings and the site's prior alone."""
    log_ratio = np.sum([evidence.log_likelihood_ratio for evidence in said], axis=0)
    prior = np.maximum(belief.prior, np.finfo(float).tiny)
    return Belief(softmax(np.log(prior) + log_ratio), belief.prior, {}).threat
