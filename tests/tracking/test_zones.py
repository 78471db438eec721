"""Where tracks may begin and where they end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from clearway.tracking.zones import Zones
from tests.tracking.people import SENSOR

EAST = replace(
    SENSOR, sensor_id="east", coverage=((18.0, 0.0), (30.0, 0.0), (30.0, 10.0), (18.0, 10.0))
)
MIDDLE, EDGE, BESIDE, OUTSIDE = (10.0, 5.0), (0.3, 5.0), (-0.12, 5.0), (-0.5, 5.0)
PLACES = np.array([MIDDLE, EDGE, BESIDE, OUTSIDE])


def zones(floor: shapely.Polygon | None = None, entries: shapely.Geometry | None = None) -> Zones:
    return Zones([SENSOR, EAST], floor, entries, entry_depth_m=0.5)


def test_people_come_over_the_edge_and_from_outside() -> None:
    assert zones().entry(PLACES).tolist() == [False, True, True, True]


def test_people_come_from_the_entries_too() -> None:
    door = shapely.box(9.0, 4.0, 11.0, 6.0)
    assert zones(entries=door).entry(PLACES).tolist() == [True, True, True, True]


def test_a_track_is_shown_up_to_a_little_beside_the_floor() -> None:
    assert zones().shown(PLACES).tolist() == [True, True, False, False]


def test_who_is_well_off_the_floor_has_left() -> None:
    assert zones().left(PLACES).tolist() == [False, False, False, True]


def test_the_floor_is_all_that_the_sensors_see_unless_it_is_told() -> None:
    everything = zones()
    assert everything.floor.equals(shapely.box(0.0, 0.0, 30.0, 10.0))
    room = zones(floor=shapely.box(0.0, 0.0, 8.0, 10.0))
    assert room.left(PLACES).tolist() == [True, False, False, True]


def test_of_nobody_nothing_is_said() -> None:
    nobody = np.empty((0, 2))
    assert [len(found) for found in (zones().entry(nobody), zones().left(nobody))] == [0, 0]
