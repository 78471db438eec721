"""What the machine says of an alert, in full, as people are shown it."""

from __future__ import annotations

from enum import StrEnum
from math import inf, isclose

from msgspec import Struct

from clearway.domain import AlertState, Closing, Modality, ThreatClass

_MORE_LIKELY_THAN_NOT = 0.5
_UNDECLARED = "undeclared"
_MANY_AT_ONCE = (ThreatClass.LONG_GUN, ThreatClass.EXPLOSIVE)
"""Classes with which one person can hurt many at once."""


class Severity(StrEnum):
    """How bad it would be not to act, and how likely that is.

    ISA-18.2 ranks alarms by consequence and by the time there is to respond; a rifle or a bomb in a
    crowd and a handgun differ in the first.
    """

    CRITICAL = "critical"
    """More likely than not a long gun or explosives."""
    HIGH = "high"
    """More likely than not some threat."""
    MEDIUM = "medium"
    """A threat that is worth a stop, and less likely than not."""


class EvidenceLine(Struct, frozen=True, kw_only=True):
    """What one sensor contributes."""

    sensor: str
    modality: Modality
    classes: tuple[ThreatClass, ...] = ()
    """What the sensor itself declares; empty where it found nothing or could not tell."""
    substance: str | None = None
    looks: int = 1
    probability: float | None = None
    """Probability of a threat by this sensor's readings alone, if that can be said."""
    body_place: str | None = None
    """Where on the person the object is, by the last look that tells."""
    time_ns: int
    """Of the last look."""

    @property
    def findings(self) -> tuple[str, ...]:
        """What the line says was found."""
        declared = (*self.classes, *(() if self.substance is None else (self.substance,)))
        if declared or self.probability is None or self.probability < _MORE_LIKELY_THAN_NOT:
            return declared
        return (_UNDECLARED,)

    def speaks(self, prior: float) -> bool:
        """Whether the line makes a threat any more likely than it was before anybody had looked.

        One that examined and found nothing does not.  A suspicion that is less likely than not
        does, for it may be what raises the alarm.

        Examples
        --------
        >>> line = EvidenceLine(sensor="t", modality=Modality.TRACE, probability=0.2, time_ns=0)
        >>> line.findings, line.speaks(0.03), line.speaks(0.2)
        ((), True, False)
        """
        if self.findings:
            return True
        known = self.probability
        return known is not None and known > prior and not isclose(known, prior)


class CandidateShare(Struct, frozen=True):
    """A tracked person who may be the one."""

    track_id: int
    probability: float


class Place(Struct, frozen=True):
    """A point of the site frame, and when it was true."""

    x_m: float
    y_m: float
    time_ns: int


class AlertReport(Struct, frozen=True, kw_only=True):
    """An alert as of one moment.

    The same ``alert_id`` stays from opening to closing; each change is a new report.
    """

    alert_id: str
    """The id on the wire."""
    time_ns: int
    """When the alert took this state, by the engine's clock."""
    opened_ns: int
    state: AlertState
    closed_because: Closing | None = None
    """None while it is open, and when the engine lost it, which is as bad as a departure."""
    merged_into: str | None = None
    """The older alert that goes on in its place."""
    probability: float
    prior: float
    classes: dict[ThreatClass, float] = {}
    """Probability of each class."""
    examined: dict[Modality, float] = {}
    """Examined share per modality; one that is absent has not examined."""
    candidates: tuple[CandidateShare, ...] = ()
    """Most probable first; what they lack to one is the chance that it is somebody else."""
    evidence: tuple[EvidenceLine, ...] = ()
    last_seen: Place | None = None
    description: str = ""

    @property
    def live(self) -> bool:
        """Whether the machine still holds to it."""
        return self.state is not AlertState.CLOSED

    @property
    def severity(self) -> Severity:
        """See `Severity`."""
        worst = max(self.classes.get(threat, 0.0) for threat in _MANY_AT_ONCE)
        if worst >= _MORE_LIKELY_THAN_NOT:
            return Severity.CRITICAL
        return Severity.HIGH if self.probability >= _MORE_LIKELY_THAN_NOT else Severity.MEDIUM

    @property
    def speakers(self) -> frozenset[str]:
        """Sensors whose lines speak for a threat."""
        return frozenset(line.sensor for line in self.evidence if line.speaks(self.prior))


class Grounds(Struct, frozen=True):
    """What speaks for an alarm: who found what, and how sure that makes the machine.

    People are called about grounds, and judge them.  Grounds that *surpass* those are news.
    """

    findings: tuple[tuple[str, str], ...]
    """As (sensor, what it found), sorted."""
    probability: float

    @classmethod
    def of(cls, report: AlertReport) -> Grounds:
        """The grounds of a report."""
        found = {(line.sensor, what) for line in report.evidence for what in line.findings}
        return cls(tuple(sorted(found)), report.probability)

    def surpass(self, judged: Grounds, odds_ratio: float) -> bool:
        r"""Whether these are news to somebody who has judged those.

        They are when a sensor found something that was not among the findings judged, which is
        independent evidence, or when the odds of a threat have risen by the stated factor,

        .. math:: \frac{p}{1 - p} \ge r \, \frac{p_0}{1 - p_0},

        which many further looks of the same sensor can bring about.

        Parameters
        ----------
        judged : Grounds
            With the probability :math:`p_0`.
        odds_ratio : float
            :math:`r`, greater than one.

        Examples
        --------
        Judged at one half, 0.9 is odds of nine to one, and 0.95 of nineteen:

        >>> judged = Grounds((("curtain_1", "handgun"),), 0.5)
        >>> Grounds(judged.findings, 0.9).surpass(judged, 10.0)
        False
        >>> Grounds(judged.findings, 0.95).surpass(judged, 10.0)
        True
        >>> Grounds((("trace_1", "TNT"),), 0.5).surpass(judged, 10.0)
        True
        """
        if not set(self.findings) <= set(judged.findings):
            return True
        return self.probability > judged.probability and _odds(
            self.probability
        ) >= odds_ratio * _odds(judged.probability)

    def after(self, earlier: Grounds) -> Grounds:
        """These, joined to what was judged before: a finding once judged stays judged."""
        joined = {*self.findings, *earlier.findings}
        return Grounds(tuple(sorted(joined)), self.probability)


def _odds(probability: float) -> float:
    return inf if probability >= 1.0 else probability / (1.0 - probability)
