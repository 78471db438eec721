"""The headline figures, each with its n and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy import stats

from clearway.trial.report.data import RunData
from clearway.trial.report.verdict import WIDE
from clearway.trial.statistics import Proportion, Rate
from clearway.trial.wording import NO_DATA, percent, rate_words, seconds_words


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as the report shows it."""

    label: str
    value: str
    n: str
    interval: str
    """Empty where there is none."""
    undecided: bool = False
    """Whether the interval is so wide that the value alone would mislead."""


def headline(data: RunData) -> dict[str, tuple[Figure, ...]]:
    """The headline figures under the question that each answers.

    Naming and noticing stay apart: a right-person rate is no Pd.
    """
    summary = data.summary
    right, alarms = summary["right_person"], summary["alarms"]
    after = f"{right['later_after_s']:.0f} s"
    return {
        "Was the right person named?": (
            share("Right person at the alarm", right["at_alarm"], "sensor alarms at carriers"),
            share(f"Right person {after} later", right["later"], "sensor alarms at carriers"),
        ),
        "Were carriers noticed, and how soon?": (
            share("Pd of the system, any threat", summary["pd"]["any"]["system"], "carriers"),
            _latency(data),
        ),
        "What did it cost everybody else?": (
            per_thousand("Nuisance alarms per 1,000 people", alarms["nuisance"]),
            per_hour("Stops of harmless people per hour", alarms["innocent_stops"]),
        ),
    }


def share(label: str, figure: Proportion, of_what: str) -> Figure:
    """A proportion: ``k of n``."""
    value, _, interval = percent(figure)
    n = f"{figure['k']:,} of {figure['n']:,} {of_what}"
    width = (figure["high"] or 0.0) - (figure["low"] or 0.0)
    return Figure(label, value, n, _typeset(interval), figure["n"] == 0 or width > WIDE)


def per_thousand(label: str, figure: Rate) -> Figure:
    """A rate over the people who passed, per 1000."""
    value, _, interval = rate_words(figure, 1000.0)
    n = f"{figure['count']:,} in {figure['exposure']:,.0f} people who passed"
    return Figure(label, value, n, _typeset(interval))


def per_hour(label: str, figure: Rate) -> Figure:
    """A rate over simulated time, per hour."""
    value, _, interval = rate_words(figure)
    n = f"{figure['count']:,} in {60 * figure['exposure']:,.1f} minutes"
    return Figure(label, value, n, _typeset(interval))


def class_table(pd: Mapping[str, Mapping[str, Proportion]]) -> list[tuple[str, Figure, Figure]]:
    """Sensor and system Pd by class."""
    return [
        (
            "any threat" if name == "any" else name.replace("_", " "),
            share("", kinds["sensor"], ""),
            share("", kinds["system"], ""),
        )
        for name, kinds in pd.items()
    ]


def cost_table(summary: Mapping[str, Any]) -> list[Figure]:
    """What the alarms cost, and whether alerts mean what they say."""
    alarms, candidates = summary["alarms"], summary["candidate_set"]
    calibration = summary["calibration"]
    alerts = calibration["alerts_about_carriers"]
    claimed, size = calibration["mean_alert_probability"], candidates["mean_size"]
    told = f"{candidates['holds_carrier']['n']:,} alerts of carriers"
    return [
        per_thousand("Nuisance alarms per 1,000 people", alarms["nuisance"]),
        per_thousand("False alarms per 1,000 people", alarms["false"]),
        per_hour("Guard stops per hour, carriers included", alarms["guard_stops"]),
        per_hour("Stops of harmless people per hour", alarms["innocent_stops"]),
        share("Alerts that carriers caused", alerts, "alerts"),
        Figure(
            "Mean probability that the alerts stated",
            NO_DATA if claimed is None else f"{100 * claimed:.1f} %",
            f"{alerts['n']:,} alerts",
            "",
        ),
        Figure(
            "Mean size of the candidate set",
            NO_DATA if size is None else f"{size:.2f}",
            told if size is None else f"{told}, largest {candidates['largest']}",
            "",
        ),
        share("Candidate set holds the carrier", candidates["holds_carrier"], "alerts of carriers"),
        share(
            "People at least partly examined", calibration["examined_people"], "people who passed"
        ),
    ]


def _latency(data: RunData) -> Figure:
    latency = data.summary["latency_s"]
    values = [p.latency_s for p in data.outcomes.passages if p.latency_s is not None]
    interval = ""
    if values:
        # Order statistics hold for any distribution; small samples have no such interval.
        found: Any = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
        known = math.isfinite(found.low) and math.isfinite(found.high)
        interval = _typeset(f"{found.low:.1f} - {found.high:.1f} s") if known else ""
    n = f"{latency['n']:,} alerts of carriers"
    return Figure("Median time from sensor to alert", seconds_words(latency["p50"]), n, interval)


def _typeset(interval: str) -> str:
    return interval.replace(" - ", " \N{EN DASH} ").replace(" %", "\N{NO-BREAK SPACE}%")
