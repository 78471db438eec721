"""Where a recording lies in the site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.site.floor import floor_polygon
from clearway.site.schema import Placement, Site
from clearway.twin.crowd.people import Crowd

TOLERANCE_M = 0.3
"""Heads sway over a wall, and a drawn wall is not the built one."""
OUTSIDE_SHARE = 0.05
"""A larger share of positions off the floor means a wrong placement or a wrong floor."""


def place(crowd: Crowd, site: Site, source: Path | str = "recording") -> Crowd:
    """Move a recording into the site by ``[crowd.placement]``, or else along the walkway.

    Parameters
    ----------
    crowd : Crowd
        In the recording's own frame.
    site : Site
        Its placement turns first and shifts then.
    source : Path or str
        The recording's file, for the error message.

    Returns
    -------
    Crowd
        In the site frame.

    Raises
    ------
    InputError
        More than 5 % of the positions lie farther than 0.3 m off the floor.
    """
    if site.crowd.placement is None:
        return lay_along_walkway(crowd, site, source)
    placed = crowd.moved(_by_placement(crowd.position_m, site.crowd.placement))
    _check_on_floor(placed, site, source)
    return placed


def lay_along_walkway(crowd: Crowd, site: Site, source: Path | str = "recording") -> Crowd:
    """Turn a recording so that its main direction of motion is that of the walkway.

    The main direction is the principal axis of all steps; it has no sign, so the smaller turn is
    taken.  The centre of the box from the 2nd to the 98th percentile of the positions, along and
    across the walkway, comes to lie in the middle of the walkway.

    Parameters
    ----------
    crowd, site, source
        As for `place`; any ``[crowd.placement]`` is left aside.

    Returns
    -------
    Crowd
        In the site frame.

    Raises
    ------
    InputError
        As for `place`.
    """
    walkway = shapely.LineString(site.floor.walkway)
    along = np.subtract(site.floor.walkway[-1], site.floor.walkway[0])
    steps_m = crowd.steps_m()
    principal = np.linalg.eigh(steps_m.T @ steps_m).eigenvectors[:, -1]
    if along @ principal < 0:
        principal = -principal
    walkway_rad = np.arctan2(along[1], along[0])
    turned = crowd.position_m @ _rotation(walkway_rad - np.arctan2(principal[1], principal[0])).T
    # The box is taken along and across the walkway, whatever its bearing in the site frame.
    to_site = _rotation(walkway_rad)
    centre = to_site @ np.percentile(turned @ to_site, (2, 98), axis=0).mean(axis=0)
    middle = shapely.get_coordinates(walkway.interpolate(0.5, normalized=True))[0]
    placed = crowd.moved(turned + (middle - centre))
    _check_on_floor(placed, site, source)
    return placed


def _by_placement(position_m: NDArray[np.float64], placement: Placement) -> NDArray[np.float64]:
    rotation = _rotation(np.deg2rad(placement.rotation_deg))
    return position_m @ rotation.T + (placement.x_m, placement.y_m)


def _rotation(angle_rad: float) -> NDArray[np.float64]:
    """Counter-clockwise rotation matrix."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin], [sin, cos]])


def _check_on_floor(crowd: Crowd, site: Site, source: Path | str) -> None:
    floor = floor_polygon(site).buffer(TOLERANCE_M)
    shapely.prepare(floor)
    outside = ~shapely.contains_xy(floor, crowd.position_m)
    share = float(outside.mean())
    if share > OUTSIDE_SHARE:
        raise InputError(
            source,
            Fault(
                f"{int(outside.sum())} of {len(outside)} positions ({share:.0%}) lie off the "
                f"floor of {site.name!r}",
                "state [crowd.placement] in the site file, or use a site with a wider floor",
            ),
        )
