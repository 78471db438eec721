"""What a threat sensor's readings say, by the rates of the site file.

A reading says how probable it was given each hypothesis; nothing here holds a prior.  Real and
simulated sensors of one site file are weighed by the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Evidence, Modality, ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT, HYPOTHESES
from clearway.site.schema import Curtain, Substance

_FIREARMS = (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)


@dataclass(frozen=True, slots=True)
class PossibleReading:
    """One of the things that a sensor may say of a person whom it has examined."""

    evidence: Evidence
    likelihood: NDArray[np.float64]
    """Shape (7,): P(this reading | hypothesis)."""


@dataclass(frozen=True, slots=True)
class RecognitionModel:
    """A curtain's probability of each declaration given each hypothesis.

    Its firearm channel and its explosive channel each declare something or nothing.  Given what
    the person carries, the two are independent.
    """

    firearm: NDArray[np.float64]
    """Shape (7, 3): declared {nothing, handgun, long gun}; rows sum to one."""
    explosive: NDArray[np.float64]
    """Shape (7, 2): declared {no, yes}; rows sum to one."""

    @classmethod
    def of(cls, sensor: Curtain) -> RecognitionModel:
        """Build the tables from the rates of the site file."""
        confusion = sensor.error_model.firearm_confusion
        firearm = np.empty((len(HYPOTHESES), 3))
        explosive = np.empty((len(HYPOTHESES), 2))
        for index in range(len(HYPOTHESES)):
            firearm[index, 1:] = _firearm_row(sensor, index, confusion)
            firearm[index, 0] = 1.0 - firearm[index, 1:].sum()
            explosive[index, 1] = _rate(sensor, ThreatClass.EXPLOSIVE, index)
            explosive[index, 0] = 1.0 - explosive[index, 1]
        return cls(firearm, explosive)

    def evidence(self, firearm: int, explosive: int) -> Evidence:
        """What one examination says, as likelihood ratios against "none"."""
        declared = [_FIREARMS[firearm - 1]] if firearm else []
        return self._evidence(self._likelihood(firearm, explosive), declared, explosive)

    def evidence_of_any_firearm(self, explosive: int) -> Evidence:
        """What an examination says that declares a firearm and does not name its kind."""
        likelihood = self._likelihood(1, explosive) + self._likelihood(2, explosive)
        return self._evidence(likelihood, list(_FIREARMS), explosive)

    def _evidence(
        self, likelihood: NDArray[np.float64], declared: list[ThreatClass], explosive: int
    ) -> Evidence:
        # Without confusion a handgun is never called a long gun: the ratio is minus infinity.
        with np.errstate(divide="ignore"):
            log_ratio = np.log(likelihood / likelihood[0])
        declared = [*declared, ThreatClass.EXPLOSIVE] if explosive else declared
        return Evidence(
            Modality.CURTAIN,
            tuple(log_ratio.tolist()),
            examined=1.0,
            declared=tuple(declared),
        )

    def readings(self) -> tuple[PossibleReading, ...]:
        """Everything that one examination may say; the likelihoods add up to one."""
        return tuple(
            PossibleReading(self.evidence(firearm, explosive), self._likelihood(firearm, explosive))
            for firearm in range(3)
            for explosive in range(2)
        )

    def _likelihood(self, firearm: int, explosive: int) -> NDArray[np.float64]:
        likelihood: NDArray[np.float64] = self.firearm[:, firearm] * self.explosive[:, explosive]
        return likelihood


def _rate(sensor: Curtain, threat: ThreatClass, hypothesis: int) -> float:
    rates = sensor.recognition[threat]
    if hypothesis in CLASS_MEMBERS[threat]:
        return rates.pd
    return rates.nuisance if hypothesis == HARMLESS_OBJECT else rates.pfa


def _firearm_row(sensor: Curtain, hypothesis: int, confusion: float) -> NDArray[np.float64]:
    """P(declared handgun), P(declared long gun) given one hypothesis."""
    carried = [hypothesis in CLASS_MEMBERS[threat] for threat in _FIREARMS]
    if any(carried):
        pd = _rate(sensor, _FIREARMS[carried.index(True)], hypothesis)
        right_kind = np.array(carried, dtype=float)
        return pd * (right_kind * (1.0 - confusion) + (1.0 - right_kind) * confusion)
    return np.array([_rate(sensor, threat, hypothesis) for threat in _FIREARMS])


def trace_evidence(substances: Mapping[str, Substance], pfa: float, found: str | None) -> Evidence:
    """What one shot of a trace sensor says about explosives.

    A trace is evidence of handling: a carrier of explosives has each substance s on the hands
    with probability c_s, anybody else with k_s; a shot finds it with d_s.  With substances in the
    order in which they are tried, the named one is the first that is found::

        P(found s | c) = c_s d_s prod_{r < s} (1 - c_r d_r) + pfa / n prod_r (1 - c_r d_r)

    Parameters
    ----------
    substances : mapping of str to Substance
    pfa : float
        Probability that clean clothes give a name, each of the n equally likely.
    found : str or None
        The substance named.

    Returns
    -------
    Evidence
        With the same ratio for every hypothesis that includes explosives.
    """
    handled = _shot_likelihood(substances, pfa, found, handled=True)
    innocent = _shot_likelihood(substances, pfa, found, handled=False)
    ratio = float(np.log(handled / innocent))
    explosive = CLASS_MEMBERS[ThreatClass.EXPLOSIVE]
    return Evidence(
        Modality.TRACE,
        tuple(ratio if index in explosive else 0.0 for index in range(len(HYPOTHESES))),
        examined=1.0,
        declared=() if found is None else (ThreatClass.EXPLOSIVE,),
        substance=found,
    )


def trace_readings(substances: Mapping[str, Substance], pfa: float) -> tuple[PossibleReading, ...]:
    """Everything that one shot which hits may say; the likelihoods add up to one."""
    handled = np.isin(np.arange(len(HYPOTHESES)), CLASS_MEMBERS[ThreatClass.EXPLOSIVE])
    return tuple(
        PossibleReading(
            trace_evidence(substances, pfa, found),
            np.where(
                handled,
                _shot_likelihood(substances, pfa, found, handled=True),
                _shot_likelihood(substances, pfa, found, handled=False),
            ),
        )
        for found in (None, *sorted(substances))
    )


def _shot_likelihood(
    substances: Mapping[str, Substance], pfa: float, found: str | None, *, handled: bool
) -> float:
    missed = 1.0
    named = 0.0
    for name, substance in sorted(substances.items()):
        share = substance.handled_share if handled else substance.innocent_share
        if name == found:
            named = missed * share * substance.pd
        missed *= 1.0 - share * substance.pd
    if found is None:
        return missed * (1.0 - pfa)
    return named + missed * pfa / len(substances)
