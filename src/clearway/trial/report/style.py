"""How the report's charts look, and how they become part of the page."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from clearway.trial.outcomes import Cause, Outcome

WIDTH_IN: Final = 8.6
TEXT: Final = "#24292e"
MUTED: Final = "#6b7076"
RULE: Final = "#d5d8dc"
ACCENT: Final = "#0072b2"
SECOND: Final = "#d55e00"

# Okabe and Ito's palette, told apart by every common kind of colour vision; the shapes tell the
# same apart once more, for a print without colour.
CAUSE_COLORS: Final = {Cause.CARRIER: SECOND, Cause.NUISANCE: ACCENT, Cause.FALSE: "#3a3f44"}
CAUSE_MARKERS: Final = {Cause.CARRIER: "^", Cause.NUISANCE: "s", Cause.FALSE: "o"}
CAUSE_WORDS: Final = {
    Cause.CARRIER: "carrier",
    Cause.NUISANCE: "nuisance alarm (harmless object)",
    Cause.FALSE: "false alarm (nothing there)",
}
OUTCOME_COLORS: Final = {
    Outcome.RIGHT: ACCENT,
    Outcome.WRONG: "#d55e00",
    Outcome.UNTRACKED: "#e69f00",
    Outcome.NO_ALERT: "#cc79a7",
    Outcome.MERGED: "#f0e442",
    Outcome.LATE: "#56b4e9",
}

RC: Final[dict[Any, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": TEXT,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 8.5,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "clearway",
    "text.color": TEXT,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "xtick.labelsize": 7.5,
    "ytick.color": MUTED,
    "ytick.labelcolor": TEXT,
    "ytick.labelsize": 7.5,
}
"""Settings of matplotlib under which all charts are drawn."""

_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture in the page."""

    svg: str
    """An ``svg`` element."""
    alt: str
    """What it shows, for those who cannot see it."""


def new_figure(height_in: float) -> Figure:
    """A figure as wide as the page."""
    return Figure(figsize=(WIDTH_IN, height_in), layout="constrained")


def chart(figure: Figure, name: str, alt: str, raster_dpi: int = 150) -> Chart:
    """Make a figure part of the page.

    Parameters
    ----------
    figure : Figure
    name : str
        Unique in the page, since ids of all its elements share one name space.
    alt : str
        What it shows.
    raster_dpi : int
        Sharpness of layers with too many points for lines of their own.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", dpi=raster_dpi, metadata=_NO_METADATA)
    text = buffer.getvalue()
    svg = text[text.index("<svg") :]
    # The page's style sheet has this rule; here it would apply to the whole page.
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(
        r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg
    )
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    return Chart(svg, alt)


def minutes_axis(axis: Axis, most: int = 9) -> None:
    """Write the seconds of an axis as minutes and seconds, with at most so many intervals."""
    axis.set_major_formatter(lambda value, _: clock(value))
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 1.5, 2, 3, 6, 10], integer=True))


def clock(time_s: float) -> str:
    """Minutes and seconds.

    Examples
    --------
    >>> clock(83.4)
    '1:23'
    """
    minutes, rest = divmod(int(time_s), 60)
    return f"{minutes}:{rest:02d}"
