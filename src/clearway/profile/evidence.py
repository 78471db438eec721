"""A threat sensor's reading as ``object_info`` entries, and back.

A sensor that knows Clearway sends its likelihood ratios.  One that only declares a class is
weighed by the rates of the site file, as the simulated sensors are: a declaration alone is no
probability, and its own posterior would count a prior that nobody here knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from clearway.domain import HYPOTHESES, Evidence, Modality, ThreatClass
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
    return entries


def read_evidence(sensor: Curtain | Trace, report: DetectionReport) -> Evidence:
    """What a detection report of a threat sensor says.

    Parameters
    ----------
    sensor : Curtain or Trace
        Its rates weigh what the report declares without likelihood ratios.
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
    modality = Modality.CURTAIN if isinstance(sensor, Curtain) else Modality.TRACE
    entries = values_of(report.object_info)
    nothing = (0.0,) * len(HYPOTHESES)
    if names.POSITION_ONLY in entries and entries[names.POSITION_ONLY].value == "true":
        return Evidence(modality, nothing, examined=0.0, position_only=True)
    ratios = _ratios(entries, modality)
    declared = _declared(entries)
    substance = entries[names.SUBSTANCE].value if names.SUBSTANCE in entries else None
    classes = _classes(report)
    examined = _examined(
        entries, modality, said_something=bool(ratios or declared or classes or substance)
    )
    if examined <= 0.0:
        return Evidence(modality, nothing, examined=0.0)
    if ratios:
        vector = (0.0, *(ratios.get(name, 0.0) for name in HYPOTHESES[1:]))
        return Evidence(modality, vector, examined, declared, substance)
    if isinstance(sensor, Trace):
        found = _found(sensor, declared, classes, substance)
        return trace_evidence(sensor.substances, sensor.error_model.pfa, found)
    return _weighed(sensor, declared, classes)


def _weighed(
    sensor: Curtain, declared: tuple[ThreatClass, ...], classes: frozenset[str]
) -> Evidence:
    """A declaration weighed by the site file's rates."""
    explosive = ThreatClass.EXPLOSIVE in declared or not classes.isdisjoint(_EXPLOSIVE_CLASSES)
    model = RecognitionModel.of(sensor)
    if ThreatClass.HANDGUN in declared:
        return model.evidence(1, int(explosive))
    if ThreatClass.LONG_GUN in declared:
        return model.evidence(2, int(explosive))
    if not classes.isdisjoint(_FIREARM_CLASSES):
        return model.evidence_of_any_firearm(int(explosive))
    return model.evidence(0, int(explosive))


def _found(
    sensor: Trace,
    declared: tuple[ThreatClass, ...],
    classes: frozenset[str],
    substance: str | None,
) -> str | None:
    """The substance that a shot names; of a class without a substance, the most usual one."""
    if substance is not None:
        if substance not in sensor.substances:
            raise UnreadableEvidenceError(
                names.SUBSTANCE, substance, f"one of {', '.join(sorted(sensor.substances))}"
            )
        return substance
    if ThreatClass.EXPLOSIVE in declared or not classes.isdisjoint(_EXPLOSIVE_CLASSES):
        return max(
            sorted(sensor.substances), key=lambda name: sensor.substances[name].innocent_share
        )
    return None


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
