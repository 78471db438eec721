"""Locations as latitude, longitude and height, against PROJ called otherwise and by hand."""

from __future__ import annotations

import math

import pytest
from pyproj import Geod, Proj

from clearway.bridges.place import distance_m, place_of
from clearway.errors import ArgumentError
from clearway.sapient.bindings import Location
from clearway.sapient.location import Converter, SiteFrame
from tests.bridges.messages import somewhere

DEGREES = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"
RADIANS = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M"


@pytest.mark.parametrize(
    ("zone", "south"), [("33T", False), ("33H", True), ("33N", False), ("33S", True)]
)
def test_utm(zone: str, south: bool) -> None:
    projection = Proj(proj="utm", zone=int(zone[:-1]), south=south, ellps="WGS84")
    longitude, latitude = projection(291_000.0, 4_641_500.0, inverse=True)
    place = place_of(somewhere(utm_zone=zone))
    assert (place.latitude_deg, place.longitude_deg) == pytest.approx((latitude, longitude))


@pytest.mark.parametrize("latitude_deg", [41.9, -33.9])
def test_what_a_site_says_of_its_own_places_is_understood(latitude_deg: float) -> None:
    converter = Converter(SiteFrame(latitude_deg, 12.5, altitude_m=50.0))
    place = place_of(converter.to_wire(0.0, 0.0, 1.5, None))
    assert (place.latitude_deg, place.longitude_deg) == pytest.approx((latitude_deg, 12.5))
    assert place.height_m == pytest.approx(51.5)


def test_height_and_errors_of_utm() -> None:
    place = place_of(somewhere())
    assert place.height_m == 98.5
    assert place.error_m == pytest.approx(0.5)
    assert place.height_error_m == pytest.approx(0.2)


def test_degrees_and_radians_say_the_same() -> None:
    turn = math.pi / 180
    in_degrees = place_of(
        somewhere(x=12.5, y=41.9, x_error=1e-5, y_error=1e-5, coordinate_system=DEGREES)
    )
    in_radians = place_of(
        somewhere(
            x=12.5 * turn,
            y=41.9 * turn,
            x_error=1e-5 * turn,
            y_error=1e-5 * turn,
            coordinate_system=RADIANS,
        )
    )
    assert in_degrees.latitude_deg == 41.9
    assert in_degrees.longitude_deg == 12.5
    assert in_radians.latitude_deg == pytest.approx(41.9)
    assert in_radians.error_m == pytest.approx(in_degrees.error_m)
    _, _, north_m = Geod(ellps="WGS84").inv(12.5, 41.9, 12.5, 41.9 + 1e-5)
    _, _, east_m = Geod(ellps="WGS84").inv(12.5, 41.9, 12.5 + 1e-5, 41.9)
    assert in_degrees.error_m == pytest.approx(math.hypot(east_m, north_m), rel=5e-3)


def test_a_height_above_the_geoid_is_not_passed_off_as_one_above_the_ellipsoid() -> None:
    place = place_of(somewhere(datum="LOCATION_DATUM_WGS84_G"))
    assert place.height_m is None
    assert place.height_error_m is None


def test_what_is_not_stated_is_unknown() -> None:
    place = place_of(somewhere(z=None, z_error=None, x_error=None))
    assert (place.height_m, place.error_m, place.height_error_m) == (None, None, None)


@pytest.mark.parametrize("zone", ["", "T", "0T", "61T", "33", "33I", "33O", "33A", "-1T", "3³T"])
def test_no_utm_zone(zone: str) -> None:
    with pytest.raises(ArgumentError, match="utm_zone"):
        place_of(somewhere(utm_zone=zone))


@pytest.mark.parametrize(
    ("x", "y"), [(181.0, 0.0), (0.0, 90.5), (math.nan, 0.0), (0.0, math.inf), (math.inf, 0.0)]
)
def test_no_place_on_earth(x: float, y: float) -> None:
    with pytest.raises(ArgumentError, match="no place on Earth"):
        place_of(somewhere(x=x, y=y, coordinate_system=DEGREES))


@pytest.mark.parametrize("x", [math.nan, math.inf, 1e300])
def test_no_place_in_the_zone(x: float) -> None:
    with pytest.raises(ArgumentError, match="no place on Earth"):
        place_of(somewhere(x=x))


def test_an_unknown_system() -> None:
    with pytest.raises(ArgumentError, match="coordinate system 0"):
        place_of(Location(x=1, y=2))


def test_distance() -> None:
    here, there = place_of(somewhere()), place_of(somewhere(x=291_030.0, y=4_641_540.0))
    assert distance_m(here, there) == pytest.approx(50.0, rel=5e-3)
