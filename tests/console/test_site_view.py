"""The site as the pages draw it."""

from __future__ import annotations

from typing import Any

from litestar.testing import TestClient

from clearway.site.schema import Site
from tests.console.room import API, Room, proofs


def test_the_pages_get_the_site_as_its_file_says(
    client: TestClient[Any], room: Room, station: Site
) -> None:
    seen = client.get(f"{API}/site", headers=proofs(room.session("guard"))).json()
    assert seen["name"] == station.name
    assert seen["simulated"] is True
    assert seen["languages"] == ["en", "sr-Latn"]
    floor = seen["floor"]
    assert floor["outline"] == [[*point] for point in station.floor.outline]
    assert floor["walkway"] == [[*point] for point in station.floor.walkway]
    assert len(floor["obstacles"]) == len(station.floor.holes)
    for kind in ("zones", "entries", "exits"):
        assert [area["id"] for area in seen[kind]] == [zone.id for zone in getattr(station, kind)]
    assert [line["id"] for line in seen["lines"]] == [line.id for line in station.lines]
    for view, sensor in zip(seen["sensors"], station.sensors, strict=True):
        assert view == {
            "id": sensor.id,
            "kind": sensor.kind.value,
            "position": [*sensor.position_m[:2]],
            "coverage": [[*point] for point in sensor.coverage],
        }
