"""Numbered markers of alerts, moved apart where they would cover each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from clearway.trial.outcomes import Cause
from clearway.trial.report.alert_stories import AlertStory
from clearway.trial.report.style import CAUSE_COLORS, CAUSE_MARKERS, CAUSE_WORDS, TEXT

MOST_NUMBERED = 50
"""How many alerts are told one by one; the pictures and the table agree on it."""

_SIZE_PT = 11.0
_TRIANGLE_PT = 15.0
_GAP_PT = 13.0


def draw_alerts(
    axes: Axes,
    stories: Sequence[AlertStory],
    places: Sequence[tuple[float, float]],
    along: Literal["x", "y"],
) -> None:
    """Mark alerts by number, cause and, where it was moved, a line to the place.

    Parameters
    ----------
    axes : Axes
        Limits and position must be final, since overlap is a matter of the page.
    stories : sequence of AlertStory
    places : sequence of (float, float)
        Where each belongs, in the axes' units.
    along : {"x", "y"}
        The direction in which markers may be moved.
    """
    if not stories:
        return
    figure = axes.get_figure(root=True)
    scale = figure.dpi / 72.0 if figure is not None else 1.0
    wanted = axes.transData.transform(np.array(places, dtype=np.float64)) / scale
    free = move_apart(wanted, _GAP_PT, 0 if along == "x" else 1)
    moved = axes.transData.inverted().transform(free * scale)
    for story, place, (x, y) in zip(stories, places, moved.tolist(), strict=True):
        cause = story.outcome.cause
        color = CAUSE_COLORS[cause]
        axes.plot(
            *zip(place, (x, y), strict=True),
            color=color,
            linewidth=1.0,
            marker="o",
            markersize=2.5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            zorder=10,
        )
        axes.plot(x, y, **_style(cause), zorder=11)
        axes.annotate(
            str(story.number),
            (x, y),
            xytext=(0.0, -1.4 if cause is Cause.CARRIER else 0.0),
            textcoords="offset points",
            ha="center",
            va="center_baseline",
            fontsize=6.3 if story.number < 100 else 4.5,
            fontweight="bold",
            color="white",
            zorder=12,
        )


def cause_handles(causes: Iterable[Cause] = Cause) -> list[Line2D]:
    """Entries of a legend, one per cause."""
    return [
        Line2D([], [], linestyle="none", label=CAUSE_WORDS[cause], **_style(cause, 0.6))
        for cause in causes
    ]


def move_apart(points: NDArray[np.float64], gap: float, axis: int) -> NDArray[np.float64]:
    """Move points along one axis, first come first served, until none is nearer than ``gap``.

    Parameters
    ----------
    points : (n, 2) float64
    gap : float
        In the unit of the points.
    axis : int
        The coordinate that may change.

    Returns
    -------
    (n, 2) float64

    Examples
    --------
    >>> move_apart(np.array([[0.0, 0.0], [0.0, 0.0], [9.0, 0.0]]), 1.0, 0).tolist()
    [[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]
    """
    placed: NDArray[np.float64] = np.empty((0, 2))
    for point in points:
        free = (tried for tried in _attempts(point, gap, axis) if _is_free(tried, placed, gap))
        placed = np.vstack([placed, next(free)])
    return placed


def _attempts(point: NDArray[np.float64], gap: float, axis: int) -> Iterator[NDArray[np.float64]]:
    """The point, then places ever farther from it on both sides."""
    direction = np.eye(2)[axis]
    for step in count():
        yield point + step * gap * direction
        yield point - step * gap * direction


def _is_free(point: NDArray[np.float64], placed: NDArray[np.float64], gap: float) -> bool:
    return not np.any(np.hypot(*(placed - point).T) < gap - 1e-9)


def _style(cause: Cause, scale: float = 1.0) -> dict[str, Any]:
    return {
        "marker": CAUSE_MARKERS[cause],
        "markersize": scale * (_TRIANGLE_PT if cause is Cause.CARRIER else _SIZE_PT),
        "color": CAUSE_COLORS[cause],
        "markeredgecolor": TEXT if scale < 1.0 else "white",
        "markeredgewidth": 0.0 if scale < 1.0 else 0.8,
    }
