"""Whether a model's probabilities of each threat come true, at the set's prior and at a station's.

A probability is the posterior over the outcomes that the set holds.  Passages that were not
examined claim nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS
from clearway.recognition.probabilities import posterior
from clearway.recognition.scoring import ScoredPassages
from clearway.recognition.scoring.calibration_error import (
    Reliability,
    prior_weights,
    reliability,
)

__all__ = ["ClaimFigures", "claims_at", "even_prior", "priors", "station_prior"]


def even_prior() -> dict[str, float]:
    """Every outcome as likely as any other."""
    return {outcome: 1.0 / len(OUTCOMES) for outcome in OUTCOMES}


def station_prior(threat: float = 1e-4, harmless: float = 0.1) -> dict[str, float]:
    """A prior such as that of a station, where hardly anybody carries a threat.

    Parameters
    ----------
    threat : float
        Of any threat; the three classes share it evenly.
    harmless : float
        Share of the others who carry a harmless object that resembles one.

    Examples
    --------
    >>> prior = station_prior(0.003, 0.1)
    >>> round(prior["handgun"], 6), round(prior["harmless_object"], 6)
    (0.001, 0.0997)
    """
    if not (0.0 < threat < 1.0 and 0.0 < harmless < 1.0):
        raise ArgumentError(
            "prior", f"is {threat} with {harmless} harmless", "give shares between 0 and 1"
        )
    innocent = 1.0 - threat
    return {
        NONE: innocent * (1.0 - harmless),
        HARMLESS: innocent * harmless,
        **{kind.value: threat / len(THREATS) for kind in THREATS},
    }


def priors(threat: float = 1e-4) -> dict[str, dict[str, float]]:
    """The priors that a report tells the calibration error at, by their words.

    Parameters
    ----------
    threat : float
        Share of people with a threat at a station; the default is assumed.

    Examples
    --------
    >>> list(priors(0.002))
    ['all outcomes equally likely', 'one threat in 500 people']
    """
    return {
        "all outcomes equally likely": even_prior(),
        f"one threat in {1 / threat:,.0f} people": station_prior(threat),
    }


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """The probabilities of one threat, or of any, under one prior."""

    prior: str
    threat: ThreatClass | None
    """None for any."""
    reliability: Reliability


def claims_at(
    passages: ScoredPassages, name: str, prior: Mapping[str, float]
) -> tuple[ClaimFigures, ...]:
    """Compare the claims of every threat in the set with the truth.

    Parameters
    ----------
    passages : ScoredPassages
    name : str
        Of the prior, in words.
    prior : mapping of str to float
        By outcome; outcomes that were never examined are left out of it.

    Returns
    -------
    tuple of ClaimFigures
        Any threat first; empty where nothing was examined, or one outcome alone.
    """
    seen = passages.chosen(passages.examined)
    present = np.unique(seen.outcome)
    if len(present) < 2:
        return ()
    shares = np.array([prior[OUTCOMES[number]] for number in present])
    shares /= shares.sum()
    claimed = _posterior(seen.ratios[:, present], shares)
    row = np.searchsorted(present, seen.outcome)
    weights = prior_weights(row, shares)
    threats = [kind for kind in THREATS if OUTCOMES.index(kind) in present]
    figures = []
    for threat in (None, *threats) if threats else ():
        of_claim = [OUTCOMES.index(kind) for kind in (threats if threat is None else [threat])]
        columns = np.isin(present, of_claim)
        probability = np.clip(claimed[:, columns].sum(axis=1), 0.0, 1.0)
        happened = np.isin(seen.outcome, of_claim)
        figures.append(ClaimFigures(name, threat, reliability(probability, happened, weights)))
    return tuple(figures)


def _posterior(ratios: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of some outcomes only; ratios count against the first of these."""
    return posterior(ratios[:, 1:] - ratios[:, :1], shares)
