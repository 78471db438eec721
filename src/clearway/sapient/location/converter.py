"""Places and velocities of one site, to the wire and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clearway.sapient.bindings import (
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    Registration,
)
from clearway.sapient.location.bearing import SensorPlace
from clearway.sapient.location.frame import (
    Assumption,
    LocationError,
    SiteFrame,
    SitePoint,
)
from clearway.sapient.location.projections import (
    TO_DEGREES,
    TO_RADIANS,
    Projection,
    projection_of,
    turned_covariance,
)
from clearway.sapient.location.zones import FALSE_NORTHING_M, UtmZone

__all__ = ["Converter", "WireForm"]

_FARTHEST_M = 100_000.0
"""A place farther from the survey point than this is a fault, not a place of the site."""

_UTM = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M
_DEGREES = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
_RADIANS = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M
_ELLIPSOID = LocationDatum.LOCATION_DATUM_WGS84_E
_GEOID = LocationDatum.LOCATION_DATUM_WGS84_G
_GEOGRAPHIC = {_DEGREES: TO_DEGREES, _RADIANS: TO_RADIANS}


@dataclass(frozen=True, slots=True)
class WireForm:
    """How a node wants its places.

    A fusion node answers each node in that node's own form (BSI Flex 335 v2.0, 6.2.3).
    """

    coordinate_system: LocationCoordinateSystem = _UTM
    """UTM_M, LAT_LNG_DEG_M or LAT_LNG_RAD_M."""
    datum: LocationDatum = _ELLIPSOID
    """Whether heights are above the ellipsoid or the geoid."""
    zone: str = ""
    """The UTM zone; empty means the site's own."""

    @classmethod
    def declared(cls, location_type: Registration.LocationType) -> WireForm:
        """As a node has declared it when it registered; UTM where it declared none."""
        return cls(
            location_type.location_units or _UTM,
            location_type.location_datum or _ELLIPSOID,
            location_type.zone,
        )


_OWN_FORM = WireForm()


