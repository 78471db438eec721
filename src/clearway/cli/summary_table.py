"""A run's summary as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from clearway.trial.wording import percent, provenance_sentence, rate_words, seconds_words


def print_summary(console: Console, summary: Mapping[str, Any]) -> None:
    """Print the figures that decide, each with n and its 95 % interval."""
    table = Table(title=provenance_sentence(summary), title_justify="left", title_style="bold")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("n", justify="right")
    table.add_column("95 % interval")
    right = summary["right_person"]
    _add(table, "right person at the alarm", *percent(right["at_alarm"]))
    _add(table, f"right person {right['later_after_s']:.0f} s later", *percent(right["later"]))
    for name, pd in summary["pd"].items():
        label = "any threat" if name == "any" else name.replace("_", " ")
        _add(table, f"Pd, {label}", *percent(pd["system"]))
    alarms = summary["alarms"]
    _add(table, "nuisance alarms / 1000 people", *rate_words(alarms["nuisance"], 1000.0))
    _add(table, "false alarms / 1000 people", *rate_words(alarms["false"], 1000.0))
    _add(table, "guard stops per hour", *rate_words(alarms["guard_stops"]))
    latency = summary["latency_s"]
    for name in ("p50", "p95", "p99"):
        _add(table, f"sensor to alert, {name}", seconds_words(latency[name]), str(latency["n"]))
    crowd = summary["crowd"]
    _add(table, "flow, persons/min", f"{crowd['persons_per_min']:.0f}", str(crowd["people"]))
    _add(table, "peak density, persons/m2", f"{crowd['peak_density_per_m2']:.2f}", "", "2 m x 2 m")
    for reason, count in summary["engine"]["refused_detections"].items():
        _add(table, f"detections refused, {reason.replace('_', ' ')}", f"{count:,}", "")
    console.print(table)
    console.print(_expected(summary["operating_point"]), highlight=False)


def _expected(point: Mapping[str, Any]) -> str:
    """What the site file's own figures lead to, beside what the run has counted."""
    words = [
        f"Pd {100 * point['pd']['any']:.1f} %",
        f"nuisance {point['nuisance_per_1000_people']:.1f}",
        f"false {point['false_per_1000_people']:.1f} / 1000 people",
        f"{point['alerts_per_hour']:.0f} stops per hour",
    ]
    if point["guard_minutes_per_hour"] is not None:
        words.append(f"{point['guard_minutes_per_hour']:.0f} guard minutes per hour")
    return (
        f"Alerts open at p = {point['alert_threshold']:.3f}. Expected from the site file alone, "
        f"with everybody followed without error: {', '.join(words)}."
    )


def _add(table: Table, label: str, value: str, n: str, interval: str = "") -> None:
    table.add_row(label, value, n, interval)
