"""The file ``model.toml`` of a recogniser: every key and its meaning.

The folder holds this file and one file of weights: ``trees.npz`` of the baseline or
``network.onnx`` of the network.  Nothing in it can run code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from clearway.domain import ThreatClass
from clearway.imaging import Region
from clearway.recognition.classes import CLASSES, OUTCOMES
from clearway.recognition.correlation import Correlation
from clearway.recognition.logistic import Logistic
from clearway.recognition.passage import PassageModel
from clearway.recognition.probabilities import Calibration
from clearway.recognition.quality import LIMITS, SPACE, Limit, Reason
from clearway.recognition.roi import RegionOfInterest

__all__ = [
    "FORMAT",
    "CalibrationTable",
    "Card",
    "InterestTable",
    "LimitTable",
    "ModelFile",
    "PassageTable",
    "SpaceTable",
    "SupportTable",
    "TrainingTable",
]

FORMAT = 1

_Positive = Annotated[float, Field(gt=0.0)]
_Whole = Annotated[int, Field(ge=1)]
_Three = tuple[float, float, float]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class InterestTable(_Table):
    """Which voxels around a person are imaged; the keys are those of `RegionOfInterest`."""

    shape: tuple[_Whole, _Whole, _Whole]
    voxel_m: _Positive
    pooling: tuple[_Whole, _Whole, _Whole]
    ahead_m: float
    lowest_m: float
    snap_m: _Positive

    def build(self) -> RegionOfInterest:
        """As the recogniser uses it."""
        return RegionOfInterest(**self.model_dump())


class CalibrationTable(_Table):
    """Correction of the frames' scores; threats by threats, in the order of ``classes``."""

    weights: tuple[_Three, _Three, _Three]
    bias: _Three

    @classmethod
    def of(cls, calibration: Calibration) -> CalibrationTable:
        """As the file holds it."""
        return cls.model_validate(_numbers(calibration.logistic))

    def build(self) -> Calibration:
        """As the recogniser uses it."""
        return Calibration(Logistic(self.weights, self.bias))


class PassageTable(_Table):
    """How the frames of a passage are combined."""

    shared: Annotated[float, Field(ge=0.0, le=0.98)]
    """Part of the variance that all frames of a passage share."""
    decay_s: Annotated[float, Field(ge=0.0)]
    """After this time two frames share 1 / e of the rest."""
    weights: Annotated[tuple[tuple[float, ...], ...], Field(min_length=4, max_length=4)]
    bias: Annotated[tuple[float, ...], Field(min_length=4, max_length=4)]
    support: Annotated[tuple[float, ...], Field(min_length=5, max_length=5)]
    """Passages of each outcome that the model was fitted on; ratios go no further than these
    support."""
    harmless_share: Annotated[float, Field(ge=0.0, lt=1.0)]
    """Share of people with a harmless object among those without a threat."""

    @classmethod
    def of(cls, model: PassageModel) -> PassageTable:
        """As the file holds it."""
        return cls.model_validate(
            {
                **_numbers(model.logistic),
                "shared": model.correlation.shared,
                "decay_s": model.correlation.decay_s,
                "support": _plain(model.support),
                "harmless_share": model.harmless_share,
            }
        )

    def build(self) -> PassageModel:
        """As the recogniser uses it."""
        return PassageModel(
            Correlation(self.shared, self.decay_s),
            Logistic(self.weights, self.bias),
            self.support,
            self.harmless_share,
        )


class LimitTable(_Table):
    """A limit of view quality; see `clearway.recognition.quality.LIMITS` for the units."""

    good: float
    poor: float


class SpaceTable(_Table):
    """Where the middle of a body may be, in the panel's view frame."""

    lower_m: _Three = SPACE.lower_m
    upper_m: _Three = SPACE.upper_m

    @classmethod
    def of(cls, space: Region) -> SpaceTable:
        """As the file holds it."""
        return cls(lower_m=space.lower_m, upper_m=space.upper_m)

    def build(self) -> Region:
        """As the recogniser uses it."""
        return Region(self.lower_m, self.upper_m)


class SupportTable(_Table):
    """What stands behind a threshold: passages without a threat that it was set on."""

    asked_pfa: Annotated[float, Field(ge=0.0, le=1.0)]
    """Share of them that might pass it."""
    alarms: Annotated[int, Field(ge=0)]
    """Those of them that do pass it."""
    n_passages: _Whole
    n_bodies: _Whole
    """Passages of one body are not independent: with few bodies the bound says too little."""
    highest_pfa: Annotated[float, Field(ge=0.0, le=1.0)]
    """Upper bound of the rate of false alarms, at a confidence of 95 %, were the passages
    independent.  With fewer passages than one in the rate asked for, the threshold is just above
    the highest score of them, and this is what it is good for."""


class TrainingTable(_Table):
    """What the model was trained on: enough to do it again."""

    data: str
    """Name of the training set."""
    data_sha256: str
    seed: int
    command: str
    """The command that trains it."""
    n_frames: int
    n_passages: int
    n_bodies: int
    clearway_version: str


class Card(_Table):
    """For people: what the model is for, and what it is not for."""

    intended_use: str
    not_for: str
    known_limits: str


class ModelFile(_Table):
    """The whole file."""

    format: Literal[1]
    kind: Literal["baseline", "network"]
    version: Annotated[str, Field(min_length=1)]
    classes: tuple[str, ...] = CLASSES
    outcomes: tuple[str, ...] = OUTCOMES
    weights_file: Literal["trees.npz", "network.onnx"]
    weights_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    features: tuple[str, ...] = ()
    """Names in the order of the baseline's trees."""
    region_of_interest: InterestTable
    calibration: CalibrationTable
    passage: PassageTable
    thresholds: Mapping[ThreatClass, float] = {}
    """Score of a passage from which on the recogniser itself declares a threat."""
    threshold_support: Mapping[ThreatClass, SupportTable] = {}
    """Behind each of the thresholds; empty where it was not told."""
    limits: Mapping[Reason, LimitTable] = {
        reason: LimitTable(good=limit.good, poor=limit.poor) for reason, limit in LIMITS.items()
    }
    space: SpaceTable = SpaceTable()
    training: TrainingTable
    card: Card

    def built_limits(self) -> dict[Reason, Limit]:
        """As the recogniser uses them."""
        return {reason: Limit(limit.good, limit.poor) for reason, limit in self.limits.items()}

    def built_space(self) -> Region:
        """As the recogniser uses it."""
        return self.space.build()


def _numbers(logistic: Logistic) -> dict[str, object]:
    return {"weights": _plain(logistic.weights), "bias": _plain(logistic.bias)}


def _plain(array: object) -> object:
    """Nested tuples of floats."""
    listed = np.asarray(array).tolist()
    return tuple(tuple(row) if isinstance(row, list) else row for row in listed)
