"""Beliefs and alerts side by side, as in the engine, without tracks or positions."""

from __future__ import annotations

import itertools

from clearway.domain import Alert, Attribution, Evidence
from clearway.fusion import AlertKeeper, BeliefKeeper, Judgement
from clearway.site.schema import Decision, Prior
from tests.support.builders import HANDGUN_ALARM, detection

PRIOR = Prior(handgun=0.02, long_gun=0.01, explosive=0.01, harmless_object=0.1, source="for a test")
DECISION = Decision(
    alert_probability=0.5, cue_probability=0.1, candidate_mass=0.95, source="for a test"
)


class Desk:
    """Takes readings that are said to be of certain tracks."""

    def __init__(self) -> None:
        self.beliefs = BeliefKeeper(PRIOR)
        self.alerts = AlertKeeper(DECISION, self.beliefs)
        self.told: list[Alert] = []
        self._sequence = itertools.count(1)

    def say(self, shares: dict[int, float], known: Evidence, clock_ns: int = 0) -> Alert | None:
        """A reading that is of these tracks by these probabilities."""
        none = max(0.0, 1.0 - sum(shares.values()))
        by_position = Attribution(tuple(shares), tuple(shares.values()), none)
        return self.consider(self.beliefs.update(known, by_position), known, clock_ns)

    def consider(
        self, judgement: Judgement, known: Evidence = HANDGUN_ALARM, clock_ns: int = 0
    ) -> Alert | None:
        """The first alert that the reading changed; all of them are in ``told``."""
        reading = detection(
            0.0, (0.0, 0.0), sensor_id="curtain", sequence=next(self._sequence), evidence=known
        )
        return self._first(self.alerts.consider(reading, judgement, clock_ns))

    def review(self, clock_ns: int) -> Alert | None:
        """The first alert that time alone has changed."""
        return self._first(self.alerts.review(clock_ns))

    def _first(self, changed: list[Alert]) -> Alert | None:
        self.told += changed
        return changed[0] if changed else None
