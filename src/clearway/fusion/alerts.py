"""When the guard is told, about whom, and until when.

An alert is about one suspected carrier.  It opens when a reading makes it probable enough that
the person examined carries a threat, whoever of the candidates that is.  A further reading of
what is probably the same person updates it; it closes when all its candidates have left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Alert, AlertState, Belief, Candidate, Detection
from clearway.fusion.belief import BeliefKeeper, Judgement
from clearway.site.schema import Decision

_SAME_PERSON = 0.3
"""Two readings are of one person when the chance of it, by their candidates, reaches this."""


@dataclass(slots=True)
class _Suspect:
    """An open alert and the whole distribution behind its candidate set."""

    alert: Alert
    distribution: dict[int, float]

    def is_tracked(self, present: set[int]) -> bool:
        """Whether any candidate is among these tracks."""
        return any(candidate.track_id in present for candidate in self.alert.candidates)


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
        self._open: list[_Suspect] = []
        self._next_id = 1

    def consider(self, detection: Detection, judgement: Judgement, clock_ns: int) -> Alert | None:
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
        Alert or None
            The alert that the reading opened or updated.
        """
        if detection.evidence is None or detection.evidence.examined <= 0.0:
            return None  # "not examined" says nothing of anybody
        carrier = _carrier_distribution(judgement)
        suspect, chance = self._most_alike(judgement)
        if suspect is not None and chance >= _SAME_PERSON:
            return self._update(suspect, detection, judgement, carrier, clock_ns)
        if judgement.source_threat < self._decision.alert_probability:
            return None
        return self._open_alert(detection, judgement, carrier, clock_ns)

    def close_departed(self, present: set[int], clock_ns: int) -> list[Alert]:
        """Close the alerts none of whose candidates is tracked any more."""
        departed = [s for s in self._open if not s.is_tracked(present)]
        self._open = [s for s in self._open if s.is_tracked(present)]
        return [
            replace(suspect.alert, state=AlertState.CLOSED, time_ns=clock_ns)
            for suspect in departed
        ]

    def _most_alike(self, judgement: Judgement) -> tuple[_Suspect | None, float]:
        """The open alert that most probably is about the person examined."""
        source = dict(
            zip(judgement.attribution.track_ids, judgement.attribution.probabilities, strict=True)
        )
        best, best_chance = None, 0.0
        for suspect in self._open:
            chance = sum(
                share * source.get(track_id, 0.0)
                for track_id, share in suspect.distribution.items()
            )
            if chance > best_chance:
                best, best_chance = suspect, chance
        return best, best_chance

    def _open_alert(
        self,
        detection: Detection,
        judgement: Judgement,
        distribution: dict[int, float],
        clock_ns: int,
    ) -> Alert:
        candidates = _candidate_set(distribution, self._decision.candidate_mass)
        alert = Alert(
            alert_id=self._next_id,
            state=AlertState.OPEN,
            time_ns=clock_ns,
            opened_ns=clock_ns,
            candidates=candidates,
            probability=judgement.source_threat,
            belief=self._leading_belief(candidates),
            evidence=((detection.sensor_id, detection.sequence),),
        )
        self._next_id += 1
        self._open.append(_Suspect(alert, distribution))
        return alert

    def _update(
        self,
        suspect: _Suspect,
        detection: Detection,
        judgement: Judgement,
        carrier: dict[int, float],
        clock_ns: int,
    ) -> Alert:
        if judgement.source_threat >= self._decision.alert_probability:
            suspect.distribution = _joint(suspect.distribution, carrier)
        candidates = _candidate_set(suspect.distribution, self._decision.candidate_mass)
        suspect.alert = replace(
            suspect.alert,
            state=AlertState.UPDATED,
            time_ns=clock_ns,
            candidates=candidates,
            probability=_revised_probability(suspect, judgement),
            belief=self._leading_belief(candidates),
            evidence=(*suspect.alert.evidence, (detection.sensor_id, detection.sequence)),
        )
        return suspect.alert

    def _leading_belief(self, candidates: tuple[Candidate, ...]) -> Belief:
        if not candidates:
            return self._beliefs.prior
        return self._beliefs.of(candidates[0].track_id)


def _carrier_distribution(judgement: Judgement) -> dict[int, float]:
    """Who the person examined is, given that this person carries: w_i' t_i, normalised."""
    shares = np.array(judgement.attribution.probabilities) * np.array(judgement.threat_if_source)
    total = max(judgement.source_threat, float(np.finfo(float).tiny))
    return dict(zip(judgement.attribution.track_ids, (shares / total).tolist(), strict=True))


def _joint(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    """Who one carrier is by two readings: the normalised product, "nobody tracked" included."""
    ids = sorted(first.keys() | second.keys())
    product: NDArray[np.float64] = np.array([first.get(i, 0.0) * second.get(i, 0.0) for i in ids])
    nobody = max(0.0, 1.0 - sum(first.values())) * max(0.0, 1.0 - sum(second.values()))
    if product.sum() + nobody <= 0.0:
        return second
    return dict(zip(ids, (product / (product.sum() + nobody)).tolist(), strict=True))


def _candidate_set(distribution: dict[int, float], mass: float) -> tuple[Candidate, ...]:
    """The smallest set of tracks that holds ``mass``, or all that is there."""
    chosen: list[Candidate] = []
    held = 0.0
    for track_id, share in sorted(distribution.items(), key=lambda item: (-item[1], item[0])):
        if held >= mass or share <= 0.0:
            break
        chosen.append(Candidate(track_id, share))
        held += share
    return tuple(chosen)


def _revised_probability(suspect: _Suspect, judgement: Judgement) -> float:
    """Probability that the suspect carries, after one more reading.

    If the carrier is candidate i (share c_i), the reading is of i with probability w_i' and then
    says t_i; otherwise it says nothing of the suspect: sum_i c_i (w_i' t_i + (1 - w_i') p).
    """
    told = {
        track_id: (share, threat)
        for track_id, share, threat in zip(
            judgement.attribution.track_ids,
            judgement.attribution.probabilities,
            judgement.threat_if_source,
            strict=True,
        )
    }
    before = suspect.alert.probability
    change = 0.0
    for track_id, candidate_share in suspect.distribution.items():
        share, threat = told.get(track_id, (0.0, before))
        change += candidate_share * share * (threat - before)
    return min(1.0, max(0.0, before + change))
