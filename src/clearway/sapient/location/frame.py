"""The site's side of a conversion: its frame, a place in it, and what was assumed of the place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from clearway.errors import ClearwayError

__all__ = ["Assumption", "LocationError", "SiteCovariance", "SiteFrame", "SitePoint"]


class LocationError(ClearwayError):
    """A place that cannot be turned into one of the site, or one of the wire.

    Parameters
    ----------
    problem : str
        What is wrong, with the offending value.
    remedy : str
        What to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}\n    remedy: {remedy}")


class Assumption(StrEnum):
    """What was taken for granted because the wire did not say it; each is worth a warning."""

    HEIGHT = "the height is missing; that of the site's zero level is assumed"
    ZONE = "the UTM zone is missing; the site's own is assumed"
    DATUM = "the datum is missing; the WGS 84 ellipsoid is assumed"
    HORIZONTAL = "the elevation is missing; a horizontal look is assumed"
    SENSOR_HEIGHT = "the sensor's height is missing; that of the site's zero level is assumed"


@dataclass(frozen=True, slots=True)
class SiteFrame:
    """Local frame in metres, tied to the Earth by its survey point (WGS 84).

    The frame is flat: its x-y plane touches the ellipsoid's parallel surface at the survey point.
    A floor that follows the Earth lies 8 cm below the plane at 1 km.
    """

    latitude_deg: float
    """North positive."""
    longitude_deg: float
    """East positive."""
    altitude_m: float = 0.0
    """Of the frame's zero height above the ellipsoid."""
    heading_deg: float = 0.0
    """Bearing of the frame's north axis, clockwise from true north."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not math.isfinite(getattr(self, name)):
                raise LocationError(f"{name} is {getattr(self, name)}", "give a finite number")


class SiteCovariance(NamedTuple):
    """Symmetric 2 x 2 position covariance in square metres, site axes."""

    xx: float
    xy: float
    yy: float


class SitePoint(NamedTuple):
    """A place in the site frame."""

    x_m: float
    y_m: float
    z_m: float | None = None
    """None where the wire gave no height."""
    covariance: SiteCovariance | None = None
    """None where the wire gave no errors."""
    z_sigma_m: float | None = None
    """Standard deviation of the height; None where the wire gave none."""
    assumed: tuple[Assumption, ...] = ()
    """What the wire did not say."""
