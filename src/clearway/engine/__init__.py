"""The one engine behind `run` and any live service.

`Engine.observe(detections) -> events` is all there is: no clock, no socket, no thread, no random
number.  Time comes in with the detections, results leave as events.
"""

from clearway.engine.engine import Engine
from clearway.engine.events import (
    AlertChanged,
    CueRequested,
    DetectionRefused,
    Event,
    EvidenceJudged,
    Refusal,
    TracksReported,
)

__all__ = [
    "AlertChanged",
    "CueRequested",
    "DetectionRefused",
    "Engine",
    "Event",
    "EvidenceJudged",
    "Refusal",
    "TracksReported",
]
