"""What a site's decision rule leads to, as tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearway.fusion.decision import (
    OperatingPoint,
    ReadingEffect,
    neighbouring_points,
    operating_point_of_curtain,
    reading_effects,
)
from clearway.site.schema import Decision, Site

__all__ = ["print_decision"]

_NOTE = (
    "Computed from the site file's own rates, prior and crowd rate, as if everybody were followed "
    "without error and passed every curtain of the way once."
)


def print_decision(console: Console, site: Site) -> None:
    """Print when an alert opens, by which readings, and what follows for the guards."""
    console.print(f"\n[bold]{_rule(site.decision)}[/bold]", soft_wrap=True, highlight=False)
    effects = reading_effects(site)
    if effects:
        console.print(_readings_table(effects))
    if not site.curtains:
        return
    alone: dict[str, OperatingPoint] = {}
    for curtain in site.curtains:
        point = operating_point_of_curtain(site, curtain)
        same = next((name for name, known in alone.items() if known == point), None)
        if same is None:
            alone[curtain.id] = point
        else:
            alone[f"{same}, {curtain.id}"] = alone.pop(same)
    console.print(_points_table("One curtain alone", list(alone.items())))
    around = [(_heading(site, point), point) for point in neighbouring_points(site)]
    console.print(_points_table("All curtains of the way, by alert threshold", around))
    console.print(_NOTE, highlight=False)


def _rule(decision: Decision) -> str:
    words = f"An alert opens at a probability of a threat of {decision.alert_threshold:.3f}"
    costs = decision.costs
    if costs is None:
        return f"{words}, as the site file says."
    guard = f" + {costs.guard_per_stop:g}" if costs.guard_per_stop else ""
    return (
        f"{words} = ({costs.needless_stop:g}{guard}) / "
        f"({costs.missed_carrier:g} + {costs.needless_stop:g}), from the costs."
    )


def _heading(site: Site, point: OperatingPoint) -> str:
    own = point.threshold == site.decision.alert_threshold
    return f"{point.threshold:.3f}{' (site)' if own else ''}"


def _readings_table(effects: Sequence[ReadingEffect]) -> Table:
    """One row for each possible reading; sensors of the same figures share their rows."""
    sensors: dict[tuple[ReadingEffect, ...], list[str]] = {}
    for sensor_id in dict.fromkeys(effect.sensor_id for effect in effects):
        own = (effect for effect in effects if effect.sensor_id == sensor_id)
        figures = tuple(replace(effect, sensor_id="") for effect in own)
        sensors.setdefault(figures, []).append(sensor_id)
    table = Table(title="One reading alone", title_justify="left", title_style="")
    table.add_column("sensor")
    table.add_column("reading")
    for column in ("of those examined", "threat before", "after", "alert"):
        table.add_column(column, justify="right")
    for figures, names in sensors.items():
        for row, effect in enumerate(figures):
            table.add_row(
                escape(", ".join(names)) if row == 0 else "",
                escape(_reading(effect)),
                f"{effect.frequency:.2%}",
                f"{effect.threat_before:.3f}",
                f"{effect.threat:.3f}",
                "opens" if effect.opens_alert else "no",
            )
        table.add_section()
    return table


def _reading(effect: ReadingEffect) -> str:
    if effect.substance is not None:
        return effect.substance.replace("_", " ")
    words = " and ".join(threat.value.replace("_", " ") for threat in effect.declared)
    return words or "nothing found"


def _figures(point: OperatingPoint) -> dict[str, str | None]:
    pd = {"any threat": point.pd_any}
    known = {threat: share for threat, share in point.pd.items() if share is not None}
    pd |= {threat.value.replace("_", " "): share for threat, share in known.items()}
    minutes, cost = point.guard_minutes_per_hour, point.cost_per_1000
    return {
        **{f"Pd, {name}": f"{share:.1%}" for name, share in pd.items()},
        "nuisance / 1000 people": f"{point.nuisance_per_1000:.1f}",
        "false / 1000 people": f"{point.false_per_1000:.1f}",
        "people per hour": f"{point.people_per_hour:.0f}",
        "alerts per hour": f"{point.alerts_per_hour:.1f}",
        "guard minutes per hour": None if minutes is None else f"{minutes:.0f}",
        "cost / 1000 people": None if cost is None else f"{cost:.1f}",
    }


def _points_table(title: str, points: Sequence[tuple[str, OperatingPoint]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="")
    table.add_column("expected")
    for heading, _ in points:
        table.add_column(escape(heading), justify="right")
    columns = [_figures(point) for _, point in points]
    for label in columns[0]:
        values = [column[label] for column in columns]
        # Without costs nothing is known of the guard's time.
        if None not in values:
            table.add_row(label, *values)
    return table
