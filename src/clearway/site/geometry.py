"""What must hold between the shapes of a site file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely
from shapely.validation import explain_validity

from clearway.site.floor import floor_polygon
from clearway.site.lines import Place
from clearway.site.schema import Point, Site
from clearway.site.wording import Finding

__all__ = ["geometry_findings"]

TOLERANCE_M = 0.01
"""How far a drawn shape may pass the outline: drawings are rounded to centimetres."""
SENSOR_REACH_M = 5.0
"""A sensor may hang behind a wall or on a facade, but not farther outside than this."""
SITE_REACH_M = 100_000.0
"""A flat East-North-Up frame holds near its origin; map coordinates pasted in lie far beyond."""


def geometry_findings(site: Site) -> Iterator[Finding]:
    """Find polygons that are no shapes, and shapes that do not lie where they must.

    Parameters
    ----------
    site : Site
        In metres, site frame.

    Yields
    ------
    tuple
        Place, problem and remedy.
    """
    # Containment in a shape that crosses itself is undefined, so the rest waits for its repair.
    broken = [*_far_points(site), *_broken_polygons(site)]
    yield from broken or _places(site)


def _polygons(site: Site) -> Iterator[tuple[Place, Sequence[Point]]]:
    yield ("floor", "outline"), site.floor.outline
    for index, hole in enumerate(site.floor.holes):
        yield ("floor", "holes", index), hole
    groups = {"zones": site.zones, "entries": site.entries, "exits": site.exits}
    for group, zones in groups.items():
        for index, zone in enumerate(zones):
            yield (group, index, "polygon"), zone.polygon
    for index, sensor in enumerate(site.sensors):
        yield ("sensors", index, "coverage"), sensor.coverage


def _far_points(site: Site) -> Iterator[Finding]:
    shapes: list[tuple[Place, Sequence[tuple[float, ...]]]] = [
        *_polygons(site),
        (("floor", "walkway"), site.floor.walkway),
        *((("lines", index, "points"), line.points) for index, line in enumerate(site.lines)),
        *(
            (("sensors", index, "position_m"), [sensor.position_m])
            for index, sensor in enumerate(site.sensors)
        ),
    ]
    for place, points in shapes:
        reach_m = max(abs(value) for point in points for value in point)
        if reach_m > SITE_REACH_M:
            problem = f"a coordinate of {reach_m:g} m is too far from the origin"
            yield place, problem, "write metres east and north of `origin`, which lies in the site"


def _broken_polygons(site: Site) -> Iterator[Finding]:
    for place, corners in _polygons(site):
        polygon = shapely.Polygon(corners)
        # A symmetric figure of eight has no net area either, so the hull decides.
        if polygon.convex_hull.area <= TOLERANCE_M**2:
            yield place, "the polygon has no area", "give at least three corners not on one line"
        elif not polygon.is_valid:
            yield (
                place,
                f"the polygon crosses itself ({explain_validity(polygon)})",
                "list the corners in order around the shape, without crossing edges",
            )


def _places(site: Site) -> Iterator[Finding]:
    outline = shapely.Polygon(site.floor.outline)
    yield from _inside_outline(site, outline)
    floor = floor_polygon(site)
    if not isinstance(floor, shapely.Polygon):
        parts = len(shapely.get_parts(floor))
        yield (
            ("floor", "holes"),
            f"the holes cut the floor into {parts} parts that nobody can walk between",
            "leave a passage, or cover the parts that are not in use with a hole",
        )
    elif floor.is_empty:
        yield ("floor", "holes"), "the holes leave no floor", "make the holes smaller"
    else:
        yield from _on_floor(site, outline, floor)


def _inside_outline(site: Site, outline: shapely.Polygon) -> Iterator[Finding]:
    limit = outline.buffer(TOLERANCE_M, join_style="mitre")
    shapes: list[tuple[Place, shapely.Geometry]] = [
        *((place, shapely.Polygon(corners)) for place, corners in _polygons(site)),
        (("floor", "walkway"), shapely.LineString(site.floor.walkway)),
    ]
    for place, shape in shapes:
        if place[-1] == "coverage":
            continue
        if not limit.covers(shape):
            outside = shape.difference(outline)
            size = f"{outside.area:.2f} m2" if outside.area else f"{outside.length:.2f} m"
            yield place, f"{size} of it lie outside the outline", "keep it inside `floor.outline`"


def _on_floor(site: Site, outline: shapely.Polygon, floor: shapely.Polygon) -> Iterator[Finding]:
    for group, what, remedy in (
        ("entries", "entry", "draw the part of the floor where people appear"),
        ("exits", "exit", "draw the part of the floor where people leave"),
        ("sensors", "coverage", "draw the part of the floor where the sensor can see a person"),
    ):
        for place, corners in _polygons(site):
            overlap = shapely.Polygon(corners).intersection(floor)
            if place[0] == group and overlap.area <= TOLERANCE_M**2:
                yield place, f"the {what} does not overlap the floor", remedy
    for index, line in enumerate(site.lines):
        if shapely.LineString(line.points).intersection(floor).length <= TOLERANCE_M:
            place = ("lines", index, "points")
            yield place, "the trigger line does not cross the floor", "draw it across the walkway"
    for index, sensor in enumerate(site.sensors):
        distance_m = outline.distance(shapely.Point(sensor.position_m[:2]))
        if distance_m > SENSOR_REACH_M:
            problem = f"sensor outside the site: `{sensor.id}` stands {distance_m:.1f} m outside"
            remedy = f"place it at most {SENSOR_REACH_M:g} m outside `floor.outline`"
            yield ("sensors", index, "position_m"), problem, remedy
