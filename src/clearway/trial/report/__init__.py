"""One self-contained HTML page from a run folder.

===================  ===========================================================
`data`, `paths`      the folder, read once
`verdict`, `cards`   what the figures say, in words and in numbers
`alert_stories`      each alert with its reasons and its truth
`assumptions`        what the run took for granted; definitions
`style`, `markers`   how charts look and become part of the page
``figures_*``        the charts, by theme
===================  ===========================================================
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib as mpl
from jinja2 import Environment, PackageLoader, StrictUndefined

from clearway.store.atomic import atomic_write
from clearway.trial.files import REPORT_FILE
from clearway.trial.report.alert_stories import AlertStory, alert_stories
from clearway.trial.report.assumptions import DEFINITIONS, assumptions
from clearway.trial.report.cards import class_table, cost_table, headline
from clearway.trial.report.data import RunData, load_run
from clearway.trial.report.figures_belief import MOST_PANELS, belief_panels
from clearway.trial.report.figures_crowd import density_map, flow_chart
from clearway.trial.report.figures_detection import (
    alarm_chart,
    latency_chart,
    outcome_chart,
    pd_chart,
)
from clearway.trial.report.figures_floor import MOST_ROWS, ROW_S, floor_plan, space_time
from clearway.trial.report.markers import MOST_NUMBERED
from clearway.trial.report.style import RC, Chart
from clearway.trial.report.verdict import duration_words, verdict
from clearway.trial.wording import provenance_sentence, seconds_words

__all__ = ["write_report"]


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into a run folder; nothing in it loads anything from anywhere.

    Parameters
    ----------
    folder : Path
        A run folder with ``run.toml``, ``summary.json``, ``timings.json`` and the four tables.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    InputError
        If the folder is not that of a finished run.
    OutputError
        If the report cannot be written; an earlier one stays.
    """
    data = load_run(folder)
    stories = alert_stories(data)
    with mpl.rc_context(RC):
        charts = _charts(data, stories)
    environment = Environment(
        loader=PackageLoader("clearway.trial", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("template.html").render(_content(data, stories), charts=charts)
    path = folder / REPORT_FILE
    with atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
    return path


def _charts(data: RunData, stories: tuple[AlertStory, ...]) -> dict[str, Chart | None]:
    return {
        "plan": floor_plan(data, stories),
        "spacetime": space_time(data, stories),
        "belief": belief_panels(data),
        "pd": pd_chart(data),
        "outcomes": outcome_chart(data),
        "alarms": alarm_chart(data),
        "latency": latency_chart(data),
        "flow": flow_chart(data),
        "density": density_map(data),
    }


def _content(data: RunData, stories: tuple[AlertStory, ...]) -> dict[str, Any]:
    return {
        "provenance": provenance_sentence(data.summary),
        "simulated": "simulated"
        in {
            data.summary["provenance"]["people"],
            data.summary["provenance"]["sensors"],
        },
        "summary": data.summary,
        "run": data.run,
        "timings": data.timings,
        "site": data.site,
        "duration": duration_words(data.duration_s),
        "verdict": verdict(data.summary),
        "headline": headline(data),
        "stories": stories,
        "most_numbered": MOST_NUMBERED,
        "causes": Counter(story.outcome.cause.value for story in stories),
        "most_panels": MOST_PANELS,
        "spacetime_limit_s": ROW_S * MOST_ROWS,
        "classes": class_table(data.summary["pd"]),
        "costs": cost_table(data.summary),
        "latency": [
            seconds_words(data.summary["latency_s"][name]) for name in ("p50", "p95", "p99")
        ],
        "assumptions": assumptions(data.site, data.run.get("curtain_figures", {})),
        "definitions": DEFINITIONS,
        "command": _command(data.run),
    }


def _command(run: Any) -> str:
    """The command that repeats a run."""
    parts = [f"clearway run {run.get('site_file', 'SITE.toml')}"]
    if "crowd_file" in run:
        parts.append(f"--crowd {run['crowd_file']}")
    if "rate_per_min" in run:
        parts.append(f"--rate {run['rate_per_min']:g}")
    parts += [f"--duration {run['duration_s']:g}", f"--seed {run['seed']}"]
    physics = run.get("curtain_physics", {})
    for option, key in (
        ("curtain-physics", "model"), ("most-looks", "most_looks"), ("accuracy", "accuracy")
    ):  # fmt: skip
        if key in physics:
            parts.append(f"--{option} {physics[key]}")
    return " ".join(parts)
