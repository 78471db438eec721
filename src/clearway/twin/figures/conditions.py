"""What both the simulation of passages and that of crowds know of a crossing."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.recognition.aspects import blocked_share
from clearway.recognition.view import View
from clearway.site.view_frame import ViewFrame

__all__ = ["Conditions", "conditions_at"]


class Conditions(NamedTuple):
    """Of one crossing; NaN for what is not known."""

    speed_m_s: float
    distance_m: float
    """From the first panel."""
    direction: float
    """+1 for a person who shows the first panel the right side, -1 for the left one."""
    occlusion: float
    """Mean over the panels of the share of each that others hide, 0 to 1."""


def conditions_at(
    frames: Sequence[ViewFrame],
    position_m: ArrayLike,
    velocity_m_s: ArrayLike,
    others_m: ArrayLike,
    *,
    panels_known: bool = True,
) -> Conditions:
    """Conditions of somebody at the crossing.

    Parameters
    ----------
    frames : sequence of ViewFrame
        Of the panels, the first one first.
    position_m, velocity_m_s : (2,) array_like of float
        Of the person, site frame.
    others_m : (n, 2) array_like of float
        Positions of others, site frame.
    panels_known : bool
        Without it only the direction that a panel would look to is known, not where it stands.

    Examples
    --------
    >>> frame = ViewFrame((0.0, 0.0), 0.0)
    >>> conditions_at([frame], (0.0, 1.2), (-1.0, 0.0), np.empty((0, 2)))
    Conditions(speed_m_s=1.0, distance_m=1.2, direction=-1.0, occlusion=0.0)
    """
    first = frames[0]
    velocity = np.append(np.asarray(velocity_m_s, dtype=np.float64), 0.0)
    along = float(first.directions_to_view(velocity)[0])
    speed, direction = float(np.hypot(*velocity[:2])), -1.0 if along < 0.0 else 1.0
    if not panels_known:
        return Conditions(speed, nan, direction, nan)
    others = np.asarray(others_m, dtype=np.float64).reshape(-1, 2)
    shares = [_hidden(frame, np.asarray(position_m, dtype=np.float64), others) for frame in frames]
    distance = float(first.to_view([*np.asarray(position_m).tolist(), 0.0])[1])
    return Conditions(speed, distance, direction, float(np.mean(shares)))


def _hidden(
    frame: ViewFrame, position_m: NDArray[np.float64], others_m: NDArray[np.float64]
) -> float:
    """Share of one panel that others hide from a person."""
    floor = np.zeros((len(others_m) + 1, 1))
    places = frame.to_view(np.hstack([np.vstack([position_m, others_m]), floor]))[:, :2]
    person, *others = [(float(x), float(y)) for x, y in places]
    return blocked_share(View(person, others_m=tuple(others)))
