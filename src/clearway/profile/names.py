"""Names of the profile's ``object_info`` entries and classes.

SAPIENT has no field for evidence without a prior, nor for "not examined"; it has typed, declared
``object_info`` entries (BSI Flex 335 v2.0, 6.4.2.7).  The profile page explains each name.
"""

from __future__ import annotations

from clearway.domain import HYPOTHESES, Modality, ThreatClass
from clearway.sapient import taxonomy

HUMAN = str(taxonomy.HUMAN)
"""The core class of every object that Clearway reports."""

NAMESPACE = taxonomy.THREATS.namespace
"""The extension of the core taxonomy; its classes dock under `HUMAN`."""

SUB_CLASSES = FIREARM, EXPLOSIVE, FIREARM_AND_EXPLOSIVE, NO_THREAT = taxonomy.THREATS.values
"""They exclude each other and sum to one."""

DECLARED = "clearway.declared"
"""The classes that a sensor itself calls present, separated by commas."""
SUBSTANCE = "clearway.substance"
"""The best matching trace substance."""
BODY_PLACE = "clearway.body_place"
"""Where on the person the declared object is; see `BodyPlace`."""
POSITION_ONLY = "clearway.position_only"
"""``true``: one of several looks at one person, of which another carries the reading."""
HEIGHT = "clearway.height"
"""Body height in metres; ``error`` is its standard deviation."""


def likelihood_ratio(hypothesis: str, modality: Modality) -> str:
    """Name of a natural-log likelihood ratio against "none"."""
    return f"clearway.llr.{hypothesis}.{modality.value}"


def examined(modality: Modality) -> str:
    """Name of the three-valued statement ``none``, ``partial`` or ``full``."""
    return f"clearway.examined.{modality.value}"


def examined_fraction(modality: Modality) -> str:
    """Name of the share of the person that was examined with adequate quality, 0 to 1."""
    return f"{examined(modality)}.fraction"


def in_words(share: float, full_from: float = 1.0) -> str:
    """The value of `examined` for an examined share, which counts as full from a bound on."""
    if share <= 0.0:
        return "none"
    return "full" if share >= full_from else "partial"


PRIOR_VERSION = "clearway.prior.version"
"""Changes with any of the prior probabilities."""


def prior(of: ThreatClass | str) -> str:
    """Name of the prior contained in a class's posterior, or in a subclass's confidence."""
    return f"clearway.prior.{of.value if isinstance(of, ThreatClass) else of}"


def posterior(threat: ThreatClass) -> str:
    """Name of the probability of one class, alone or with another."""
    return f"clearway.posterior.{threat.value}"


CARRIED = HYPOTHESES[1:]
"""The hypotheses that have a ratio of their own; that of "none" against itself is one."""


def units_of_sensor(modality: Modality | None) -> dict[str, str]:
    """What a sensor's detections may carry, with units, as declared when it registers.

    Parameters
    ----------
    modality : Modality or None
        None for a camera.
    """
    if modality is None:
        return {HEIGHT: "m"}
    units = dict.fromkeys((likelihood_ratio(name, modality) for name in CARRIED), "ln ratio")
    units |= {examined(modality): "text", examined_fraction(modality): "ratio"}
    units |= {DECLARED: "text", SUBSTANCE: "text", BODY_PLACE: "text", POSITION_ONLY: "text"}
    return units


def units_of_fusion() -> dict[str, str]:
    """Everything that a fused person may carry, with its unit."""
    units: dict[str, str] = {}
    for modality in Modality:
        units |= {examined(modality): "text", examined_fraction(modality): "ratio"}
    for threat in ThreatClass:
        units |= {prior(threat): "probability", posterior(threat): "probability"}
    units |= dict.fromkeys((prior(name) for name in SUB_CLASSES), "probability")
    units[PRIOR_VERSION] = "text"
    return units
