"""Belief: what is known of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain.threat import (
    CLASS_MEMBERS,
    HARMLESS_OBJECT,
    Modality,
    ThreatClass,
    ThreatTable,
    table_of,
)


@dataclass(frozen=True, slots=True)
class Belief:
    """Probability of each hypothesis for one person, and how much of the person was examined."""

    probabilities: NDArray[np.float64]
    """Shape (7,), in the order of `HYPOTHESES`, summing to one."""
    prior: NDArray[np.float64]
    """Shape (7,): the site's prior, always shown beside the posterior."""
    examined: Mapping[Modality, float]
    """Largest examined share per modality; a modality that is absent has not examined."""

    @property
    def table(self) -> ThreatTable:
        """Joint table, firearm {none, handgun, long gun} x explosive {no, yes}."""
        return table_of(self.probabilities)

    def probability_of(self, threat: ThreatClass) -> float:
        """Probability that the person carries this class, alone or with another."""
        return float(self.probabilities[list(CLASS_MEMBERS[threat])].sum())

    @property
    def threat(self) -> float:
        """Probability that the person carries any threat."""
        return float(self.probabilities[1:HARMLESS_OBJECT].sum())

    @property
    def prior_threat(self) -> float:
        """Probability of any threat before any measurement."""
        return float(self.prior[1:HARMLESS_OBJECT].sum())

    @property
    def log_likelihood_ratio(self) -> float:
        """Natural log of the combined likelihood ratio threat : no threat, the prior taken out.

        By Bayes' rule the posterior odds are the prior odds times this ratio, so "0.93" can be
        read: how much of it is prior and how much is measurement.
        """
        prior = self.prior_threat
        if not 0.0 < prior < 1.0:
            return 0.0
        # Added up, not 1 - threat, which is 0 long before a very sure belief is certain.
        clear = float(self.probabilities[0] + self.probabilities[HARMLESS_OBJECT])
        odds = np.log(np.maximum([self.threat, clear], np.finfo(float).tiny))
        return float(odds[0] - odds[1] - np.log(prior / (1.0 - prior)))
