"""Ranges and bearings, as a sensor sees them from its own position.

Allowed for sensors only: a fused report must carry a location (BSI Flex 335 v2.0, Table 69).
Ranges are along the line of sight, elevations are from the sensor's horizon upwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyproj import Proj

from clearway.sapient.bindings import (
    RangeBearing,
    RangeBearingCone,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
)
from clearway.sapient.location.frame import (
    Assumption,
    LocationError,
    SiteCovariance,
    SiteFrame,
    SitePoint,
)
from clearway.sapient.location.zones import UtmZone

__all__ = ["Sector", "SensorPlace"]

_DEGREES_M = RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M
_UNITS: Final = {
    _DEGREES_M: (math.radians(1.0), 1.0),
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_M: (1.0, 1.0),
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM: (
        math.radians(1.0),
        1000.0,
    ),
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_KM: (1.0, 1000.0),
}
"""Radians and metres that one unit of each system is."""

_TRUE = RangeBearingDatum.RANGE_BEARING_DATUM_TRUE
_MAGNETIC = RangeBearingDatum.RANGE_BEARING_DATUM_MAGNETIC
_GRID = RangeBearingDatum.RANGE_BEARING_DATUM_GRID
_PLATFORM = RangeBearingDatum.RANGE_BEARING_DATUM_PLATFORM

_Look: TypeAlias = RangeBearing | RangeBearingCone


@dataclass(frozen=True, slots=True)
class Sector:
    """What a sensor's field of view or coverage spans, in the site frame."""

    x_m: float
    y_m: float
    """Of the sensor."""
    bearing_rad: float
    """Of the middle, clockwise from the site's north axis, -pi to pi."""
    elevation_rad: float
    """Of the middle, upwards."""
    range_m: float | None
    """How far it reaches; None where not stated."""
    width_rad: float | None
    """From side to side; None where not stated."""
    height_rad: float | None
    """From bottom to top; None where not stated."""


