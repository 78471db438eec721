"""What a run assumed and what its measures mean."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from clearway.site.schema import Curtain, Sensor, Site
from clearway.trial.report.alert_stories import plain

DEFINITIONS = {
    "Carrier passage": "One person with a threat who passed at least one threat sensor.",
    "Right person at the alarm": "Share of carrier passages with a sensor alarm whose own alert, "
    "within the deadline, names the carrier first. No alert, a merged alert, a late alert and "
    "nobody named all count as wrong.",
    "Right person later": "The same, judged again 5 s later or when the carrier leaves the floor.",
    "Sensor Pd": "Share of carrier passages of a class at which a sensor raised an alarm.",
    "System Pd": "Share of carrier passages of a class whose alert has the carrier among its "
    "candidates.",
    "Nuisance alarms": "Alerts that a harmless object or an innocent trace caused, per person who "
    "passed.",
    "False alarms": "Alerts with nothing there, per person who passed; never added to the "
    "nuisance alarms.",
    "Guard stops": "Stops if guards stopped the first candidate of every alert.",
    "Stops of harmless people": "Those of the guard stops whose first candidate carries no threat.",
    "Candidate set": "The smallest set of tracks that holds the stated share of the probability "
    "of being the carrier.",
    "Latency": "From passing the first sensor that alarmed to the alert that tells of it, in "
    "simulated time; late and merged alerts count.",
    "Peak density": "Most people at any instant in any window of 2 m by 2 m, per square metre.",
    "Intervals": "95 %: Wilson for shares, exact Poisson for rates, order statistics for the "
    "median.",
}
"""Each measure in one line."""


_NO_FIGURES: Mapping[str, str] = MappingProxyType({})
_DRAWN = (
    "examined share",
    "likelihood ratios",
    "declared classes",
    "place on the body",
    "position noise",
)
_REPLACED = {"recognition", "figures"}
_REPLACED_ERRORS = {"examined_probability", "firearm_confusion"}
"""What figures take the place of."""

_GROUPS = {"error_model", "recognition", "substances"}
"""Keys whose content speaks for itself."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Figures that a run took for granted, and where they come from."""

    what: str
    figures: tuple[str, ...]
    source: str


def assumptions(site: Site, figures: Mapping[str, str] = _NO_FIGURES) -> list[Assumption]:
    """Everything in a site file that has a source.

    Parameters
    ----------
    site : Site
    figures : mapping of str to str
        Where the passages of the curtains that go by no rates come from, by the curtain's id.
    """
    return [*_figures(figures), *_sensors(site.sensors, figures), *_rest(site)]


def _figures(figures: Mapping[str, str]) -> Iterator[Assumption]:
    """Curtains with the same source share an entry."""
    for source in dict.fromkeys(figures.values()):
        ids = [name for name, known in figures.items() if known == source]
        yield Assumption(f"passages of {', '.join(ids)}", _DRAWN, source)


def _sensors(sensors: tuple[Sensor, ...], drawn: Container[str]) -> Iterator[Assumption]:
    """Sensors with the same figures and source share an entry."""
    groups: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for sensor in sensors:
        places = {"id", "kind", "position_m", "heading_deg", "coverage", "source", "trigger_line"}
        figures = tuple(_words(_stated(sensor, places, drawn)))
        groups.setdefault((sensor.kind.value, figures, sensor.source), []).append(sensor.id)
    for (kind, figures, source), ids in groups.items():
        yield Assumption(f"{kind}: {', '.join(ids)}", figures, source)


def _stated(sensor: Sensor, places: set[str], drawn: Container[str]) -> dict[str, Any]:
    """Figures of a sensor that a run goes by."""
    by_rates = sensor.id not in drawn
    if not isinstance(sensor, Curtain) or (by_rates and sensor.figures is None):
        return sensor.model_dump(mode="json", exclude=places)
    stated = sensor.model_dump(mode="json", exclude=places | _REPLACED)
    error = stated["error_model"]
    return stated | {"error_model": {k: v for k, v in error.items() if k not in _REPLACED_ERRORS}}


def _rest(site: Site) -> Iterator[Assumption]:
    yield _section("prior", site.prior.model_dump(mode="json"), site.prior.source)
    decision = site.decision.model_dump(mode="json", exclude_none=True)
    yield _section("decision", decision, site.decision.source)
    crowd = site.crowd.model_dump(
        mode="json", include={"rate_per_min", "model", "speed", "carriers"}
    )
    yield _section("crowd", crowd, site.crowd.source)


def _section(what: str, content: Mapping[str, Any], source: str) -> Assumption:
    figures = {name: value for name, value in content.items() if name != "source"}
    return Assumption(what, tuple(_words(figures)), source)


def _words(content: Mapping[str, Any]) -> Iterator[str]:
    """Figures in words, the figures of a class or substance together."""
    for name, value in content.items():
        if name in _GROUPS:
            yield from _words(value)
        elif isinstance(value, Mapping):
            yield f"{plain(name)}: {', '.join(_words(value))}"
        else:
            yield f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
