"""The site file that an imported plan becomes: its floor is real, its figures are assumed."""

from __future__ import annotations

import json
import math
from string import Template
from typing import TypeAlias

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray

__all__ = ["Ways", "skeleton_toml"]

Ways: TypeAlias = dict[str, shapely.Polygon]
"""Places where people enter and leave, by id."""

END_DEPTH_M = 2.0
BODY_M = 0.3
"""People appear and leave this far from walls where the plan names no place for it."""
CURTAIN_HALF_M = 0.5
MAX_FLOW_PAIRS = 3
NEAR_M = 10_000.0
"""Coordinates beyond this come from a map grid and are moved to the floor's corner."""

_HEAD = Template("""\
# Skeleton of a site, imported from a floor plan.  The floor is as drawn; everything marked
# REPLACE is assumed and must be set before any result means something for this site.
# Units are SI; positions are [east, north] metres in the site frame.
$note
name = $name

[origin]
# REPLACE: the survey point at [0.0, 0.0], and the bearing of the plan's north axis.
latitude_deg = 0.0
longitude_deg = 0.0

[floor]
outline = $outline
holes = $holes
# The longest straight way over the floor; REPLACE it where people walk differently.
walkway = $walkway

[[lines]]
# REPLACE: across the middle of the walkway; move it to where the curtain will stand.
id = "line-1"
points = $line

$ways
[prior]
# REPLACE: the operator's own figures; these are those of the demo.
handgun = 0.0133
long_gun = 0.0100
explosive = 0.0100
harmless_object = 0.10
source = "assumed: the demo's figures, far above those of any real station"

[decision]
# REPLACE: the operator's choice.
cue_probability = 0.10
source = "assumed: the demo's figures"

[decision.costs]
# REPLACE: what a decision costs, in needless stops; `clearway site check` shows what follows.
missed_carrier = 6.0
needless_stop = 1.0
guard_minutes_per_stop = 2.0
guard_minute = 0.025

[[sensors]]
# REPLACE: one camera that sees the whole floor; draw each camera with its own coverage.
id = "camera-1"
kind = "camera"
position_m = $camera
coverage = $outline
rate_hz = 10.0
source = "assumed: an ideal camera over the whole floor, to be replaced by the real ones"
error_model = { sigma_m = 0.10, bias_sigma_m = 0.02, detection_probability = 0.95, \
clutter_per_scan = 0.1, latency_s = 0.06, latency_jitter_s = 0.02 }

[[sensors]]
# REPLACE: one curtain at the trigger line, with the maker's or measured figures.
id = "curtain-1"
kind = "curtain"
position_m = $curtain
heading_deg = $heading
coverage = $curtain_coverage
trigger_line = "line-1"
source = "assumed: no open figures exist for a microwave curtain on a walking crowd"
error_model = { sigma_m = 0.15, bias_sigma_m = 0.03, examined_probability = 0.97, \
ghost_alarms_per_hour = 0.5, firearm_confusion = 0.10, latency_s = 0.4, latency_jitter_s = 0.1 }

[sensors.recognition]
handgun = { pd = 0.85, pfa = 0.002, nuisance = 0.060 }
long_gun = { pd = 0.95, pfa = 0.0005, nuisance = 0.010 }
explosive = { pd = 0.90, pfa = 0.001, nuisance = 0.030 }

[crowd]
# REPLACE: counted arrivals, and which ways people take.
rate_per_min = 60.0
source = "assumed; speeds after Weidmann 1993 (mean 1.34 m/s, sd 0.26 m/s)"
flows = [
$flows
]

[crowd.speed]
mean_m_s = 1.34
sigma_m_s = 0.26
minimum_m_s = 0.6
maximum_m_s = 2.2

[crowd.carriers]
share = 0.0333
harmless_object_share = 0.10
mix = { handgun = 0.4, long_gun = 0.3, explosive = 0.3 }
""")


