"""What a report says of the passages and of the models, besides figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clearway.recognition.evaluation import NamedModel

__all__ = ["ModelFacts", "SetFacts"]

_SHOWN = 12
"""Digits of a digest that tell two files apart."""


@dataclass(frozen=True, slots=True)
class SetFacts:
    """The set of passages."""

    name: str
    simulated: bool
    """Whether bodies and sensors were computed."""
    source: str
    facts: Mapping[str, str] = field(default_factory=dict)
    """More of it, such as the licence, by its heading."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model."""

    name: str
    kind: str
    version: str
    weights: str
    """Beginning of the SHA-256 of its weights."""
    trained_on: str
    n_bodies: int
    """In its training."""
    known_limits: str

    @classmethod
    def of(cls, model: NamedModel) -> ModelFacts:
        """From its description."""
        about = model.recogniser.about
        training = about.training
        return cls(
            model.name,
            about.kind,
            about.version,
            about.weights_sha256[:_SHOWN],
            f"{training.data} ({training.data_sha256[:_SHOWN]})",
            training.n_bodies,
            about.card.known_limits,
        )
