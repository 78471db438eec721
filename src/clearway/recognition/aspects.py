"""Which sides of a body a panel can see.

A smooth body returns a wave to the array only where its normal halves the angle between the
transmitter and the receiver.  The normals that a panel sees are therefore those that point at
some place of the panel, widened by the lobe of a surface that is not quite smooth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.view import View

__all__ = ["N_SECTORS", "PANEL_HALF_WIDTH_M", "blocked_share", "seen_sectors"]

N_SECTORS = 24
"""Sides of a body, 15 degrees each, counted from the front to the person's left."""

PANEL_HALF_WIDTH_M = 1.0
_LOBE_RAD = np.radians(10.0)
_BODY_RADIUS_M = 0.25
_RAYS = 41


def seen_sectors(view: View, half_width_m: float = PANEL_HALF_WIDTH_M) -> NDArray[np.bool_]:
    """(N_SECTORS,) sides of the person's body that face some part of the panel.

    Examples
    --------
    Who walks past the middle of a panel shows it the right side, and not the left:

    >>> seen = seen_sectors(View((0.0, 1.2), (1.4, 0.0)))
    >>> bool(seen[18]), bool(seen[6])
    (True, False)
    """
    x_m, y_m = view.person_m
    edges = np.arctan2(-y_m, np.array([-half_width_m, half_width_m]) - x_m)
    low, high = edges.min() - _LOBE_RAD, edges.max() + _LOBE_RAD
    normal = view.heading_rad + 2 * np.pi * np.arange(N_SECTORS) / N_SECTORS
    beyond = np.mod(normal - low, 2 * np.pi)
    return np.asarray(beyond <= high - low)


def blocked_share(view: View, half_width_m: float = PANEL_HALF_WIDTH_M) -> float:
    """Share of the panel that somebody else hides from the person, 0 to 1.

    Examples
    --------
    >>> blocked_share(View((0.0, 1.5), others_m=((0.0, 0.8),))) > 0.4
    True
    >>> blocked_share(View((0.0, 0.8), others_m=((0.0, 1.5),)))
    0.0
    """
    if not view.others_m:
        return 0.0
    person = np.asarray(view.person_m)
    others = np.asarray(view.others_m)
    across = np.linspace(-half_width_m, half_width_m, _RAYS)
    ray = np.column_stack((across, np.zeros(_RAYS))) - person
    length = np.linalg.norm(ray, axis=1, keepdims=True)
    along = (others - person) @ (ray / length).T
    aside = np.abs((others - person) @ (ray[:, ::-1] * (1.0, -1.0) / length).T)
    # Whoever is nearer than a body's radius is beside the person, not between.
    hidden = (aside < _BODY_RADIUS_M) & (along > _BODY_RADIUS_M) & (along < length.T)
    return float(hidden.any(axis=0).mean())