def skeleton_toml(floor: shapely.Polygon, ways: Ways | None, *, name: str) -> str:
    """Write the skeleton of a site file.

    Parameters
    ----------
    floor : Polygon
        The walkable floor, in the metres of the plan.
    ways : dict of str to Polygon, optional
        Places to enter and leave, in the same metres; else both ends of the walkway.
    name : str
        Of the site.
    """
    east, north = _shift(floor)
    floor = shapely.affinity.translate(floor, -east, -north)
    walkway = _walkway(floor)
    if ways is None:
        ways = _ends(floor, walkway)
    else:
        ways = {key: shapely.affinity.translate(way, -east, -north) for key, way in ways.items()}
    middle = walkway.interpolate(0.5, normalized=True)
    line = _across(floor, walkway, middle)
    start, end = np.array(line.coords)
    note = f"# Site coordinates are those of the plan minus [{east:g}, {north:g}].\n"
    return _HEAD.substitute(
        note=note if east or north else "",
        name=json.dumps(name),
        outline=_corners(shapely.Polygon(floor.exterior)),
        holes=f"[{', '.join(_corners(shapely.Polygon(hole)) for hole in floor.interiors)}]",
        walkway=_points(walkway),
        line=_points(line),
        ways="\n".join(
            f'[[{group}]]\nid = "{key}"\npolygon = {_corners(way)}\n'
            for group in ("entries", "exits")
            for key, way in ways.items()
        ),
        camera=[round(middle.x, 3), round(middle.y, 3), 3.0],
        curtain=[*start.round(3).tolist(), 1.0],
        heading=round(math.degrees(math.atan2(*(end - start))) % 360.0, 1),
        curtain_coverage=_corners(line.buffer(CURTAIN_HALF_M, cap_style="flat")),
        flows="\n".join(_flows(ways, walkway)),
    )


def _shift(floor: shapely.Polygon) -> tuple[float, float]:
    west, south, east, north = floor.bounds
    far = max(map(abs, (west, south, east, north))) > NEAR_M
    return (math.floor(west), math.floor(south)) if far else (0.0, 0.0)


def _flows(ways: Ways, walkway: shapely.LineString) -> list[str]:
    """A handful of opposite flows, between the ways that lie farthest apart on the walkway."""
    names = sorted(ways, key=lambda key: float(walkway.project(ways[key].centroid)))
    pairs = [(names[k], names[-1 - k]) for k in range(min(MAX_FLOW_PAIRS, len(names) // 2))]
    return [
        f'  {{ entry = "{entry}", exit = "{leaving}", share = 1.0 }},'
        for pair in pairs
        for entry, leaving in (pair, pair[::-1])
    ]


def _walkway(floor: shapely.Polygon) -> shapely.LineString:
    """The longest piece of floor along the long axis of the smallest enclosing rectangle."""
    corners = shapely.get_coordinates(floor.minimum_rotated_rectangle.exterior)
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    axis = max(first, second, key=np.hypot.reduce)
    # The middle of an L-shaped floor's rectangle may lie outside it.
    places = (corners[:4].mean(axis=0), shapely.get_coordinates(floor.representative_point())[0])
    rays = (shapely.LineString([place - axis, place + axis]) for place in places)
    pieces = next(filter(None, (_lines(ray.intersection(floor)) for ray in rays)))
    way = max(pieces, key=lambda piece: piece.length)
    # Plans are read from west to east.
    return way if way.coords[0] <= way.coords[-1] else way.reverse()


def _across(
    floor: shapely.Polygon, walkway: shapely.LineString, middle: shapely.Point
) -> shapely.LineString:
    """From wall to wall through a point of the walkway, at a right angle to it."""
    reach = max(floor.bounds[2] - floor.bounds[0], floor.bounds[3] - floor.bounds[1])
    ahead = _direction(walkway)
    place = np.array(middle.coords[0])
    right = np.array([ahead[1], -ahead[0]]) * 2 * reach
    pieces = _lines(shapely.LineString([place - right, place + right]).intersection(floor))
    return min(pieces, key=lambda piece: piece.distance(middle))


def _ends(floor: shapely.Polygon, walkway: shapely.LineString) -> Ways:
    """The floor at the first and last metres of the walkway, from wall to wall."""
    ahead = _direction(walkway)
    depth = min(END_DEPTH_M, walkway.length / 4)
    clear = floor.buffer(-BODY_M)
    ways = {}
    for key, place, step in (
        ("start", walkway.coords[0], ahead),
        ("end", walkway.coords[-1], -ahead),
    ):
        near = np.array(place) + step * BODY_M
        core = shapely.LineString([near, near + step * depth])
        across = core.buffer(floor.length, cap_style="flat")
        parts = shapely.get_parts(across.intersection(clear if clear.area else floor))
        part = min(parts, key=lambda part: part.distance(core.centroid))
        ways[key] = shapely.Polygon(part.exterior)
    return ways


def _direction(line: shapely.LineString) -> NDArray[np.float64]:
    start, end = np.array(line.coords)[[0, -1]]
    ahead: NDArray[np.float64] = (end - start) / line.length
    return ahead


def _lines(shape: shapely.Geometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(shape) if part.length > 0.0]


def _corners(polygon: shapely.Polygon) -> str:
    return str(_rounded(polygon.exterior.simplify(0.0).coords[:-1]))


def _points(line: shapely.LineString) -> str:
    return str(_rounded(line.coords))


def _rounded(points: list[tuple[float, ...]]) -> list[list[float]]:
    return [[round(value, 3) + 0.0 for value in point] for point in points]
