"""Places: site frame to the wire and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj

from clearway.sapient.bindings import (
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    Registration,
)
from clearway.sapient.location import Assumption, Converter, LocationError, SiteFrame, WireForm

UTM = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M
DEGREES = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
RADIANS = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M
GEOID = LocationDatum.LOCATION_DATUM_WGS84_G
ELLIPSOID = LocationDatum.LOCATION_DATUM_WGS84_E

ROME = SiteFrame(41.901, 12.501, 60.0)
TURNED = SiteFrame(41.901, 12.501, 60.0, heading_deg=37.0)
GEODESIC = Geod(ellps="WGS84")

sites = st.builds(
    SiteFrame,
    st.floats(-79.9, 83.9),
    st.one_of(st.floats(-180.0, 180.0), st.sampled_from([-180.0, 12.0, 17.999999, 179.999999])),
    st.floats(-100.0, 3000.0),
    st.floats(-360.0, 360.0),
)
offsets = st.floats(-2000.0, 2000.0)
systems = st.sampled_from([UTM, DEGREES, RADIANS])


@given(sites, offsets, offsets, st.floats(-50.0, 300.0), systems)
def test_a_place_returns_within_a_millionth_of_a_metre(
    site: SiteFrame, x_m: float, y_m: float, z_m: float, system: LocationCoordinateSystem
) -> None:
    converter = Converter(site)
    location = converter.to_wire(x_m, y_m, z_m, form=WireForm(system))
    point = converter.to_site(location)
    assert point.z_m is not None
    assert math.dist((x_m, y_m, z_m), (point.x_m, point.y_m, point.z_m)) < 1e-6
    assert point.assumed == ()


@given(sites, offsets, offsets)
def test_the_neighbours_zones_mean_the_same_place(site: SiteFrame, x_m: float, y_m: float) -> None:
    converter = Converter(site)
    number = int("".join(filter(str.isdigit, converter.utm_zone)))
    hemisphere = "N" if site.latitude_deg >= 0.0 else "M"
    for neighbour in (number % 60 + 1, (number - 2) % 60 + 1):
        form = WireForm(zone=f"{neighbour}{hemisphere}")
        location = converter.to_wire(x_m, y_m, 0.0, form=form)
        assert location.utm_zone == form.zone
        assert converter.to_site(location)[:2] == pytest.approx((x_m, y_m), abs=1e-3)


@given(st.floats(0.0, 360.0), st.floats(1.0, 2000.0), st.floats(0.0, 360.0))
def test_bearing_and_distance_are_those_of_the_geodesic(
    bearing_deg: float, distance_m: float, heading_deg: float
) -> None:
    """PROJ's geodesics share nothing with its projections."""
    converter = Converter(SiteFrame(41.901, 12.501, 0.0, heading_deg))
    angle = math.radians(bearing_deg - heading_deg)
    x_m, y_m = distance_m * math.sin(angle), distance_m * math.cos(angle)
    location = converter.to_wire(x_m, y_m, 0.0, form=WireForm(DEGREES))
    azimuth, _, length = GEODESIC.inv(12.501, 41.901, location.x, location.y)
    # The tangent plane is longer by 3e-8 at 2 km.
    assert length == pytest.approx(distance_m, rel=1e-7, abs=1e-6)
    across = distance_m * math.sin(math.radians(azimuth - bearing_deg))
    assert abs(across) < 1e-4


def test_the_grid_is_turned_by_the_convergence_and_scaled() -> None:
    factors = Proj("+proj=utm +zone=33 +ellps=WGS84").get_factors(12.501, 41.901)
    converter = Converter(SiteFrame(41.901, 12.501))
    here, north = converter.to_wire(0.0, 0.0, 0.0), converter.to_wire(0.0, 100.0, 0.0)
    east_m, north_m = north.x - here.x, north.y - here.y
    assert math.hypot(east_m, north_m) / 100.0 == pytest.approx(factors.meridional_scale, abs=1e-8)
    turned = -math.degrees(math.atan2(east_m, north_m))
    assert turned == pytest.approx(factors.meridian_convergence, abs=1e-3)
    assert factors.meridian_convergence == pytest.approx(-1.67, abs=0.01)


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "zone"),
    [
        (41.9, 12.5, "33T"),
        (38.1, 13.4, "33N"),  # band S, which some read as south
        (-33.9, 151.2, "56H"),
        (60.4, 5.3, "32V"),  # Bergen
        (78.2, 15.6, "33X"),  # Longyearbyen
        (78.2, 8.0, "31X"),
        (84.0, 50.0, "39X"),
        (-80.0, 0.0, "31C"),
        (0.0, 180.0, "1N"),
    ],
)
def test_zones(latitude_deg: float, longitude_deg: float, zone: str) -> None:
    assert Converter(SiteFrame(latitude_deg, longitude_deg)).utm_zone == zone


