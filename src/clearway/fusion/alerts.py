"""When the guard is told, about whom, and until when.

An alert is about one suspected carrier.  It opens when a reading makes it probable enough that
the person examined carries a threat, whoever of the candidates that is.  Every further reading
may move its probability and its candidates; one that is probably of the same person belongs to
the alert and is told.  It closes

* *departed*, when all its candidates have left;
* *withdrawn*, when its probability has stayed below a share of the alert threshold for the site's
  dwell time: opening and withdrawing at one threshold would flicker;
* *merged*, when it turns out to be about the same person as an older alert, which goes on.

No alert is withdrawn and another about the same suspect opened within the dwell time: a new alarm
waits for the rest of it, and opens an alert if it still stands then.  An alert therefore opens,
is told at most once per reading and change of its leading candidate, and closes once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clearway.domain import Alert, AlertState, Belief, Candidate, Closing, Detection, nanoseconds
from clearway.fusion.belief import BeliefKeeper, Judgement
from clearway.fusion.suspect import Suspect
from clearway.site.schema import Decision

_SAME_PERSON = 0.3
"""A reading belongs to an alert when the chance that it is of the suspect reaches this.

Below one third, so that a reading of one of three equally probable candidates still counts: a
second alert about the same carrier would send a second guard."""

_SAME_SUSPECT = 0.8
"""Two alerts become one when the chance that they are about the same person reaches this.

Well above one half: of two carriers side by side each must keep an alert."""

_CLEARLY = 1.5
"""A new leading candidate is told without a new reading when it is this much more probable."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading behind an alert."""

    number: int
    """In the order in which the readings were considered."""
    key: tuple[str, int]


@dataclass(slots=True, eq=False)
class _Case:
    """A suspect and the readings that belong to it."""

    suspect: Suspect
    readings: list[_Reading]

    @property
    def evidence(self) -> tuple[tuple[str, int], ...]:
        return tuple(reading.key for reading in self.readings)

    def take(self, judgement: Judgement, reading: _Reading) -> bool:
        """Learn from a reading of whomever; say whether it belongs to this case."""
        belongs = self.suspect.chance_examined(judgement) >= _SAME_PERSON
        self.suspect.update(judgement)
        if belongs:
            self.readings.append(reading)
        return belongs


@dataclass(slots=True, eq=False)
class _Open:
    """An open alert."""

    alert: Alert
    case: _Case
    low_since_ns: int | None = None
    """Since when its probability has been low enough to withdraw it."""


@dataclass(slots=True, eq=False)
class _Withdrawn:
    """A suspect whose alert was withdrawn a short time ago."""

    case: _Case
    until_ns: int
    """No alert about the suspect opens before this."""
    waiting: _Case | None = None
    """The alarm since then, which opens an alert if it still stands by that time."""