class Converter:
    """Converts places of one site.

    Parameters
    ----------
    frame : SiteFrame
    geoid_separation_m : float, optional
        Height of the geoid above the ellipsoid at the site, about 48 m in Rome; over a site of a
        few kilometres it changes by centimetres.  No model of the geoid is installed, so without
        it heights above the geoid are refused: taken for heights above the ellipsoid they would
        move people by tens of metres, through several levels of a station.

    Raises
    ------
    LocationError
        The site lies where UTM is not defined, beyond 80 degrees south or 84 north.

    Notes
    -----
    A round trip through the wire errs by less than a micrometre within 100 km.

    The wire has a standard deviation for each axis and none for their correlation
    (BSI Flex 335 v2.0, 5.2.1).  A covariance is turned onto the wire's axes, by convergence and
    heading, before the correlation is dropped: the variances along those axes stay right, the
    ellipse becomes upright.  It never has a smaller area, but along the longer axis of a narrow
    slanting ellipse its standard deviation is too small by up to a factor of 1.41.
    """

    def __init__(self, frame: SiteFrame, geoid_separation_m: float | None = None) -> None:
        self._zone = UtmZone.containing(frame.latitude_deg, frame.longitude_deg)
        self.frame = frame
        self.utm_zone = self._zone.text(frame.latitude_deg)
        """Of the survey point; all places of the site are told in it."""
        self._geoid_separation_m = geoid_separation_m
        heading = math.radians(frame.heading_deg)
        self._cos, self._sin = math.cos(heading), math.sin(heading)
        self._projections: dict[UtmZone | LocationCoordinateSystem, Projection] = {}
        northing_m = self._utm(self._zone).forwards(0.0, 0.0, 0.0)[1]
        self._false_northing_m = FALSE_NORTHING_M if self._zone.southern else 0.0
        self._northing_m = northing_m - self._false_northing_m

    def to_wire(
        self,
        x_m: float,
        y_m: float,
        z_m: float | None = None,
        covariance: tuple[float, float, float] | None = None,
        z_sigma_m: float | None = None,
        form: WireForm = _OWN_FORM,
    ) -> Location:
        """A place as it goes out, errors of one sigma along the wire's axes in the wire's units.

        Parameters
        ----------
        x_m, y_m : float
            Site frame.
        z_m : float, optional
            Site frame; without it the place goes out without a height, at the frame's zero level.
        covariance : (xx, xy, yy), optional
            In square metres, site axes.
        z_sigma_m : float, optional
            Standard deviation of the height.
        form : WireForm, optional
            Without it UTM on the ellipsoid in the site's own zone.

        Raises
        ------
        LocationError
            The place is not finite, or the form cannot be had.
        """
        projection, zone_text = self._outgoing(form)
        east_m = self._cos * x_m + self._sin * y_m
        north_m = self._cos * y_m - self._sin * x_m
        x, y, altitude_m = projection.forwards(east_m, north_m, z_m or 0.0)
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(altitude_m)):
            raise LocationError(f"({x_m}, {y_m}, {z_m}) is no place", "give finite metres")
        location = Location(x=x, y=y, coordinate_system=form.coordinate_system, datum=form.datum)
        if zone_text:
            location.utm_zone = zone_text
        if z_m is not None:
            location.z = altitude_m - self._above_ellipsoid(form.datum)
        if covariance is not None:
            on_wire = turned_covariance(projection.slope, covariance)
            location.x_error = math.sqrt(max(on_wire.xx, 0.0))
            location.y_error = math.sqrt(max(on_wire.yy, 0.0))
        if z_sigma_m is not None:
            location.z_error = z_sigma_m
        return location

    def to_site(self, location: Location) -> SitePoint:
        """A place as it comes in.

        What is missing is assumed, and the point says so.

        Raises
        ------
        LocationError
            The coordinate system, the zone or the datum cannot be used, or the place is not on
            this site.
        """
        assumed: list[Assumption] = []
        projection = self._incoming(location, assumed)
        has_height = location.HasField("z")
        if has_height:
            altitude_m = location.z + self._above_ellipsoid(location.datum)
        else:
            altitude_m = self.frame.altitude_m
            assumed.append(Assumption.HEIGHT)
        if location.datum not in (_ELLIPSOID, _GEOID):
            assumed.append(Assumption.DATUM)
        east_m, north_m, up_m = projection.backwards(location.x, location.y, altitude_m)
        # Infinite, where PROJ could do nothing with it.
        if not (math.hypot(east_m, north_m) <= _FARTHEST_M and math.isfinite(up_m)):
            swapped = projection.backwards(location.y, location.x, altitude_m)
            raise _elsewhere(location, swapped=math.hypot(*swapped[:2]) <= _FARTHEST_M)
        covariance = None
        if 0.0 < location.x_error < math.inf and 0.0 < location.y_error < math.inf:
            covariance = turned_covariance(
                projection.inverse_slope, (location.x_error**2, 0.0, location.y_error**2)
            )
        return SitePoint(
            self._cos * east_m - self._sin * north_m,
            self._sin * east_m + self._cos * north_m,
            up_m if has_height else None,
            covariance,
            location.z_error if location.z_error > 0.0 else None,
            tuple(assumed),
        )

    def velocity_to_wire(self, x_m_s: float, y_m_s: float) -> tuple[float, float]:
        """A velocity of the site frame along true east and true north.

        True north at the survey point is meant.  2 km away it differs by 0.02 degrees in Rome,
        which is half a millimetre per second for a walking person.
        """
        return self._cos * x_m_s + self._sin * y_m_s, self._cos * y_m_s - self._sin * x_m_s

    def velocity_to_site(self, east_m_s: float, north_m_s: float) -> tuple[float, float]:
        """A velocity along true east and north in the site frame."""
        return (
            self._cos * east_m_s - self._sin * north_m_s,
            self._sin * east_m_s + self._cos * north_m_s,
        )

    def sensor_at(self, place: SitePoint, declination_deg: float | None = None) -> SensorPlace:
        """Prepare a sensor's position for the ranges and bearings that it reports.

        Parameters
        ----------
        place : SitePoint
            Where the sensor is, such as `to_site` of the ``node_location`` of its status report.
        declination_deg : float, optional
            Bearing of magnetic north from true north there, east positive; needed by a sensor
            that reports magnetic bearings.
        """
        east_m, north_m = self.velocity_to_wire(place.x_m, place.y_m)
        longitude, latitude, _ = self._projection(_RADIANS).forwards(
            east_m, north_m, place.z_m or 0.0
        )
        return SensorPlace.prepared(
            self.frame, place, latitude, longitude, self._zone, declination_deg
        )

    def _outgoing(self, form: WireForm) -> tuple[Projection, str]:
        if form.coordinate_system == _UTM:
            if not form.zone:
                return self._utm(self._zone), self.utm_zone
            northing_m = self._northing_m + self._false_northing_m
            return self._utm(UtmZone.named(form.zone, northing_m, self._northing_m)), form.zone
        if form.coordinate_system in _GEOGRAPHIC:
            return self._projection(form.coordinate_system), ""
        raise LocationError(
            f"coordinate system {form.coordinate_system} is not known", "ask for UTM_M or LAT_LNG"
        )

    def _incoming(self, location: Location, assumed: list[Assumption]) -> Projection:
        if location.coordinate_system == _UTM:
            if location.utm_zone:
                return self._utm(UtmZone.named(location.utm_zone, location.y, self._northing_m))
            assumed.append(Assumption.ZONE)
            return self._utm(self._zone)
        if location.coordinate_system in _GEOGRAPHIC:
            return self._projection(location.coordinate_system)
        raise LocationError("the coordinate system is not stated", "send UTM_M")

    def _above_ellipsoid(self, datum: int) -> float:
        """What is added to a height on the wire to get one above the ellipsoid."""
        if datum != _GEOID:
            return 0.0
        if self._geoid_separation_m is None:
            raise LocationError(
                "a height above the geoid (WGS84_G) cannot be converted",
                "use heights above the ellipsoid (WGS84_E), or state the site's geoid separation",
            )
        return self._geoid_separation_m

    def _utm(self, zone: UtmZone) -> Projection:
        return self._made(zone, zone.projection)

    def _projection(self, system: LocationCoordinateSystem) -> Projection:
        return self._made(system, _GEOGRAPHIC[system])

    def _made(self, key: UtmZone | LocationCoordinateSystem, last_step: str) -> Projection:
        if key not in self._projections:
            self._projections[key] = projection_of(self.frame, last_step)
        return self._projections[key]


def _elsewhere(location: Location, *, swapped: bool) -> LocationError:
    return LocationError(
        f"({location.x:g}, {location.y:g}, {location.z:g}) is not within "
        f"{_FARTHEST_M / 1000:g} km of the site",
        "swap x and y: x is east or longitude, y north or latitude"
        if swapped
        else "x is east or longitude, y north or latitude; check units, zone and the site's origin",
    )
