"""How an examination by a curtain turns out; here by the rates of the site file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Evidence, Modality
from clearway.domain.threat import HYPOTHESES
from clearway.fusion.readings import RecognitionModel
from clearway.site.schema import Curtain
from clearway.twin.carriers import Loads

__all__ = ["NOT_EXAMINED", "AssumedRates", "Examination", "Examiner", "noise_m"]

NOT_EXAMINED = Evidence(Modality.CURTAIN, (0.0,) * len(HYPOTHESES), examined=0.0)


class Examination(NamedTuple):
    """What comes of one crossing."""

    evidence: Evidence
    errors_m: Iterator[NDArray[np.float64]]
    """For each look, shape (2,): noise of the position, site frame, without the fixed offset."""


class Examiner(Protocol):
    """Examines people who cross a curtain's line."""

    def examine(self, person: int, time_s: float, position_m: NDArray[np.float64]) -> Examination:
        """One person at the crossing, in the site frame."""
        ...


class AssumedRates:
    """Declares with the rates of the site file, whatever the conditions.

    The firearm channel and the explosive channel are independent, given what the person carries.

    Parameters
    ----------
    sensor : Curtain
    loads : Loads
    rng : numpy.random.Generator
        The sensor's own stream.
    """

    def __init__(self, sensor: Curtain, loads: Loads, rng: np.random.Generator) -> None:
        self._error = sensor.error_model
        self._loads = loads
        self._rng = rng
        self._model = RecognitionModel.of(sensor)

    def examine(self, person: int, time_s: float, position_m: NDArray[np.float64]) -> Examination:
        """Draw an examination; time and place make no difference."""
        del time_s, position_m
        hypothesis = int(self._loads.hypothesis[person])
        examined = self._rng.random() < self._error.examined_probability
        firearm = int(self._rng.choice(3, p=self._model.firearm[hypothesis]))
        explosive = int(self._rng.random() < self._model.explosive[hypothesis, 1])
        evidence = self._model.evidence(firearm, explosive) if examined else NOT_EXAMINED
        return Examination(evidence, noise_m(self._error.sigma_m, self._rng))


def noise_m(sigma_m: float, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Independent errors of a position, each drawn when it is asked for."""
    while True:
        yield rng.normal(0.0, sigma_m, 2)
