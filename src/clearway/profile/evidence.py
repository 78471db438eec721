"""A threat sensor's reading as ``object_info`` entries, and back.

A sensor that knows Clearway sends its likelihood ratios.  One that only declares a class is
weighed by the rates of the site file, as the simulated sensors are: a declaration alone is no
probability, and its own posterior would count a prior that nobody here knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from clearway.domain import HYPOTHESES, BodyPlace, Evidence, Modality, ThreatClass
from clearway.fusion.readings import RecognitionModel, trace_evidence
from clearway.profile import names
from clearway.profile.wire import ObjectInfo, info, values_of
from clearway.sapient.bindings import DetectionReport
from clearway.site.schema import Curtain, Trace

_EXPLOSIVE_CLASSES = {names.EXPLOSIVE, names.FIREARM_AND_EXPLOSIVE}
_FIREARM_CLASSES = {names.FIREARM, names.FIREARM_AND_EXPLOSIVE}
_PRESENT = 0.5
"""A class counts as declared from this confidence on."""


class UnreadableEvidenceError(ValueError):
    """An entry cannot be what the profile says it is."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        self.name = name
        super().__init__(f"{name} is {value!r}, not {expected}")


def evidence_info(evidence: Evidence) -> list[ObjectInfo]:
    """The entries that say what a reading says."""
    modality = evidence.modality
    if evidence.position_only:
        return [info(names.POSITION_ONLY, "true")]
    entries = [
        info(names.examined(modality), names.in_words(evidence.examined)),
        info(names.examined_fraction(modality), evidence.examined),
    ]
    if evidence.examined > 0.0:
        entries += [
            info(names.likelihood_ratio(name, modality), ratio)
            for name, ratio in zip(HYPOTHESES[1:], evidence.log_likelihood_ratio[1:], strict=True)
        ]
    if evidence.declared:
        entries.append(info(names.DECLARED, ",".join(threat.value for threat in evidence.declared)))
    if evidence.substance is not None:
        entries.append(info(names.SUBSTANCE, evidence.substance))
    if evidence.body_place is not None:
        entries.append(info(names.BODY_PLACE, evidence.body_place.value))
    return entries


class EvidenceReader:
    """Reads what one threat sensor's detection reports say.

    Parameters
    ----------
    sensor : Curtain or Trace
        Its rates weigh what a report declares without likelihood ratios.
    """

    def __init__(self, sensor: Curtain | Trace) -> None:
        self._modality = Modality.CURTAIN if isinstance(sensor, Curtain) else Modality.TRACE
        self._weigh: _Weigh = (
            partial(_weighed, RecognitionModel.of(sensor))
            if isinstance(sensor, Curtain)
            else partial(_traced, sensor)
        )

    def read(self, report: DetectionReport) -> Evidence:
        """What a detection report says.

        Parameters
        ----------
        report : DetectionReport

        Returns
        -------
        Evidence
            *Not examined* where the report neither says that it examined nor declares anything: a
            report without content must not look like one that found nothing.

        Raises
        ------
        UnreadableEvidenceError
            An entry of the profile has a value that the profile does not allow.
        """
        modality = self._modality
        entries = values_of(report.object_info)
        nothing = (0.0,) * len(HYPOTHESES)
        if names.POSITION_ONLY in entries and entries[names.POSITION_ONLY].value == "true":
            return Evidence(modality, nothing, examined=0.0, position_only=True)
        ratios = _ratios(entries, modality)
        said = _Said(
            _declared(entries),
            _classes(report),
            entries[names.SUBSTANCE].value if names.SUBSTANCE in entries else None,
        )
        examined = _examined(entries, modality, said_something=bool(ratios) or any(said))
        if examined <= 0.0:
            return Evidence(modality, nothing, examined=0.0)
        if ratios:
            vector = (0.0, *(ratios.get(name, 0.0) for name in HYPOTHESES[1:]))
            evidence = Evidence(modality, vector, examined, said.declared, said.substance)
        else:
            evidence = partly_examined(self._weigh(said), examined)
        return replace(evidence, body_place=_body_place(entries))


def partly_examined(evidence: Evidence, share: float) -> Evidence:
    """What a reading of a whole person says if only a share f of the person was examined.

    With probability f what is carried was in the examined part, and the reading is as probable as
    the rates say; else the sensor could see no more than on somebody who carries nothing::

        P(reading | h) / P(reading | none) = f r + (1 - f)

    so that finding nothing on a hundredth of a person clears nobody.

    Parameters
    ----------
    evidence : Evidence
        Of a whole person, with the ratios r.
    share : float
        Above 0, up to 1.

    Examples
    --------
    >>> whole = Evidence(Modality.TRACE, (0.0, math.log(0.2), *5 * (0.0,)), examined=1.0)
    >>> round(math.exp(partly_examined(whole, 0.25).log_likelihood_ratio[1]), 3)
    0.8
    """
    # As a sum it does not overflow, and a hypothesis that was ruled out stays possible.
    unseen = math.log1p(-share) if share < 1.0 else -math.inf
    ratios = (
        float(np.logaddexp(math.log(share) + ratio, unseen))
        for ratio in evidence.log_likelihood_ratio
    )
    return replace(evidence, log_likelihood_ratio=tuple(ratios), examined=share)