@pytest.mark.parametrize("latitude_deg", [84.1, -80.1, 90.0])
def test_no_utm_near_the_poles(latitude_deg: float) -> None:
    with pytest.raises(LocationError, match="UTM is not defined"):
        Converter(SiteFrame(latitude_deg, 0.0))


def test_a_frame_is_finite() -> None:
    with pytest.raises(LocationError, match="heading_deg is nan"):
        SiteFrame(41.9, 12.5, 0.0, math.nan)


@pytest.mark.parametrize("text", ["33T", "33n", " 33 ", "33s", "33S", "33X"])
def test_spellings_of_the_zone(text: str) -> None:
    converter = Converter(ROME)
    location = converter.to_wire(10.0, 20.0, 0.0)
    location.utm_zone = text
    assert converter.to_site(location)[:2] == pytest.approx((10.0, 20.0))


def test_s_is_southern_for_a_southern_site() -> None:
    converter = Converter(SiteFrame(-33.9, 151.2))
    location = converter.to_wire(10.0, 20.0, 0.0)
    assert location.y > 6_000_000.0
    location.utm_zone = "56S"
    assert converter.to_site(location)[:2] == pytest.approx((10.0, 20.0))
    assert converter.to_wire(10.0, 20.0, 0.0, form=WireForm(zone="56S")).y == location.y


def test_both_hemispheres_beside_the_equator() -> None:
    converter = Converter(SiteFrame(0.001, 36.8))
    location = converter.to_wire(0.0, -500.0, 0.0, form=WireForm(zone="37M"))
    assert location.y > 9_999_000.0
    assert converter.to_site(location)[:2] == pytest.approx((0.0, -500.0), abs=1e-6)


@pytest.mark.parametrize("text", ["0T", "61T", "33I", "33O", "T", "thirty", "-3T", "33TT", "³3T"])
def test_texts_that_are_no_zone(text: str) -> None:
    converter = Converter(ROME)
    location = converter.to_wire(0.0, 0.0, 0.0)
    location.utm_zone = text
    with pytest.raises(LocationError, match="is no UTM zone"):
        converter.to_site(location)


def test_what_is_missing_is_assumed_and_said() -> None:
    converter = Converter(TURNED)
    location = converter.to_wire(120.0, -40.0)
    assert not location.HasField("z")
    location.ClearField("utm_zone")
    location.ClearField("datum")
    point = converter.to_site(location)
    assert point[:2] == pytest.approx((120.0, -40.0), abs=1e-3)
    assert point.z_m is None
    assert set(point.assumed) == {Assumption.HEIGHT, Assumption.ZONE, Assumption.DATUM}
    assert point.covariance is None


def test_geoid_heights_need_the_separation() -> None:
    with_separation = Converter(ROME, geoid_separation_m=48.0)
    location = with_separation.to_wire(1.0, 2.0, 3.0, form=WireForm(datum=GEOID))
    assert location.z == pytest.approx(63.0 - 48.0)
    assert location.datum == GEOID
    assert with_separation.to_site(location)[:3] == pytest.approx((1.0, 2.0, 3.0))
    without = Converter(ROME)
    with pytest.raises(LocationError, match=r"WGS84_G.*\n.*geoid separation"):
        without.to_site(location)
    with pytest.raises(LocationError, match="WGS84_G"):
        without.to_wire(1.0, 2.0, 3.0, form=WireForm(datum=GEOID))
    location.ClearField("z")
    assert without.to_site(location).z_m is None


@pytest.mark.parametrize("system", [UTM, DEGREES])
def test_swapped_axes_are_recognised(system: LocationCoordinateSystem) -> None:
    converter = Converter(ROME)
    location = converter.to_wire(0.0, 0.0, 0.0, form=WireForm(system))
    location.x, location.y = location.y, location.x
    with pytest.raises(LocationError, match="remedy: swap x and y"):
        converter.to_site(location)


@pytest.mark.parametrize(
    ("field", "value"),
    [("x", math.nan), ("y", math.inf), ("z", math.nan), ("x", 1e300), ("x", 791_000.0)],
)
def test_places_that_are_nowhere(field: str, value: float) -> None:
    converter = Converter(ROME)
    location = converter.to_wire(0.0, 0.0, 0.0)
    setattr(location, field, value)
    with pytest.raises(LocationError, match="not within 100 km"):
        converter.to_site(location)


def test_what_cannot_be_sent() -> None:
    converter = Converter(ROME)
    with pytest.raises(LocationError, match="is no place"):
        converter.to_wire(math.nan, 0.0, 0.0)
    unknown = WireForm(LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UNSPECIFIED)
    with pytest.raises(LocationError, match="coordinate system 0 is not known"):
        converter.to_wire(0.0, 0.0, 0.0, form=unknown)
    with pytest.raises(LocationError, match="coordinate system is not stated"):
        converter.to_site(Location(x=1.0, y=2.0))


