"""What the engine believed of each carrier, against time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from clearway.domain import nanoseconds
from clearway.trial.outcomes import Outcome, Passage
from clearway.trial.report.alert_stories import plain
from clearway.trial.report.data import Row, RunData
from clearway.trial.report.style import (
    ACCENT,
    MUTED,
    SECOND,
    TEXT,
    Chart,
    chart,
    minutes_axis,
    new_figure,
)

MOST_PANELS = 12
_COLUMNS = 3
_LONG_RUN_S = 600.0
_PERIOD_S = 0.5
"""Time between two points of a curve of a long run."""


class _Reading(NamedTuple):
    """How a sensor's reading is marked."""

    label: str
    marker: str
    color: str


_ALARM = _Reading("alarm", "^", SECOND)
_CLEAR = _Reading("nothing found", "o", ACCENT)
_NOT_EXAMINED = _Reading("not examined", "x", TEXT)


def belief_panels(data: RunData) -> Chart | None:
    """One small chart per carrier: probability of a threat of the track that is truly theirs."""
    passages = shown_passages(data)
    if not passages:
        return None
    rows = math.ceil(len(passages) / _COLUMNS)
    figure = new_figure(0.55 + 1.55 * rows)
    grid = figure.subplots(rows, _COLUMNS, sharey=True, squeeze=False)
    for axes in grid.flat[len(passages) :]:
        axes.set_visible(False)
    for axes, passage in zip(grid.flat, passages, strict=False):
        _draw(axes, data, passage)
    for axes in grid[:, 0]:
        axes.set_ylabel("P(threat)")
    for index, axes in enumerate(grid.flat[: len(passages)]):
        if index + _COLUMNS >= len(passages):
            axes.set_xlabel("time (min:s)")
    figure.legend(handles=list(_handles()), loc="outside upper center", ncols=6)
    return chart(
        figure,
        "belief",
        f"Probability of a threat against time for {len(passages)} carriers, with the readings "
        "of the threat sensors, the prior and the alert threshold.",
    )


def shown_passages(data: RunData) -> list[Passage]:
    """Those that went wrong first, since one learns most from them."""
    ordered = sorted(
        data.outcomes.passages,
        key=lambda passage: (passage.at_alarm is Outcome.RIGHT, passage.person_id),
    )
    return ordered[:MOST_PANELS]


def _draw(axes: Axes, data: RunData, passage: Passage) -> None:
    person_id = passage.person_id
    times_s, belief = _curve(data, person_id)
    axes.plot(times_s, belief, color=TEXT, linewidth=1.2, zorder=3)
    axes.axhline(data.site.decision.alert_threshold, color=SECOND, linewidth=0.8, ls=(0, (4, 2)))
    axes.axhline(data.site.prior.threat, color=MUTED, linewidth=0.8, ls=":")
    for row in data.evidence:
        if row["true_person_id"] == person_id:
            _mark(axes, row, data.since_start_s(row["judged_ns"]), times_s, belief)
    outcome = passage.at_alarm.value if passage.at_alarm else "no sensor alarm"
    axes.set_title(
        f"person {person_id}, {plain(passage.carries)}: {outcome}", fontsize=7.5, color=TEXT
    )
    axes.set(ylim=(-0.05, 1.08), yticks=(0.0, 0.5, 1.0))
    minutes_axis(axes.xaxis, 4)


def _mark(axes: Axes, row: Row, at_s: float, times_s: list[float], belief: list[float]) -> None:
    """Mark a reading on the curve at the time at which the engine took it in."""
    index = int(np.searchsorted(times_s, at_s))
    known = belief[index] if index < len(belief) else math.nan
    look = _look(row)
    axes.plot(
        at_s,
        0.0 if math.isnan(known) else known,
        linestyle="none",
        marker=look.marker,
        markersize=6,
        color=look.color,
        markerfacecolor="white" if look is _CLEAR else look.color,
        zorder=4,
    )


def _look(row: Row) -> _Reading:
    if row["examined"] <= 0.0:
        return _NOT_EXAMINED
    return _ALARM if row["declared"] else _CLEAR


def _curve(data: RunData, person_id: int) -> tuple[list[float], list[float]]:
    """Times and probability of a threat; NaN where no track is this person's."""
    path = data.truth.of(person_id)
    step = 1
    if data.duration_s > _LONG_RUN_S:
        step = max(1, round(_PERIOD_S * data.site.engine.report_rate_hz))
    times_s = path.time_s[::step].tolist()
    return times_s, [_belief_at(data, person_id, time_s) for time_s in times_s]


def _belief_at(data: RunData, person_id: int, time_s: float) -> float:
    time_ns = data.start_ns + nanoseconds(time_s)
    for track_id, p_threat in data.tracks_at.at(time_ns).items():
        if data.instants.owner(track_id, time_ns) == person_id:
            return p_threat
    return math.nan


def _handles() -> Iterator[Line2D]:
    yield Line2D([], [], color=TEXT, linewidth=1.2, label="belief of the true track")
    for look in (_ALARM, _CLEAR, _NOT_EXAMINED):
        yield Line2D(
            [],
            [],
            linestyle="none",
            marker=look.marker,
            color=look.color,
            markerfacecolor="white" if look is _CLEAR else look.color,
            label=look.label,
        )
    yield Line2D([], [], color=SECOND, linewidth=0.8, ls=(0, (4, 2)), label="alert threshold")
    yield Line2D([], [], color=MUTED, linewidth=0.8, ls=":", label="prior")
