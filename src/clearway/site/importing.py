"""Importing a floor plan as the skeleton of a site file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from clearway.errors import Fault, InputError
from clearway.site.lines import key_path
from clearway.site.outline import DrawingError, floor_from_polygons, floor_from_walls
from clearway.site.reading import read_text, site_from_text
from clearway.site.schema import Identifier
from clearway.site.skeleton import Ways, skeleton_toml

__all__ = ["import_plan"]


MOST_EXTENT_M = 10_000.0
"""A floor larger than this was not drawn in metres."""


class _Record(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


class _Wall(_Record):
    x1: float
    y1: float
    x2: float
    y2: float
    type: int = 0


class _Walls(_Record):
    walls: Annotated[tuple[_Wall, ...], Field(min_length=1)]


class _Node(_Record):
    name: Identifier
    x1: float
    y1: float
    x2: float
    y2: float
    x3: float
    y3: float
    x4: float
    y4: float
    is_way: Annotated[bool, Field(alias="OD")] = False

    @property
    def polygon(self) -> shapely.Polygon:
        corners = ((self.x1, self.y1), (self.x2, self.y2), (self.x3, self.y3), (self.x4, self.y4))
        return shapely.Polygon(corners)


class _Graph(_Record):
    nodes: tuple[_Node, ...]


_Model = TypeVar("_Model", bound=_Record)


def import_plan(path: Path, *, zones: Path | None = None) -> str:
    """Turn a floor plan into a site file that loads, with assumed figures to be replaced.

    Parameters
    ----------
    path : Path
        One of, in metres: GeoJSON with polygons; WKT polygons, one per line; JSON with
        ``{"walls": [{"x1", "y1", "x2", "y2", "type"}]}``, type 0 for the outer shell and
        other types for inner walls.
    zones : Path, optional
        JSON with ``{"nodes": [{"name", "x1", "y1", ... "x4", "y4", "OD"}]}``: the zones whose
        ``OD`` is true become entry and exit ``z_NAME``.  Without it people enter and leave at
        both ends of the walkway.

    Returns
    -------
    str
        TOML.

    Raises
    ------
    InputError
        If a file cannot be read or holds no usable floor.
    """
    floor = _floor(path)
    ways = None if zones is None else _ways(zones, floor)
    text = skeleton_toml(floor, ways, name=path.stem)
    site_from_text(text, path)
    return text


def _floor(path: Path) -> shapely.Polygon:
    text = read_text(path)
    try:
        # Numbers out of range become infinite here and are refused with their polygon.
        with np.errstate(over="ignore", invalid="ignore"):
            return _drawn_floor(text, path)
    except DrawingError as error:
        problem, remedy = error.args
        raise InputError(path, Fault(problem, remedy)) from None
    except shapely.errors.ShapelyError as error:
        remedy = "give GeoJSON polygons, WKT polygons, or JSON with `walls`"
        raise InputError(path, Fault(f"not a readable plan: {error}", remedy)) from None


def _drawn_floor(text: str, path: Path) -> shapely.Polygon:
    if not text.lstrip().startswith("{"):
        return floor_from_polygons(_metric(_wkt(text, path), path))
    data = _json(text, path)
    if "walls" in data:
        return _floor_from_walls(data, path)
    polygons = _polygons([shapely.from_geojson(text)])
    projected = re.search("CRS84|4326", str(data.get("crs", "CRS84"))) is None
    return floor_from_polygons(polygons if projected else _metric(polygons, path))


def _floor_from_walls(data: dict[str, Any], path: Path) -> shapely.Polygon:
    walls = _validated(_Walls, data, path).walls
    groups: dict[bool, list[shapely.LineString]] = {True: [], False: []}
    for wall in walls:
        line = shapely.LineString([(wall.x1, wall.y1), (wall.x2, wall.y2)])
        if line.length > 0.0:
            groups[wall.type == 0].append(line)
    return floor_from_walls(groups[True], groups[False])


def _wkt(text: str, path: Path) -> list[shapely.Polygon]:
    shapes = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                shapes.append(shapely.from_wkt(line))
            except shapely.errors.ShapelyError as error:
                remedy = "write one WKT polygon per line, such as POLYGON ((0 0, 9 0, 9 4, 0 0))"
                raise InputError(path, Fault(f"not WKT: {error}", remedy, line=number)) from None
    return _polygons(shapes)


def _polygons(shapes: Iterable[shapely.Geometry]) -> list[shapely.Polygon]:
    flat = shapely.get_parts(shapely.get_parts(shapely.force_2d(list(shapes))))
    polygons = [shape for shape in flat if isinstance(shape, shapely.Polygon)]
    if not any(polygon.area for polygon in polygons):
        raise DrawingError("the plan has no polygon", "draw the floor as a closed polygon")
    west, south, east, north = shapely.total_bounds(polygons)
    if not max(east - west, north - south) < MOST_EXTENT_M:
        raise DrawingError(
            f"the plan is {max(east - west, north - south):g} m across",
            f"give lengths in metres, and no more than {MOST_EXTENT_M:g} m of them",
        )
    return polygons


def _metric(polygons: list[shapely.Polygon], path: Path) -> list[shapely.Polygon]:
    """Refuse what looks like longitude and latitude."""
    west, south, east, north = shapely.total_bounds(polygons)
    in_range = max(abs(west), abs(east)) <= 180.0 and max(abs(south), abs(north)) <= 90.0
    if in_range and max(east - west, north - south) < 1.0:
        problem = f"the plan is {east - west:g} by {north - south:g} wide: degrees, not metres"
        remedy = "project it to metres, for example to the UTM zone, and import the result"
        raise InputError(path, Fault(problem, remedy))
    return polygons


def _ways(path: Path, floor: shapely.Polygon) -> Ways:
    nodes = [
        node for node in _validated(_Graph, _json(read_text(path), path), path).nodes if node.is_way
    ]
    ways: Ways = {}
    for node in nodes:
        parts = shapely.get_parts(node.polygon.buffer(0.0).intersection(floor))
        largest = max(parts, key=lambda part: part.area, default=shapely.Polygon())
        if not largest.area:
            problem = f"the zone `{node.name}` does not overlap the floor"
            raise InputError(path, Fault(problem, "correct its corners, or set its `OD` to false"))
        ways[f"z_{node.name}"] = shapely.Polygon(largest.exterior)
    if len(ways) < 2:
        problem = f"{len(ways)} zones have `OD` set to true"
        raise InputError(path, Fault(problem, "mark at least two where people enter and leave"))
    return ways


def _json(text: str, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        fault = Fault(f"not valid JSON: {error.msg}", "correct it there", line=error.lineno)
        raise InputError(path, fault) from None
    if not isinstance(data, dict):
        raise InputError(path, Fault("the JSON is not an object", "start the file with `{`"))
    return data


def _validated(model: type[_Model], data: dict[str, Any], path: Path) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(path, [_fault(detail) for detail in error.errors()]) from None


def _fault(detail: ErrorDetails) -> Fault:
    if detail["type"] == "missing":
        return Fault("this key is missing", "add it", field=key_path(detail["loc"]))
    return Fault(detail["msg"], "correct the value", field=key_path(detail["loc"]))
