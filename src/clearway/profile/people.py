"""A fused person as a detection report: where, and what is believed and why."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Belief, Modality, ThreatClass, Track
from clearway.domain.detection import Covariance
from clearway.profile import names
from clearway.profile.identifiers import ulid_of
from clearway.profile.wire import envelope, info
from clearway.sapient.bindings import DetectionReport, SapientMessage
from clearway.sapient.location import Converter

_HANDGUN, _LONG_GUN = 2, 4
"""Places of the two firearms without an explosive among the hypotheses."""


def sub_class_probabilities(belief: Belief) -> dict[str, float]:
    """Probabilities of the four classes that exclude each other; they sum to one.

    Examples
    --------
    >>> import numpy as np
    >>> vector = np.array([0.5, 0.1, 0.1, 0.05, 0.05, 0.1, 0.1])
    >>> classes = sub_class_probabilities(Belief(vector, vector, {}))
    >>> {name: round(probability, 3) for name, probability in classes.items()}
    {'ConcealedFirearm': 0.15, 'ConcealedExplosive': 0.1, 'ConcealedFirearmAndExplosive': 0.15, \
'NoConcealedThreat': 0.6}
    """
    none, explosive, handgun, handgun_too, long_gun, long_gun_too, harmless = (
        belief.probabilities.tolist()
    )
    return {
        names.FIREARM: handgun + long_gun,
        names.EXPLOSIVE: explosive,
        names.FIREARM_AND_EXPLOSIVE: handgun_too + long_gun_too,
        names.NO_THREAT: none + harmless,
    }


def person_message(
    track: Track,
    belief: Belief,
    object_id: str,
    node_id: str,
    converter: Converter,
    *,
    lost: bool = False,
) -> SapientMessage:
    """What the service reports of one person at one instant.

    Parameters
    ----------
    track : Track
    belief : Belief
        A person whom no threat sensor has examined is reported without threat classes, and so is
        one of whom next to nothing was examined: a prior must never look like a measurement.
    object_id : str
        The person's, for as long as the track lasts.
    node_id : str
        The service's.
    converter : Converter
    lost : bool
        Whether this is the track's last report (BSI Flex 335 v2.0, 5.5).
    """
    message = envelope(track.time_ns, node_id)
    report = message.detection_report
    # The last report is of the same instant as the one before it, and another report all the same.
    report.report_id = ulid_of(track.time_ns, "lost" if lost else "report", object_id)
    report.object_id = object_id
    if lost:
        report.state = "lost"
    variance = track.sigma_m**2
    report.location.CopyFrom(
        converter.to_wire(track.x_m, track.y_m, 0.0, Covariance(variance, 0.0, variance))
    )
    east_m_s, north_m_s = converter.velocity_to_wire(track.velocity_x_m_s, track.velocity_y_m_s)
    report.enu_velocity.east_rate = east_m_s
    report.enu_velocity.north_rate = north_m_s
    human = report.classification.add(type=names.HUMAN, confidence=1.0)
    for modality in Modality:
        share = belief.examined.get(modality, 0.0)
        word = names.in_words(share if share >= LEAST_SHARE else 0.0, _FULL)
        report.object_info.append(info(names.examined(modality), word))
        report.object_info.append(info(names.examined_fraction(modality), share))
    if any(share >= LEAST_SHARE for share in belief.examined.values()):
        prior = Belief(belief.prior, belief.prior, {})
        priors = sub_class_probabilities(prior)
        for name, probability in sub_class_probabilities(belief).items():
            human.sub_class.append(_sub_class(name, probability))
            report.object_info.append(info(names.prior(name), priors[name]))
        report.object_info.append(info(names.PRIOR_VERSION, prior_version(belief.prior)))
        for threat in ThreatClass:
            report.object_info.append(info(names.posterior(threat), belief.probability_of(threat)))
            report.object_info.append(info(names.prior(threat), prior.probability_of(threat)))
    return message


def _sub_class(name: str, probability: float) -> DetectionReport.SubClass:
    return DetectionReport.SubClass(
        type=f"{names.NAMESPACE}:{name}", confidence=min(max(probability, 0.0), 1.0), level=1
    )


def prior_version(prior: NDArray[np.float64]) -> str:
    """Names a prior, so that a reader knows when another one is in the posteriors.

    Examples
    --------
    >>> prior_version(np.array([0.9, 0.02, 0.02, 0.0, 0.01, 0.0, 0.05]))
    '2bd841b2'
    """
    digest = hashlib.sha256(np.ascontiguousarray(prior, "<f8").tobytes())
    return digest.hexdigest()[:_VERSION_DIGITS]


_VERSION_DIGITS = 8
LEAST_SHARE = 0.05
"""A smaller examined share is the chance that somebody else's reading was this person's after all;
what it leaves is the prior."""
_FULL = 0.95
"""A share of a look that is this surely the person's counts as full."""
