"""The words that all parts of Clearway share.

A `Detection` is what one sensor reports of one place at one instant.  A threat sensor's
detection carries `Evidence`.  Detections become a `Track` per person; evidence, attributed to
tracks, becomes a `Belief` per person; a belief that passes the decision threshold becomes an
`Alert`.

Units are SI; positions are East-North-Up metres in the site frame; times are integer UTC
nanoseconds.
"""

from clearway.domain.alert import Alert, AlertState, Candidate, Closing
from clearway.domain.belief import Belief
from clearway.domain.body import BodyPlace
from clearway.domain.detection import Detection
from clearway.domain.evidence import Attribution, Evidence
from clearway.domain.picture import Mark, TrackPicture
from clearway.domain.threat import (
    HYPOTHESES,
    Modality,
    ThreatClass,
    ThreatTable,
)
from clearway.domain.time import NANOSECONDS, nanoseconds, seconds
from clearway.domain.track import Track, TrackStates

__all__ = [
    "HYPOTHESES",
    "NANOSECONDS",
    "Alert",
    "AlertState",
    "Attribution",
    "Belief",
    "BodyPlace",
    "Candidate",
    "Closing",
    "Detection",
    "Evidence",
    "Mark",
    "Modality",
    "ThreatClass",
    "ThreatTable",
    "Track",
    "TrackPicture",
    "TrackStates",
    "nanoseconds",
    "seconds",
]
