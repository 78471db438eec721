"""The floor of a drawing: from its polygons, or from its walls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import shapely
from shapely.validation import explain_validity

__all__ = ["DrawingError", "floor_from_polygons", "floor_from_walls"]

GAP_M = 0.25
"""Walls that miss each other by no more than this are taken to meet."""
WALL_HALF_M = 0.05
"""Half the thickness given to an inner wall, which a drawing has as a line."""
GRID_M = 0.001
"""Coordinates are rounded to this, so that lines which nearly meet do meet."""
LEAST_FACE = 0.25
"""A floor spans at least this share of its drawing's extent; less is a nook in open walls."""


class DrawingError(Exception):
    """The drawing has no floor: problem and remedy."""


def floor_from_polygons(polygons: Sequence[shapely.Polygon]) -> shapely.Polygon:
    """Join adjoining rooms to one floor and cut out the polygons drawn inside them.

    Parameters
    ----------
    polygons : sequence of Polygon
        Metres.

    Raises
    ------
    DrawingError
        If a polygon crosses itself or the polygons do not join.
    """
    for polygon in polygons:
        if not polygon.is_valid:
            problem = f"a polygon crosses itself ({explain_validity(polygon)})"
            raise DrawingError(problem, "list its corners in order around the shape")
    largest_first = sorted(polygons, key=lambda polygon: -polygon.area)
    rooms: list[shapely.Polygon] = []
    solids: list[shapely.Polygon] = []
    for polygon in largest_first:
        inside = any(shapely.Polygon(room.exterior).covers(polygon) for room in rooms)
        (solids if inside else rooms).append(polygon)
    floor = shapely.union_all(rooms, grid_size=GRID_M)
    if not isinstance(floor, shapely.Polygon) or floor.is_empty:
        problem = f"the polygons form {len(shapely.get_parts(floor))} separate floors"
        raise DrawingError(problem, "import one connected floor at a time")
    return _cut(floor, solids)


def floor_from_walls(
    shell: Sequence[shapely.LineString], inner: Sequence[shapely.LineString]
) -> shapely.Polygon:
    """Find the floor that the outer walls enclose and cut out the inner walls.

    Parameters
    ----------
    shell, inner : sequence of LineString
        Outer and inner walls, metres.

    Returns
    -------
    Polygon
        The largest face of the shell.  Inner walls are cut out with a thickness of 0.1 m;
        what they enclose is solid.

    Raises
    ------
    DrawingError
        If the shell is open.
    """
    joined = shapely.union_all([*shell, *_bridges(shell)], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([joined]))
    face = max(faces, key=lambda face: face.area, default=shapely.Polygon())
    if face.is_empty or face.envelope.area < LEAST_FACE * joined.envelope.area:
        problem = f"the outer walls do not close: the largest face has {face.area:.1f} m2"
        raise DrawingError(problem, f"close the gaps wider than {GAP_M} m between outer walls")
    lines = shapely.union_all(list(inner), grid_size=GRID_M)
    enclosed = shapely.get_parts(shapely.polygonize([lines]))
    walls = lines.buffer(WALL_HALF_M, cap_style="flat", join_style="mitre")
    return _cut(face, [*enclosed, *shapely.get_parts(walls)])


def _bridges(walls: Sequence[shapely.LineString]) -> list[shapely.LineString]:
    """Short lines from loose ends to the nearest other wall within reach."""
    ends = Counter(end for wall in walls for end in (wall.coords[0], wall.coords[-1]))
    bridges = []
    for wall in walls:
        for end in (wall.coords[0], wall.coords[-1]):
            if ends[end] == 1:
                others = shapely.union_all([other for other in walls if other is not wall])
                bridge = shapely.shortest_line(shapely.Point(end), others)
                if 0.0 < shapely.length(bridge) <= GAP_M:
                    bridges.append(bridge)
    return bridges


def _cut(floor: shapely.Polygon, solids: Sequence[shapely.Polygon]) -> shapely.Polygon:
    """Remove solids, and the pockets that they cut off."""
    rest = floor.difference(shapely.union_all(list(solids)), grid_size=GRID_M)
    return max(shapely.get_parts(rest), key=lambda part: part.area)
