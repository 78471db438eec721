"""Ranges and bearings as seen from a sensor."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj

from clearway.sapient.bindings import (
    LocationCoordinateSystem,
    RangeBearing,
    RangeBearingCone,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
)
from clearway.sapient.location import (
    Assumption,
    Converter,
    LocationError,
    Sector,
    SensorPlace,
    SiteFrame,
    SitePoint,
    WireForm,
)

DEGREES_M = RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M
TRUE = RangeBearingDatum.RANGE_BEARING_DATUM_TRUE
GRID = RangeBearingDatum.RANGE_BEARING_DATUM_GRID
MAGNETIC = RangeBearingDatum.RANGE_BEARING_DATUM_MAGNETIC

CONVERTER = Converter(SiteFrame(41.901, 12.501, 60.0, heading_deg=37.0))
offsets = st.floats(-2000.0, 2000.0)
units = st.sampled_from(list(RangeBearingCoordinateSystem.values()[1:]))
norths = st.sampled_from([TRUE, GRID, MAGNETIC])


def sensor(x_m: float = 0.0, y_m: float = 0.0) -> SensorPlace:
    return CONVERTER.sensor_at(SitePoint(x_m, y_m, 2.5), declination_deg=3.9)


@given(offsets, offsets, offsets, offsets, st.floats(-20.0, 50.0), units, norths)
def test_a_place_returns(
    x_m: float,
    y_m: float,
    sensor_x_m: float,
    sensor_y_m: float,
    z_m: float,
    system: RangeBearingCoordinateSystem,
    datum: RangeBearingDatum,
) -> None:
    seen_from = sensor(sensor_x_m, sensor_y_m)
    point = seen_from.to_site(seen_from.to_wire(x_m, y_m, z_m, system, datum))
    assert point.z_m is not None
    assert point[:3] == pytest.approx((x_m, y_m, z_m), abs=1e-6)
    assert point.assumed == ()


@given(offsets, offsets, st.floats(0.0, 360.0), st.floats(1.0, 1000.0))
def test_true_bearings_are_those_of_the_geodesic_at_the_sensor(
    sensor_x_m: float, sensor_y_m: float, azimuth_deg: float, range_m: float
) -> None:
    look = RangeBearing(
        azimuth=azimuth_deg,
        range=range_m,
        elevation=0.0,
        coordinate_system=DEGREES_M,
        datum=TRUE,
    )
    point = sensor(sensor_x_m, sensor_y_m).to_site(look)
    form = WireForm(LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M)
    here = CONVERTER.to_wire(sensor_x_m, sensor_y_m, 2.5, form=form)
    there = CONVERTER.to_wire(point.x_m, point.y_m, point.z_m, form=form)
    azimuth, _, length = Geod(ellps="WGS84").inv(here.x, here.y, there.x, there.y)
    # The geodesic lies 63 m lower, on the ellipsoid: 1e-5 shorter.
    assert length == pytest.approx(range_m, rel=2e-5)
    assert range_m * math.sin(math.radians(azimuth - azimuth_deg)) == pytest.approx(0.0, abs=1e-3)


def test_grid_and_magnetic_north() -> None:
    factors = Proj("+proj=utm +zone=33 +ellps=WGS84").get_factors(12.501, 41.901)
    seen_from = sensor()
    true, grid, magnetic = (
        seen_from.to_wire(100.0, 50.0, 2.5, DEGREES_M, datum).azimuth
        for datum in (TRUE, GRID, MAGNETIC)
    )
    assert true == pytest.approx(math.degrees(math.atan2(100.0, 50.0)) + 37.0)
    assert true - grid == pytest.approx(factors.meridian_convergence)
    assert true - magnetic == pytest.approx(3.9)


def test_grid_bearings_are_those_of_utm_coordinates() -> None:
    seen_from = sensor(700.0, -300.0)
    look = seen_from.to_wire(800.0, -100.0, 2.5, DEGREES_M, GRID)
    here, there = CONVERTER.to_wire(700.0, -300.0, 2.5), CONVERTER.to_wire(800.0, -100.0, 2.5)
    on_grid = math.degrees(math.atan2(there.x - here.x, there.y - here.y)) % 360.0
    assert look.azimuth == pytest.approx(on_grid, abs=2e-3)  # the grid's own curvature


def test_magnetic_bearings_need_the_declination() -> None:
    unknown = CONVERTER.sensor_at(SitePoint(0.0, 0.0, 2.5))
    with pytest.raises(LocationError, match="declination"):
        unknown.to_site(_look(datum=MAGNETIC))


def _look(**fields: float) -> RangeBearing:
    complete = {
        "azimuth": 30.0,
        "range": 12.0,
        "elevation": 0.0,
        "coordinate_system": DEGREES_M,
        "datum": TRUE,
    }
    return RangeBearing(**{**complete, **fields})  # type: ignore[arg-type]


NO_PLACE = {
    "platform": (_look(datum=RangeBearingDatum.RANGE_BEARING_DATUM_PLATFORM), "Table 10"),
    "no north": (_look(datum=0), "north of the bearing is not stated"),
    "no units": (_look(coordinate_system=0), "units of the bearing are not stated"),
    "behind": (_look(range=-1.0), "no negative range"),
    "nan": (_look(azimuth=math.nan), "is no place"),
    "infinite": (_look(range=math.inf), "is no place"),
    "no range": (
        RangeBearing(azimuth=1.0, coordinate_system=DEGREES_M, datum=TRUE),
        "the range is missing",
    ),
    "no azimuth": (
        RangeBearing(range=1.0, coordinate_system=DEGREES_M, datum=TRUE),
        "the azimuth is missing",
    ),
}


@pytest.mark.parametrize(("look", "problem"), NO_PLACE.values(), ids=NO_PLACE)
def test_looks_that_are_no_place(look: RangeBearing, problem: str) -> None:
    with pytest.raises(LocationError, match=problem):
        sensor().to_site(look)


def test_what_is_missing_is_assumed_and_said() -> None:
    level = CONVERTER.sensor_at(SitePoint(0.0, 0.0))
    look = RangeBearing(azimuth=37.0, range=10.0, coordinate_system=DEGREES_M, datum=TRUE)
    point = level.to_site(look)
    assert point[:3] == pytest.approx((0.0, 10.0, 0.0))
    assert point.assumed == (Assumption.HORIZONTAL, Assumption.SENSOR_HEIGHT)
    assert point.covariance is None


def test_errors_follow_the_line_of_sight() -> None:
    """Against samples of range, azimuth and elevation."""
    look = _look(
        azimuth=80.0,
        range=40.0,
        elevation=-20.0,
        azimuth_error=0.5,
        range_error=0.1,
        elevation_error=0.3,
    )
    point = sensor().to_site(look)
    random = np.random.default_rng(7)
    drawn = [
        sensor().to_site(_look(azimuth=azimuth, range=range_m, elevation=elevation))[:2]
        for azimuth, range_m, elevation in random.normal(
            (80.0, 40.0, -20.0), (0.5, 0.1, 0.3), (4000, 3)
        )
    ]
    sampled = np.cov(np.array(drawn).T)
    assert point.covariance is not None
    stated = np.array(
        [
            [point.covariance.xx, point.covariance.xy],
            [point.covariance.xy, point.covariance.yy],
        ]
    )
    assert stated == pytest.approx(sampled, abs=0.06 * np.trace(sampled))


@given(st.floats(-math.pi, math.pi), st.floats(0.1, 3.0), offsets)
def test_a_field_of_view_returns(bearing_rad: float, width_rad: float, x_m: float) -> None:
    seen_from = sensor(x_m)
    sector = Sector(x_m, 0.0, bearing_rad, -0.3, 25.0, width_rad, 0.7)
    returned = seen_from.sector(seen_from.sector_to_wire(sector))
    turned = math.remainder(returned.bearing_rad - bearing_rad, math.tau)
    assert turned == pytest.approx(0.0, abs=1e-6)
    for name in ("x_m", "y_m", "elevation_rad", "range_m", "width_rad", "height_rad"):
        assert getattr(returned, name) == pytest.approx(getattr(sector, name))


def test_a_field_of_view_may_be_open() -> None:
    cone = RangeBearingCone(azimuth=37.0, coordinate_system=DEGREES_M, datum=TRUE)
    sector = sensor().sector(cone)
    assert sector.bearing_rad == pytest.approx(0.0, abs=1e-9)
    assert (sector.range_m, sector.width_rad, sector.height_rad) == (None, None, None)
    again = sensor().sector_to_wire(sector)
    assert not any(again.HasField(name) for name in ("range", "horizontal_extent"))
    with pytest.raises(LocationError, match="azimuth is missing"):
        sensor().sector(RangeBearingCone(coordinate_system=DEGREES_M, datum=TRUE))
    looking = RangeBearingCone(azimuth=37.0, range=5.0, coordinate_system=DEGREES_M, datum=TRUE)
    assert sensor().to_site(looking)[:2] == pytest.approx((0.0, 5.0))
