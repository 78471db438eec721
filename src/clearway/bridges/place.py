"""A SAPIENT location as latitude, longitude and height, which all other systems speak."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from pyproj import Transformer

from clearway.errors import ArgumentError
from clearway.sapient.bindings import Location, LocationCoordinateSystem, LocationDatum

__all__ = ["Place", "distance_m", "place_of"]

_EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980
# By itself S is taken for the southern hemisphere, though as a latitude band it is northern; our
# own places are never written with it.
_SOUTHERN = "CDEFGHJKLMS"
_NORTHERN = "NPQRTUVWX"


@dataclass(frozen=True, slots=True)
class Place:
    """A place on WGS 84."""

    latitude_deg: float
    """North positive."""
    longitude_deg: float
    """East positive, -180 to 180."""
    height_m: float | None
    """Above the ellipsoid; None where unknown or given above the geoid."""
    error_m: float | None
    """Horizontal error: root of the summed variances of both axes; None where not stated."""
    height_error_m: float | None
    """Standard deviation of the height; None where not stated."""


def place_of(location: Location) -> Place:
    """Convert a location in any of the Cartesian systems (BSI Flex 335 v2.0, 5.2.1, Table 9).

    ``x`` is east or longitude, ``y`` is north or latitude, and the errors are standard deviations
    in the unit of their axis.  A height above the geoid is given as unknown: it differs from that
    above the ellipsoid by up to 100 m, and the model of the geoid is not among the dependencies.

    Parameters
    ----------
    location : Location
        With coordinate system; UTM with a zone such as ``30N``, a number and a hemisphere, or
        ``30U``, a number and a latitude band.

    Returns
    -------
    Place
        On WGS 84.

    Raises
    ------
    ArgumentError
        If it is no place on Earth.

    Examples
    --------
    >>> place = place_of(Location(x=500_000, y=0, coordinate_system=5, utm_zone="31N"))
    >>> place.latitude_deg, round(place.longitude_deg, 9)
    (0.0, 3.0)
    """
    x, y = location.x, location.y
    x_error, y_error = location.x_error, location.y_error
    system = location.coordinate_system
    if not (math.isfinite(x) and math.isfinite(y)):
        raise _nowhere(x, y)
    if system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M:
        longitude, latitude = _utm(location.utm_zone).transform(x, y)
    elif system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M:
        longitude, latitude = math.degrees(x), math.degrees(y)
        x_error, y_error = _along(y, x_error, y_error)
    elif system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M:
        longitude, latitude = x, y
        x_error, y_error = _along(math.radians(y), math.radians(x_error), math.radians(y_error))
    else:
        raise ArgumentError(
            "location", f"coordinate system {system} is not known", "state UTM_M or LAT_LNG"
        )
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise _nowhere(x, y)
    ellipsoidal = location.HasField("z") and location.datum == LocationDatum.LOCATION_DATUM_WGS84_E
    stated = location.HasField("x_error") and location.HasField("y_error")
    error_m = math.hypot(x_error, y_error) if stated else None
    return Place(
        latitude_deg=latitude,
        longitude_deg=longitude,
        height_m=_finite(location.z) if ellipsoidal else None,
        error_m=_finite(error_m),
        height_error_m=_finite(location.z_error)
        if ellipsoidal and location.HasField("z_error")
        else None,
    )


def distance_m(one: Place, other: Place) -> float:
    """Horizontal distance of two places that are near each other, to about half a per cent."""
    east, north = _along(
        math.radians(one.latitude_deg),
        math.radians(other.longitude_deg - one.longitude_deg),
        math.radians(other.latitude_deg - one.latitude_deg),
    )
    return math.hypot(east, north)


def _along(latitude_rad: float, longitude_rad: float, north_rad: float) -> tuple[float, float]:
    """Metres east and north of small angles on the sphere."""
    return (
        _EARTH_RADIUS_M * math.cos(latitude_rad) * longitude_rad,
        _EARTH_RADIUS_M * north_rad,
    )


def _nowhere(x: float, y: float) -> ArgumentError:
    return ArgumentError("location", f"({x}, {y}) is no place on Earth", "check its system")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


@lru_cache(maxsize=16)
def _utm(zone: str) -> Transformer:
    number, band = zone[:-1], zone[-1:].upper()
    known = number.isascii() and number.isdecimal() and 1 <= int(number) <= 60
    if not known or not band or band not in _SOUTHERN + _NORTHERN:
        raise ArgumentError(
            "location.utm_zone",
            f"{zone!r} is no UTM zone",
            "give its number and hemisphere or latitude band, such as 30N or 30U",
        )
    epsg = (32700 if band in _SOUTHERN else 32600) + int(number)
    return Transformer.from_crs(epsg, 4326, always_xy=True)
