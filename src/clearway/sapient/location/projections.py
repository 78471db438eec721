"""The geodesy: from a site's frame to the ellipsoid and to projections of it, by PROJ.

PROJ's pipelines are exact and fast (one to two microseconds for a point), so nothing is
linearised but errors: a covariance is turned and scaled as at the survey point.  Over 2 km the
grid's axes turn by less than 0.02 degrees in Rome.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from pyproj import Transformer
from pyproj.enums import TransformDirection

from clearway.sapient.location.frame import SiteCovariance, SiteFrame

__all__ = ["Matrix", "Projection", "projection_of", "turned_covariance"]

_INVERSE = TransformDirection.INVERSE

_STEP_M = 10.0
"""Of the central differences; the terms of third order are some 1e-11 of the first."""

TO_DEGREES = "+proj=unitconvert +xy_in=rad +xy_out=deg"
"""Last step to degrees of longitude and latitude."""
TO_RADIANS = "+proj=noop"
"""Last step to radians of longitude and latitude, which PROJ uses by itself."""


class Matrix(NamedTuple):
    """2 x 2 matrix, row by row."""

    a: float
    b: float
    c: float
    d: float

    def inverse(self) -> Matrix:
        """The matrix that undoes this one."""
        determinant = self.a * self.d - self.b * self.c
        return Matrix(
            self.d / determinant, -self.b / determinant, -self.c / determinant, self.a / determinant
        )


class Projection(NamedTuple):
    """From true east, north and up at the survey point to what is on the wire."""

    transformer: Transformer
    """PROJ's pipeline."""
    in_radians: bool
    """Whether angles are radians; unless told, pyproj turns them into degrees."""
    slope: Matrix
    """Change on the wire, in its units, per metre along the site's axes."""
    inverse_slope: Matrix
    """Change along the site's axes, in metres, per unit on the wire."""

    def forwards(self, east_m: float, north_m: float, up_m: float) -> tuple[float, float, float]:
        """From true east, north and up to the wire; infinite where that has no place for it."""
        return self.transformer.transform(east_m, north_m, up_m, radians=self.in_radians)

    def backwards(self, x: float, y: float, altitude_m: float) -> tuple[float, float, float]:
        """From the wire to true east, north and up; infinite where it is no place."""
        return self.transformer.transform(
            x, y, altitude_m, radians=self.in_radians, direction=_INVERSE
        )


def projection_of(frame: SiteFrame, last_step: str) -> Projection:
    """Prepare one kind of coordinates on the wire for a site.

    Parameters
    ----------
    frame : SiteFrame
    last_step : str
        From longitude and latitude in radians to the wire.
    """
    transformer = Transformer.from_pipeline(
        "+proj=pipeline"
        f" +step +inv +proj=topocentric +ellps=WGS84 +lat_0={frame.latitude_deg!r}"
        f" +lon_0={frame.longitude_deg!r} +h_0={frame.altitude_m!r}"
        " +step +inv +proj=cart +ellps=WGS84"
        f" +step {last_step}"
    )
    in_radians = last_step == TO_RADIANS
    heading = math.radians(frame.heading_deg)
    cosine, sine = math.cos(heading), math.sin(heading)
    flat = Matrix(1.0, 0.0, 0.0, 1.0)
    projection = Projection(transformer, in_radians, flat, flat)
    along_x = _change(projection, cosine, -sine)
    along_y = _change(projection, sine, cosine)
    slope = Matrix(along_x[0], along_y[0], along_x[1], along_y[1])
    return projection._replace(slope=slope, inverse_slope=slope.inverse())


def _change(projection: Projection, east: float, north: float) -> tuple[float, float]:
    """Change on the wire per metre in a direction."""
    ahead = projection.forwards(_STEP_M * east, _STEP_M * north, 0.0)
    behind = projection.forwards(-_STEP_M * east, -_STEP_M * north, 0.0)
    return (ahead[0] - behind[0]) / (2.0 * _STEP_M), (ahead[1] - behind[1]) / (2.0 * _STEP_M)


def turned_covariance(by: Matrix, covariance: tuple[float, float, float]) -> SiteCovariance:
    """Covariance of a linear map's result: J C J^T.

    Parameters
    ----------
    by : Matrix
        J.
    covariance : (xx, xy, yy)
        C.
    """
    xx, xy, yy = covariance
    a, b, c, d = by
    return SiteCovariance(
        a * a * xx + 2.0 * a * b * xy + b * b * yy,
        a * c * xx + (a * d + b * c) * xy + b * d * yy,
        c * c * xx + 2.0 * c * d * xy + d * d * yy,
    )