@dataclass(frozen=True, slots=True)
class SensorPlace:
    """A sensor's position, prepared for its ranges and bearings; from `Converter.sensor_at`."""

    place: SitePoint
    """Where the sensor is."""
    _axes: NDArray[np.float64]
    """Columns: true east, true north and up at the sensor, along the site's axes; shape (3, 3)."""
    _convergence_rad: float
    """Bearing of grid north from true north, clockwise."""
    _declination_rad: float | None

    @classmethod
    def prepared(
        cls,
        frame: SiteFrame,
        place: SitePoint,
        latitude_rad: float,
        longitude_rad: float,
        zone: UtmZone,
        declination_deg: float | None,
    ) -> SensorPlace:
        """As `Converter.sensor_at`, with the place's latitude and longitude."""
        at_site = _axes_at(math.radians(frame.latitude_deg), math.radians(frame.longitude_deg))
        heading = math.radians(frame.heading_deg)
        cosine, sine = math.cos(heading), math.sin(heading)
        turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        factors = Proj(zone.projection).get_factors(longitude_rad, latitude_rad, radians=True)
        return cls(
            place,
            turn @ at_site.T @ _axes_at(latitude_rad, longitude_rad),
            math.radians(factors.meridian_convergence),
            None if declination_deg is None else math.radians(declination_deg),
        )

    def to_site(self, look: _Look) -> SitePoint:
        """Where a sensor's range and bearing point to.

        The covariance is that of the horizontal place to first order: it holds while the range
        times the squared error of the bearing is far below the error of the range.

        Raises
        ------
        LocationError
            Range or bearing is missing, or its units or its north cannot be used.
        """
        angle, length = _units(look)
        north = self._north(look.datum)
        if not (look.HasField("range") and look.HasField("azimuth")):
            missing = "range" if look.HasField("azimuth") else "azimuth"
            raise LocationError(
                f"the {missing} is missing, so that it is no place", "send range and azimuth"
            )
        range_m = look.range * length
        azimuth, elevation = look.azimuth * angle + north, look.elevation * angle
        if not math.isfinite(range_m + azimuth + elevation) or range_m < 0.0:
            raise LocationError(
                f"range {look.range:g}, azimuth {look.azimuth:g}, elevation {look.elevation:g} "
                "is no place",
                "send finite numbers and no negative range",
            )
        level, rise = range_m * math.cos(elevation), range_m * math.sin(elevation)
        east, north_m = level * math.sin(azimuth), level * math.cos(azimuth)
        axes = self._axes
        x_m, y_m, z_m = (float(v) for v in axes @ (east, north_m, rise))
        return SitePoint(
            self.place.x_m + x_m,
            self.place.y_m + y_m,
            (self.place.z_m or 0.0) + z_m,
            self._covariance(look, angle, length),
            assumed=tuple(self._assumed(look)),
        )

    def to_wire(
        self,
        x_m: float,
        y_m: float,
        z_m: float,
        coordinate_system: RangeBearingCoordinateSystem = _DEGREES_M,
        datum: RangeBearingDatum = _TRUE,
    ) -> RangeBearing:
        """How the sensor sees a place of the site; azimuths are from 0 to a full turn.

        Raises
        ------
        LocationError
            The units or the north cannot be had.
        """
        look = RangeBearing(coordinate_system=coordinate_system, datum=datum)
        angle, length = _units(look)
        north_rad = self._north(datum)
        offset = (x_m - self.place.x_m, y_m - self.place.y_m, z_m - (self.place.z_m or 0.0))
        east, north, up = (float(v) for v in self._axes.T @ offset)
        level = math.hypot(east, north)
        look.range = math.hypot(level, up) / length
        look.azimuth = (math.atan2(east, north) - north_rad) % math.tau / angle
        look.elevation = math.atan2(up, level) / angle
        return look

    def sector(self, cone: RangeBearingCone) -> Sector:
        """What a field of view spans.

        Raises
        ------
        LocationError
            The bearing is missing, or its units or its north cannot be used.
        """
        angle, length = _units(cone)
        if not cone.HasField("azimuth"):
            raise LocationError("the azimuth is missing", "send where the sensor looks")
        azimuth = cone.azimuth * angle + self._north(cone.datum)
        x, y, _ = self._axes @ (math.sin(azimuth), math.cos(azimuth), 0.0)
        return Sector(
            self.place.x_m,
            self.place.y_m,
            math.atan2(float(x), float(y)),
            cone.elevation * angle,
            cone.range * length if cone.HasField("range") else None,
            cone.horizontal_extent * angle if cone.HasField("horizontal_extent") else None,
            cone.vertical_extent * angle if cone.HasField("vertical_extent") else None,
        )

    def sector_to_wire(self, sector: Sector) -> RangeBearingCone:
        """A field of view as it goes out, in degrees and metres from true north."""
        x, y = math.sin(sector.bearing_rad), math.cos(sector.bearing_rad)
        east, north, _ = self._axes.T @ (x, y, 0.0)
        cone = RangeBearingCone(
            azimuth=math.degrees(math.atan2(float(east), float(north))) % 360.0,
            elevation=math.degrees(sector.elevation_rad),
            coordinate_system=_DEGREES_M,
            datum=_TRUE,
        )
        if sector.range_m is not None:
            cone.range = sector.range_m
        if sector.width_rad is not None:
            cone.horizontal_extent = math.degrees(sector.width_rad)
        if sector.height_rad is not None:
            cone.vertical_extent = math.degrees(sector.height_rad)
        return cone

    def _north(self, datum: int) -> float:
        """Bearing from true north of the north that a sensor counts from, radians."""
        if datum == _TRUE:
            return 0.0
        if datum == _GRID:
            return self._convergence_rad
        if datum == _MAGNETIC:
            if self._declination_rad is None:
                raise LocationError(
                    "a magnetic bearing cannot be turned without the declination",
                    "state the magnetic declination at the sensor, or send true bearings",
                )
            return self._declination_rad
        if datum == _PLATFORM:
            raise LocationError(
                "bearings from a platform's heading are not defined in this edition "
                "(BSI Flex 335 v2.0, Table 10)",
                "send true, grid or magnetic bearings",
            )
        raise LocationError("the north of the bearing is not stated", "send TRUE as its datum")

    def _covariance(self, look: _Look, angle: float, length: float) -> SiteCovariance | None:
        """Of the horizontal place, site axes; None without errors of range and azimuth."""
        if not (look.range_error > 0.0 and look.azimuth_error > 0.0):
            return None
        range_m, elevation = look.range * length, look.elevation * angle
        azimuth = look.azimuth * angle + self._north(look.datum)
        along = (math.cos(elevation) * look.range_error * length) ** 2
        along += (range_m * math.sin(elevation) * look.elevation_error * angle) ** 2
        across = (range_m * math.cos(elevation) * look.azimuth_error * angle) ** 2
        x, y, _ = (float(v) for v in self._axes @ (math.sin(azimuth), math.cos(azimuth), 0.0))
        return SiteCovariance(
            x * x * along + y * y * across,
            x * y * (along - across),
            y * y * along + x * x * across,
        )

    def _assumed(self, look: _Look) -> list[Assumption]:
        assumed = []
        if not look.HasField("elevation"):
            assumed.append(Assumption.HORIZONTAL)
        if self.place.z_m is None:
            assumed.append(Assumption.SENSOR_HEIGHT)
        return assumed


def _units(look: _Look) -> tuple[float, float]:
    """Radians and metres of one unit."""
    if look.coordinate_system not in _UNITS:
        raise LocationError("the units of the bearing are not stated", "send DEGREES_M, say")
    return _UNITS[look.coordinate_system]


def _axes_at(latitude_rad: float, longitude_rad: float) -> NDArray[np.float64]:
    """True east, north and up as columns in Earth-centred coordinates, shape (3, 3)."""
    sin_lat, cos_lat = math.sin(latitude_rad), math.cos(latitude_rad)
    sin_lon, cos_lon = math.sin(longitude_rad), math.cos(longitude_rad)
    return np.array(
        [
            [-sin_lon, -sin_lat * cos_lon, cos_lat * cos_lon],
            [cos_lon, -sin_lat * sin_lon, cos_lat * sin_lon],
            [0.0, cos_lat, sin_lat],
        ]
    )
