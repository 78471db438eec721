"""What the engine says: every result leaves as one of these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clearway.domain import Alert, Belief, Detection, TrackStates
from clearway.fusion import Cue, Judgement


@dataclass(frozen=True, slots=True)
class TracksReported:
    """All confirmed tracks at a report time, and what is known of each person."""

    tracks: TrackStates
    beliefs: tuple[Belief, ...]
    """One per track."""


@dataclass(frozen=True, slots=True)
class EvidenceJudged:
    """A threat sensor's reading was given to the people it may belong to."""

    detection: Detection
    judgement: Judgement
    clock_ns: int


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert opened, was updated or closed."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class CueRequested:
    """A sensor is asked to look at one person."""

    cue: Cue
    clock_ns: int


class Refusal(StrEnum):
    """Why a detection was not used."""

    LATE = "older than the reorder window"
    FORGOTTEN = "older than the track history"
    REPEATED = "the same sequence number came before"
    FUTURE = "dated after the engine's clock"
    NOT_FINITE = "a number is missing, not finite, not positive or out of all proportion"
    UNKNOWN_SENSOR = "no such sensor in the site file"
    TOO_MANY = "more readings than the site file allows for: its looks, or its recharge time"


@dataclass(frozen=True, slots=True)
class DetectionRefused:
    """A detection was not used; nothing is dropped in silence."""

    detection: Detection
    reason: Refusal


Event: TypeAlias = TracksReported | EvidenceJudged | AlertChanged | CueRequested | DetectionRefused