class _Said(NamedTuple):
    """What a report says beside likelihood ratios."""

    declared: tuple[ThreatClass, ...]
    classes: frozenset[str]
    """Clearway's classes that it calls present."""
    substance: str | None

    @property
    def explosive(self) -> bool:
        return ThreatClass.EXPLOSIVE in self.declared or not self.classes.isdisjoint(
            _EXPLOSIVE_CLASSES
        )


_Weigh: TypeAlias = Callable[[_Said], Evidence]


def _weighed(model: RecognitionModel, said: _Said) -> Evidence:
    """A curtain's declaration weighed by the site file's rates."""
    explosive = int(said.explosive)
    if ThreatClass.HANDGUN in said.declared:
        return model.evidence(1, explosive)
    if ThreatClass.LONG_GUN in said.declared:
        return model.evidence(2, explosive)
    if not said.classes.isdisjoint(_FIREARM_CLASSES):
        return model.evidence_of_any_firearm(explosive)
    return model.evidence(0, explosive)


def _traced(sensor: Trace, said: _Said) -> Evidence:
    """A shot's substance weighed by the site file's rates; of a bare class, the most usual one."""
    substances = sensor.substances
    found = said.substance
    if found is not None and found not in substances:
        raise UnreadableEvidenceError(
            names.SUBSTANCE, found, f"one of {', '.join(sorted(substances))}"
        )
    if found is None and said.explosive:
        found = max(sorted(substances), key=lambda name: substances[name].innocent_share)
    return trace_evidence(substances, sensor.error_model.pfa, found)


def _ratios(entries: Mapping[str, ObjectInfo], modality: Modality) -> dict[str, float]:
    ratios = {}
    for hypothesis in HYPOTHESES[1:]:
        name = names.likelihood_ratio(hypothesis, modality)
        if name in entries:
            ratios[hypothesis] = _number(name, entries[name].value, upper=None)
    return ratios


def _examined(
    entries: Mapping[str, ObjectInfo], modality: Modality, *, said_something: bool
) -> float:
    fraction = names.examined_fraction(modality)
    if fraction in entries:
        return _number(fraction, entries[fraction].value, lower=0.0, upper=1.0)
    name = names.examined(modality)
    if name not in entries:
        return 1.0 if said_something else 0.0
    words = {"none": 0.0, "partial": 0.5, "full": 1.0}
    if entries[name].value not in words:
        raise UnreadableEvidenceError(name, entries[name].value, "none, partial or full")
    return words[entries[name].value]


def _declared(entries: Mapping[str, ObjectInfo]) -> tuple[ThreatClass, ...]:
    if names.DECLARED not in entries:
        return ()
    text = entries[names.DECLARED].value
    try:
        return tuple(ThreatClass(word.strip()) for word in text.split(",") if word.strip())
    except ValueError:
        known = ", ".join(ThreatClass)
        raise UnreadableEvidenceError(
            names.DECLARED, text, f"a list of {known}, separated by commas"
        ) from None


def _classes(report: DetectionReport) -> frozenset[str]:
    """Clearway's classes that a report calls present."""
    return frozenset(
        sub_class.type.rpartition(":")[2]
        for classification in report.classification
        for sub_class in _flat(classification.sub_class)
        if sub_class.confidence >= _PRESENT and sub_class.type.rpartition(":")[0] == names.NAMESPACE
    )


def _flat(sub_classes: Iterable[DetectionReport.SubClass]) -> Iterable[DetectionReport.SubClass]:
    for sub_class in sub_classes:
        yield sub_class
        yield from _flat(sub_class.sub_class)


def _body_place(entries: Mapping[str, ObjectInfo]) -> BodyPlace | None:
    """None also for a place that nobody here knows: that is no reason to lose the reading."""
    if names.BODY_PLACE not in entries:
        return None
    with suppress(ValueError):
        return BodyPlace(entries[names.BODY_PLACE].value)
    return None


def _number(name: str, text: str, lower: float = -math.inf, upper: float | None = None) -> float:
    """A finite number within its bounds; a ratio may be minus infinity: ruled out."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    too_large = number == math.inf if upper is None else number > upper
    if math.isnan(number) or number < lower or too_large:
        bounds = "a number" if upper is None else f"a number from {lower:g} to {upper:g}"
        raise UnreadableEvidenceError(name, text, bounds)
    return number
