"""When the guard is told, about whom, and until when.

An alert is about one suspected carrier.  It opens when a reading makes it probable enough that
the person examined carries a threat, whoever of the candidates that is.  Every further reading
may move its probability and its candidates; one that is probably of the same person belongs to
the alert and is told.  It closes when all its candidates have left.
"""

from __future__ import annotations

from dataclasses import replace

from clearway.domain import Alert, AlertState, Belief, Candidate, Detection, nanoseconds
from clearway.fusion.belief import BeliefKeeper, Judgement
from clearway.fusion.suspect import Suspect
from clearway.site.schema import Decision

_SAME_PERSON = 0.3
"""A reading belongs to an alert when the chance that it is of the suspect reaches this.

Below one third, so that a reading of one of three equally probable candidates still counts: a
second alert about the same carrier would send a second guard."""


class AlertKeeper:
    """Opens, updates and closes alerts.

    Parameters
    ----------
    decision : Decision
        The site's thresholds.
    beliefs : BeliefKeeper
        Read for the belief that an alert shows.
    """

    def __init__(self, decision: Decision, beliefs: BeliefKeeper) -> None:
        self._decision = decision
        self._beliefs = beliefs
        self._open: list[tuple[Alert, Suspect]] = []
        self._next_id = 1

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
            The alert that the reading opened, or those that it updated.
        """
        key = (detection.sensor_id, detection.sequence)
        changed: list[Alert] = []
        for index, (alert, suspect) in enumerate(self._open):
            chance = suspect.chance_examined(judgement)
            suspect.update(judgement)
            if chance >= _SAME_PERSON:
                told = self._told(alert, suspect, key, clock_ns)
                self._open[index] = told, suspect
                changed.append(told)
        examined = detection.evidence is not None and detection.evidence.examined > 0.0
        probable = judgement.source_threat >= self._decision.alert_probability
        if changed or not (examined and probable):
            return changed
        return [self._opened(Suspect.of(judgement), key, clock_ns)]

    def close_departed(self, present: set[int], clock_ns: int) -> list[Alert]:
        """Close the alerts none of whose candidates is tracked any more.

        An alert stays for the site's deadline at least, that somebody may read it.
        """
        earliest_ns = clock_ns - nanoseconds(self._decision.deadline_s)
        departed = [
            alert
            for alert, _ in self._open
            if alert.time_ns <= earliest_ns
            and present.isdisjoint(candidate.track_id for candidate in alert.candidates)
        ]
        gone = {alert.alert_id for alert in departed}
        self._open = [entry for entry in self._open if entry[0].alert_id not in gone]
        return [replace(alert, state=AlertState.CLOSED, time_ns=clock_ns) for alert in departed]

    def _opened(self, suspect: Suspect, key: tuple[str, int], clock_ns: int) -> Alert:
        candidates = suspect.candidates(self._decision.candidate_mass)
        alert = Alert(
            alert_id=self._next_id,
            state=AlertState.OPEN,
            time_ns=clock_ns,
            opened_ns=clock_ns,
            candidates=candidates,
            probability=suspect.probability,
            belief=self._leading_belief(candidates),
            evidence=(key,),
        )
        self._next_id += 1
        self._open.append((alert, suspect))
        return alert

    def _told(self, alert: Alert, suspect: Suspect, key: tuple[str, int], clock_ns: int) -> Alert:
        candidates = suspect.candidates(self._decision.candidate_mass)
        return replace(
            alert,
            state=AlertState.UPDATED,
            time_ns=clock_ns,
            candidates=candidates,
            probability=suspect.probability,
            belief=self._leading_belief(candidates),
            evidence=(*alert.evidence, key),
        )

    def _leading_belief(self, candidates: tuple[Candidate, ...]) -> Belief:
        if not candidates:
            return self._beliefs.prior
        return self._beliefs.of(candidates[0].track_id)