def test_a_node_is_answered_in_its_own_form() -> None:
    declared = Registration.LocationType(
        location_units=RADIANS, location_datum=GEOID, zone="ignored"
    )
    location = Converter(ROME, 48.0).to_wire(0.0, 0.0, 0.0, form=WireForm.declared(declared))
    assert location.coordinate_system == RADIANS
    assert location.x == pytest.approx(math.radians(12.501))
    assert location.z == pytest.approx(12.0)
    assert not location.HasField("utm_zone")
    assert WireForm.declared(Registration.LocationType()) == WireForm(UTM, ELLIPSOID)


covariances = st.tuples(
    st.floats(0.01, 2.0), st.floats(-0.99, 0.99), st.floats(0.01, 2.0), st.floats(0.0, 360.0)
)


@given(covariances, systems)
def test_variances_along_the_wires_axes_stay(
    drawn: tuple[float, float, float, float], system: LocationCoordinateSystem
) -> None:
    """Samples of the covariance, converted one by one, spread as the wire says."""
    sigma_x, correlation, sigma_y, heading_deg = drawn
    xx, xy, yy = sigma_x**2, correlation * sigma_x * sigma_y, sigma_y**2
    converter = Converter(SiteFrame(41.901, 12.501, 60.0, heading_deg))
    form = WireForm(system)
    location = converter.to_wire(30.0, 40.0, 0.0, (xx, xy, yy), 0.3, form)
    # Points whose covariance is exactly this one: the columns of its root, both ways.
    root = np.linalg.cholesky([[xx, xy], [xy, yy]])
    spread = [
        converter.to_wire(30.0 + sign * x, 40.0 + sign * y, 0.0, form=form)
        for x, y in root.T
        for sign in (1.0, -1.0)
    ]
    for axis in "xy":
        middle = getattr(location, axis)
        variance = sum((getattr(point, axis) - middle) ** 2 for point in spread) / 2.0
        assert getattr(location, f"{axis}_error") == pytest.approx(math.sqrt(variance), rel=1e-3)
    assert location.z_error == pytest.approx(0.3)


@given(covariances, systems)
def test_a_returned_covariance_loses_the_correlation_only(
    drawn: tuple[float, float, float, float], system: LocationCoordinateSystem
) -> None:
    sigma_x, correlation, sigma_y, heading_deg = drawn
    xx, xy, yy = sigma_x**2, correlation * sigma_x * sigma_y, sigma_y**2
    converter = Converter(SiteFrame(41.901, 12.501, 60.0, heading_deg))
    form = WireForm(system)
    once = converter.to_site(converter.to_wire(0.0, 0.0, 0.0, (xx, xy, yy), form=form)).covariance
    assert once is not None
    # The area never shrinks (Hadamard), and what has been upright once stays as it is.
    assert once.xx * once.yy - once.xy**2 >= (xx * yy - xy**2) * (1.0 - 1e-6)
    again = converter.to_site(converter.to_wire(0.0, 0.0, 0.0, once, form=form)).covariance
    assert again == pytest.approx(once, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("x_error", "y_error"), [(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0)])
def test_errors_that_say_nothing(x_error: float, y_error: float) -> None:
    converter = Converter(ROME)
    location = converter.to_wire(0.0, 0.0, 0.0)
    location.x_error, location.y_error = x_error, y_error
    assert converter.to_site(location).covariance is None


def test_velocities_follow_the_heading() -> None:
    east = Converter(SiteFrame(41.901, 12.501, 0.0, heading_deg=90.0))
    assert east.velocity_to_wire(0.0, 1.5) == pytest.approx((1.5, 0.0))  # site's north is east
    assert east.velocity_to_site(1.5, 0.0) == pytest.approx((0.0, 1.5))


@given(offsets, offsets, st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_velocity_agrees_with_the_geodesic(
    x_m: float, y_m: float, x_m_s: float, y_m_s: float
) -> None:
    """True east and north at the place, over one second, to the stated half millimetre."""
    converter = Converter(TURNED)
    east_m_s, north_m_s = converter.velocity_to_wire(x_m_s, y_m_s)
    form = WireForm(DEGREES)
    before = converter.to_wire(x_m, y_m, 0.0, form=form)
    after = converter.to_wire(x_m + x_m_s, y_m + y_m_s, 0.0, form=form)
    azimuth, _, length = GEODESIC.inv(before.x, before.y, after.x, after.y)
    angle = math.radians(azimuth)
    moved = (length * math.sin(angle), length * math.cos(angle))
    assert moved == pytest.approx((east_m_s, north_m_s), abs=3e-3)
