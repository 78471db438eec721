"""A floor plan becomes a site that loads, and a plan without a floor is refused."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from clearway.errors import InputError
from clearway.site.check import check_site
from clearway.site.floor import floor_polygon
from clearway.site.importing import import_plan
from clearway.site.reading import site_from_text
from clearway.site.schema import Site

ROOM = [[0.0, 0.0], [30.0, 0.0], [30.0, 8.0], [0.0, 8.0], [0.0, 0.0]]
PILLAR = [[10.0, 3.0], [11.0, 3.0], [11.0, 5.0], [10.0, 5.0], [10.0, 3.0]]
LAUSANNE = Path(__file__).parents[3] / "shared" / "data" / "lausanne"


def imported(path: Path, text: str, zones: Path | None = None) -> Site:
    path.write_text(text, encoding="utf-8")
    return site_from_text(import_plan(path, zones=zones), path)


def walls(corners: list[list[float]], kind: int = 0) -> list[dict[str, float]]:
    return [
        {"x1": a[0], "y1": a[1], "x2": b[0], "y2": b[1], "type": kind} for a, b in pairwise(corners)
    ]


PLANS = {
    "geometry": json.dumps({"type": "Polygon", "coordinates": [ROOM, PILLAR]}),
    "features": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {},
                    "geometry": {"type": "MultiPolygon", "coordinates": [[ROOM, PILLAR]]},
                }
            ],
        }
    ),
    "wkt": "POLYGON ((0 0, 30 0, 30 8, 0 8, 0 0))\n\nPOLYGON ((10 3, 11 3, 11 5, 10 5, 10 3))\n",
    "wkt of two rooms": (
        "POLYGON ((0 0, 20 0, 20 8, 0 8, 0 0), (10 3, 11 3, 11 5, 10 5, 10 3))\n"
        "POLYGON ((20 0, 30 0, 30 8, 20 8, 20 0))\n"
    ),
    "walls": json.dumps({"walls": walls(ROOM) + walls(PILLAR)}),
    "walls with gaps": json.dumps(
        {"walls": walls([[0, 0.2], [0, 8], [30, 8], [30, 0], [0.1, 0]]) + walls(PILLAR)}
    ),
}


@pytest.mark.parametrize("kind", PLANS)
def test_room_with_a_pillar(kind: str, tmp_path: Path) -> None:
    site = imported(tmp_path / "room", PLANS[kind])
    floor = floor_polygon(site)
    assert floor.area == pytest.approx(30 * 8 - 2, abs=0.1)
    assert len(floor.interiors) == 1
    assert floor.bounds == pytest.approx((0.0, 0.0, 30.0, 8.0))
    # The middle line of the room, east of the pillar.
    west, east = site.floor.walkway
    assert west == pytest.approx((11.0, 4.0), abs=0.15)
    assert east == pytest.approx((30.0, 4.0), abs=0.15)


def test_skeleton_is_complete(tmp_path: Path) -> None:
    site = imported(tmp_path / "hall.wkt", "POLYGON ((0 0, 30 0, 30 8, 0 8, 0 0))")
    facts = check_site(site)
    assert facts.warnings == ()
    assert facts.seen_once == pytest.approx(1.0)
    assert site.name == "hall"
    assert site.lines[0].points == ((15.0, 8.0), (15.0, 0.0))
    assert site.curtains[0].position_m == (15.0, 8.0, 1.0)
    assert site.curtains[0].heading_deg == 180.0
    assert [zone.id for zone in site.entries] == ["start", "end"]
    assert "REPLACE" in import_plan(tmp_path / "hall.wkt")


def test_walkway_of_an_l_shaped_floor_lies_on_it(tmp_path: Path) -> None:
    site = imported(tmp_path / "l.wkt", "POLYGON ((0 0, 40 0, 40 3, 3 3, 3 30, 0 30, 0 0))")
    assert floor_polygon(site).covers(shapely.LineString(site.floor.walkway))
    assert check_site(site).flows[0].curtain_ids == ("curtain-1",)


def test_map_grid_coordinates_are_moved_to_the_corner(tmp_path: Path) -> None:
    plan = "POLYGON ((500000.5 0, 500030 0, 500030 8, 500000.5 8, 500000.5 0))"
    site = imported(tmp_path / "utm.wkt", plan)
    assert floor_polygon(site).bounds == pytest.approx((0.5, 0.0, 30.0, 8.0))
    assert "minus [500000, 0]" in import_plan(tmp_path / "utm.wkt")


def node(name: str, west: float, east: float, *, way: bool = True) -> dict[str, object]:
    corners = [(west, -1.0), (east, -1.0), (east, 8.0), (west, 8.0)]
    named = {f"{axis}{k}": c[i] for k, c in enumerate(corners, 1) for i, axis in enumerate("xy")}
    return {"name": name, "OD": way, **named}


def test_zones_become_entries_and_exits(tmp_path: Path) -> None:
    zones = tmp_path / "zones.json"
    nodes = [node("b", 28, 33), node("7", 0, 2), node("inner", 10, 12, way=False)]
    zones.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    site = imported(tmp_path / "room", PLANS["geometry"], zones)
    assert [zone.id for zone in site.entries] == ["z_b", "z_7"]
    assert site.entries == site.exits
    assert shapely.Polygon(site.entries[0].polygon).bounds == (28.0, 0.0, 30.0, 8.0)
    assert [(flow.entry, flow.exit) for flow in site.crowd.flows] == [
        ("z_7", "z_b"),
        ("z_b", "z_7"),
    ]


@pytest.mark.parametrize(
    ("nodes", "problem", "remedy"),
    [
        ([node("a", 0, 2)], "1 zones have `OD`", "at least two"),
        ([node("a", 0, 2), node("b", 50, 52)], "`b` does not overlap", "corners"),
        ([node("a b", 0, 2)], "nodes[0].name", "correct the value"),
        ([{"name": "a"}], "nodes[0].x1: this key is missing", "add it"),
    ],
)
def test_bad_zones(tmp_path: Path, nodes: object, problem: str, remedy: str) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "room", PLANS["geometry"], zones)
    assert caught.value.path == zones
    assert problem in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("", "no polygon", "closed polygon"),
        ("POINT (1 2)", "no polygon", "closed polygon"),
        ("\nPOLYGON ((0 0, 9 0", "line 2: not WKT", "one WKT polygon per line"),
        ("POLYGON ((0 0, 9 9, 9 0, 0 8, 0 0))", "crosses itself", "in order around"),
        (
            "POLYGON ((0 0, 9 0, 9 9, 0 0))\nPOLYGON ((20 0, 29 0, 29 9, 20 0))",
            "2 separate floors",
            "one connected floor",
        ),
        ("POLYGON ((6.63 46.5, 6.64 46.5, 6.64 46.6, 6.63 46.5))", "degrees", "project it"),
        ("{", "not valid JSON", "line 1"),
        ('{"type": "Nothing"}', "not a readable plan", "GeoJSON polygons"),
        ('{"walls": []}', "walls: ", "correct the value"),
        ('{"walls": [{"x1": 0, "y1": 0, "x2": 1}]}', "walls[0].y2: this key is missing", "add it"),
        (json.dumps({"walls": walls(ROOM[:3])}), "do not close", "close the gaps wider than 0.25"),
    ],
)
def test_bad_plan(tmp_path: Path, text: str, problem: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "plan", text)
    assert problem in str(caught.value)
    assert remedy in str(caught.value)


def test_open_inner_wall_becomes_thin(tmp_path: Path) -> None:
    wall = walls([[20, 0], [20, 5]], kind=1)
    site = imported(tmp_path / "room", json.dumps({"walls": walls(ROOM) + wall}))
    assert floor_polygon(site).area == pytest.approx(240 - 5 * 0.1, abs=0.01)


@pytest.mark.shared_data
def test_lausanne_underpass() -> None:
    if not LAUSANNE.is_dir():
        pytest.skip("the recorded data of Lausanne are not here")
    text = import_plan(LAUSANNE / "piw-walls.json", zones=LAUSANNE / "piw-graph.json")
    site = site_from_text(text, LAUSANNE)
    assert {zone.id for zone in site.exits} == {f"z_{k}" for k in range(1, 15)}
    # The face that the outer walls enclose, less two inner walls of 8 m and 12 m.
    assert floor_polygon(site).area == pytest.approx(959.9 - 2.0, abs=0.1)
    with pytest.raises(InputError, match="do not close"):
        import_plan(LAUSANNE / "station-walls.json")
