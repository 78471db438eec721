"""Places: between a site's own frame and the coordinates on the wire.

A site measures in metres east, north and up from a survey point, with a north axis of its own;
SAPIENT has no local frame (BSI Flex 335 v2.0, 5.2).  On the wire a place is UTM, or latitude and
longitude, on WGS 84; or a range and a bearing as seen from the sensor.  The UTM grid is turned
(convergence) and scaled against the true axes, in Rome by 1.7 degrees and up to 4 cm per 100 m, so
that adding an offset would not do.

``frame``
    the site's side: frame, point, covariance
``zones``
    which UTM zone a text or a place means
``projections``
    the conversions as such
``converter``
    places and velocities, both ways
``bearing``
    ranges and bearings, both ways
"""

from clearway.sapient.location.bearing import Sector, SensorPlace
from clearway.sapient.location.converter import Converter, WireForm
from clearway.sapient.location.frame import (
    Assumption,
    LocationError,
    SiteCovariance,
    SiteFrame,
    SitePoint,
)
from clearway.sapient.location.zones import UtmZone

__all__ = [
    "Assumption",
    "Converter",
    "LocationError",
    "Sector",
    "SensorPlace",
    "SiteCovariance",
    "SiteFrame",
    "SitePoint",
    "UtmZone",
    "WireForm",
]
