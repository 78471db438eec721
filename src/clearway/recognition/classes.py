"""What the recogniser tells apart."""

from __future__ import annotations

from clearway.domain import ThreatClass

__all__ = ["CLASSES", "HARMLESS", "NONE", "OUTCOMES", "THREATS"]

NONE = "none"
HARMLESS = "harmless_object"
"""A thing without danger that a radar may mistake for one; the same word as in
`clearway.domain.HYPOTHESES`."""

THREATS = (ThreatClass.LONG_GUN, ThreatClass.HANDGUN, ThreatClass.EXPLOSIVE)
CLASSES = (NONE, *(threat.value for threat in THREATS))
"""Classes of a frame's scores, in the order of every vector over them."""

OUTCOMES = (NONE, HARMLESS, *(threat.value for threat in THREATS))
"""Classes of a passage, in order: a harmless object is kept apart from nothing at all, so that two
sensors which both mistake the same object are not taken for two independent witnesses."""
