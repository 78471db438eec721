"""Labels on a plan that do not lie on each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

__all__ = ["Label", "place_labels"]

_MARKER_PT = 9.0
"""Half the square around each labelled point that other labels keep clear of."""
_CLEAR_PX = 3.0
"""Kept free around each text, since its width changes a little with the resolution."""
_TURNS_DEG = (0, 180, 90, 270, 45, 315, 135, 225)
_REACHES_PT = (10.0, 20.0, 32.0, 46.0, 62.0)
_HORIZONTAL: dict[int, Literal["right", "center", "left"]] = {-1: "right", 0: "center", 1: "left"}
_VERTICAL: dict[int, Literal["top", "center", "bottom"]] = {-1: "top", 0: "center", 1: "bottom"}


class Label(NamedTuple):
    """A text that belongs to a point."""

    text: str
    x_m: float
    y_m: float
    color: str
    direction_deg: float | None = 90.0
    """Where to write it first, counter-clockwise from east; None for on the point itself."""
    rotation_deg: float = 0.0
    """How the text is turned, counter-clockwise."""


def place_labels(ax: Axes, labels: Sequence[Label], *, size_pt: float = 7.5) -> None:
    """Write each label near its point, clear of the other labels and points.

    Each label takes the nearest of a few places around its point that is still free, so the
    result depends on the order; where nothing is free the last place is taken.

    Parameters
    ----------
    ax : Axes
        Its limits and position must be final, since overlap is a matter of pixels.
    labels : sequence of Label
        Points in metres, site frame.
    size_pt : float
        Font size.
    """
    figure = ax.get_figure(root=True)
    if figure is None or not labels:
        return
    figure.draw_without_rendering()
    margin = _MARKER_PT * figure.dpi / 72.0
    points = [ax.transData.transform((label.x_m, label.y_m)) for label in labels]
    taken = [Bbox.from_bounds(x, y, 0, 0).padded(margin) for x, y in points]
    for index, label in enumerate(labels):
        others = taken[:index] + taken[index + 1 :]
        taken.append(_write(ax, label, others, size_pt))


def _write(ax: Axes, label: Label, taken: Sequence[Bbox], size_pt: float) -> Bbox:
    annotation = ax.annotate(
        label.text,
        (label.x_m, label.y_m),
        xytext=(0.0, 0.0),
        textcoords="offset points",
        fontsize=size_pt,
        color=label.color,
        rotation=label.rotation_deg,
        parse_math=False,
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-",
            "color": label.color,
            "linewidth": 0.6,
            "alpha": 0.7,
            "shrinkA": 1.0,
            "shrinkB": 5.0,
        },
        zorder=9,
    )
    box = Bbox.null()
    reaches_pt = (0.0, *_REACHES_PT) if label.direction_deg is None else _REACHES_PT
    for reach_pt in reaches_pt:
        for turn_deg in _TURNS_DEG:
            box = _move(annotation, reach_pt, (label.direction_deg or 0.0) + turn_deg)
            if not any(box.overlaps(other) for other in taken):
                return box
    return box


def _move(annotation: Annotation, reach_pt: float, direction_deg: float) -> Bbox:
    across = reach_pt * math.cos(math.radians(direction_deg))
    up = reach_pt * math.sin(math.radians(direction_deg))
    annotation.set_position((across, up))
    annotation.set_horizontalalignment(_HORIZONTAL[_sign(across)])
    annotation.set_verticalalignment(_VERTICAL[_sign(up)])
    annotation.get_window_extent()  # brings the text to its new position
    return Text.get_window_extent(annotation).padded(_CLEAR_PX)


def _sign(component: float) -> int:
    return 0 if abs(component) < 3.0 else int(math.copysign(1, component))
