"""The floor of a site as a shape."""

from __future__ import annotations

import shapely

from clearway.site.schema import Site

_MARGIN_M = 0.3
"""Three standard deviations of a camera: a person at the wall is still measured on the floor."""


def floor_polygon(site: Site) -> shapely.Polygon:
    """Return the walkable floor, outline minus holes, in metres of the site frame."""
    holes = shapely.union_all([shapely.Polygon(hole) for hole in site.floor.holes])
    return shapely.Polygon(site.floor.outline).difference(holes)


def floor_between_exits(site: Site) -> shapely.Polygon:
    """Return where a tracked person has not left yet: the floor without its exits.

    Floor and exits are both widened by 0.3 m, for the position noise.
    """
    exits = shapely.union_all([shapely.Polygon(zone.polygon) for zone in site.exits])
    return floor_polygon(site).buffer(_MARGIN_M).difference(exits.buffer(_MARGIN_M))