class AlertKeeper:
    """Opens, updates, merges and closes alerts.

    Parameters
    ----------
    decision : Decision
        The site's thresholds.
    beliefs : BeliefKeeper
        Read for the belief that an alert shows.
    """

    def __init__(self, decision: Decision, beliefs: BeliefKeeper) -> None:
        self._decision = decision
        self._threshold = decision.alert_threshold
        self._low = decision.withdrawal_threshold
        self._dwell_ns = nanoseconds(decision.withdrawal_dwell_s)
        self._beliefs = beliefs
        self._open: list[_Open] = []
        self._withdrawn: list[_Withdrawn] = []
        self._next_id = 1
        self._considered = 0

    def consider(self, detection: Detection, judgement: Judgement, clock_ns: int) -> list[Alert]:
        """Decide on one reading.

        Parameters
        ----------
        detection : Detection
            The threat sensor's detection.
        judgement : Judgement
            What it led to.
        clock_ns : int
            The engine's clock.

        Returns
        -------
        list of Alert
            The alerts that the reading updated or merged, or the one that it opened.
        """
        evidence = detection.evidence
        if evidence is None or evidence.position_only:
            return []
        self._considered += 1
        reading = _Reading(self._considered, (detection.sensor_id, detection.sequence))
        changed: dict[int, Alert] = {}
        for entry in self._open:
            if entry.case.take(judgement, reading):
                changed[entry.alert.alert_id] = self._told(entry, clock_ns)
        belongs = bool(changed)
        for alert in self._merge(clock_ns):
            changed[alert.alert_id] = alert
        for entry in self._open:
            self._watch(entry, clock_ns)
        alarming = evidence.examined > 0.0 and judgement.source_threat >= self._threshold
        held_back = self._hold_back(judgement, reading, clock_ns, alarming=alarming and not belongs)
        if alarming and not belongs and not held_back:
            alert = self._opened(_Case(Suspect.of(judgement), [reading]), clock_ns)
            changed[alert.alert_id] = alert
        return list(changed.values())

    @property
    def open(self) -> tuple[Alert, ...]:
        """The alerts that are not closed, as they were told last."""
        return tuple(entry.alert for entry in self._open)

    def review(self, clock_ns: int) -> list[Alert]:
        """Withdraw the alerts, and open those held back, whose time has come.

        An alert whose leading candidate has changed, since tracks may have been exchanged, is
        told anew.  To be called regularly, as nothing else happens when a dwell time ends.
        """
        changed: list[Alert] = [
            self._told(entry, clock_ns) for entry in self._open if self._leader_changed(entry)
        ]
        for entry in list(self._open):
            since_ns = entry.low_since_ns
            if since_ns is not None and clock_ns - since_ns >= self._dwell_ns:
                changed.append(self._closed(entry, Closing.WITHDRAWN, clock_ns))
                self._withdrawn.append(_Withdrawn(entry.case, clock_ns + self._dwell_ns))
        for held in [held for held in self._withdrawn if held.until_ns <= clock_ns]:
            self._withdrawn.remove(held)
            if held.waiting is not None and held.waiting.suspect.probability >= self._threshold:
                changed.append(self._opened(held.waiting, clock_ns))
        return changed

    def close_departed(self, present: set[int], clock_ns: int) -> list[Alert]:
        """Close the alerts none of whose candidates is tracked any more.

        An alert stays for the site's deadline at least, that somebody may read it.
        """
        earliest_ns = clock_ns - nanoseconds(self._decision.deadline_s)
        departed = [
            entry
            for entry in self._open
            if entry.alert.time_ns <= earliest_ns
            and present.isdisjoint(candidate.track_id for candidate in entry.alert.candidates)
        ]
        return [self._closed(entry, Closing.DEPARTED, clock_ns) for entry in departed]

    def exchange(self, one_id: int, other_id: int, probability: float) -> None:
        """Two people may have exchanged their tracks, and so may every suspect."""
        known = {
            track_id: self._beliefs.of(track_id).probabilities for track_id in (one_id, other_id)
        }
        for case in self._cases():
            case.suspect.exchange(one_id, other_id, probability, known)

    def _cases(self) -> Iterator[_Case]:
        yield from (entry.case for entry in self._open)
        for held in self._withdrawn:
            yield held.case
            if held.waiting is not None:
                yield held.waiting

    def _leader_changed(self, entry: _Open) -> bool:
        """Whether somebody else is now clearly more probable than the candidate told first."""
        told = entry.alert.leading_track_id
        now = entry.case.suspect.candidates(self._decision.candidate_mass)
        if told is None or not now or now[0].track_id == told:
            return False
        before = next((one.probability for one in now if one.track_id == told), 0.0)
        return now[0].probability >= _CLEARLY * before

    def _watch(self, entry: _Open, clock_ns: int) -> None:
        """Note since when an alert has been improbable."""
        if entry.case.suspect.probability >= self._low:
            entry.low_since_ns = None
        elif entry.low_since_ns is None:
            entry.low_since_ns = clock_ns

    def _merge(self, clock_ns: int) -> Iterator[Alert]:
        """Make one alert of those that are about the same person."""
        kept: list[_Open] = []
        for entry in list(self._open):
            suspect = entry.case.suspect
            older = next(
                (o for o in kept if o.case.suspect.chance_same(suspect) >= _SAME_SUSPECT), None
            )
            if older is None:
                kept.append(entry)
                continue
            known = older.case.readings
            numbers = {reading.number for reading in known}
            known += [reading for reading in entry.case.readings if reading.number not in numbers]
            known.sort(key=lambda reading: reading.number)
            # Merging must not call the guard off: it adds no reason to be less sure.
            older.case.suspect = max(
                older.case.suspect, suspect, key=lambda either: either.probability
            )
            yield self._told(older, clock_ns)
            yield self._closed(entry, Closing.MERGED, clock_ns, merged_into=older.alert.alert_id)

    def _hold_back(
        self, judgement: Judgement, reading: _Reading, clock_ns: int, *, alarming: bool
    ) -> bool:
        """Whether the reading is of a suspect whose alert was withdrawn too short a time ago."""
        self._withdrawn = [
            held for held in self._withdrawn if held.until_ns > clock_ns or held.waiting is not None
        ]
        held_back = False
        for held in self._withdrawn:
            of_suspect = held.case.take(judgement, reading)
            if held.waiting is not None:
                of_suspect |= held.waiting.take(judgement, reading)
            elif of_suspect and alarming:
                held.waiting = _Case(Suspect.of(judgement), [reading])
            held_back |= of_suspect
        return held_back

    def _opened(self, case: _Case, clock_ns: int) -> Alert:
        candidates = case.suspect.candidates(self._decision.candidate_mass)
        alert = Alert(
            alert_id=self._next_id,
            state=AlertState.OPEN,
            time_ns=clock_ns,
            opened_ns=clock_ns,
            candidates=candidates,
            probability=case.suspect.probability,
            belief=self._leading_belief(candidates, case.suspect),
            evidence=case.evidence,
        )
        self._next_id += 1
        self._open.append(_Open(alert, case))
        return alert

    def _told(self, entry: _Open, clock_ns: int) -> Alert:
        suspect = entry.case.suspect
        candidates = suspect.candidates(self._decision.candidate_mass)
        entry.alert = replace(
            entry.alert,
            state=AlertState.UPDATED,
            time_ns=clock_ns,
            candidates=candidates,
            probability=suspect.probability,
            belief=self._leading_belief(candidates, suspect),
            evidence=entry.case.evidence,
        )
        return entry.alert

    def _closed(
        self, entry: _Open, because: Closing, clock_ns: int, merged_into: int | None = None
    ) -> Alert:
        self._open.remove(entry)
        return replace(
            entry.alert,
            state=AlertState.CLOSED,
            time_ns=clock_ns,
            probability=entry.case.suspect.probability,
            closed_because=because,
            merged_into=merged_into,
        )

    def _leading_belief(self, candidates: tuple[Candidate, ...], suspect: Suspect) -> Belief:
        if not candidates:
            # Nobody's belief knows what the sensors saw on somebody whom no camera follows.
            return replace(self._beliefs.prior, probabilities=suspect.carried)
        return self._beliefs.of(candidates[0].track_id)
