"""What a valid site is like: how much of it the sensors see, and what deserves a second look."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import shapely

from clearway.site.floor import floor_polygon
from clearway.site.schema import Curtain, Flow, Site

if TYPE_CHECKING:
    from clearway.site.radar_check import RadarCheck

__all__ = ["BlindSpot", "FlowPassage", "LineCover", "SiteCheck", "check_site", "seen_by"]

MIN_BLIND_SPOT_M2 = 0.05
"""Smaller slivers come from rounded corners, not from a place where a person can stand."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A part of the floor that no camera sees."""

    polygon: shapely.Polygon
    """Metres, site frame."""

    @property
    def area_m2(self) -> float:
        """Area in square metres."""
        return float(self.polygon.area)

    @property
    def place_m(self) -> tuple[float, float]:
        """A point inside it: east, north."""
        point = self.polygon.representative_point()
        return point.x, point.y


@dataclass(frozen=True, slots=True)
class LineCover:
    """How much of a curtain's trigger line its coverage holds."""

    curtain_id: str
    line_id: str
    covered: float
    """Share of the line's length on the floor, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FlowPassage:
    """Which curtains a flow passes on the straight line from its entry to its exit.

    People walk around corners and pillars, so in a winding site the true passages differ.
    """

    flow: Flow
    curtain_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """Facts of a site, from its geometry and the figures of its radars."""

    floor_area_m2: float
    seen_once: float
    """Share of the floor that at least one camera sees."""
    seen_twice: float
    """Share of the floor that at least two cameras see."""
    blind_spots: tuple[BlindSpot, ...]
    """Largest first."""
    lines: tuple[LineCover, ...]
    flows: tuple[FlowPassage, ...]
    radars: tuple[RadarCheck, ...] = ()
    """Of the curtains whose instrument the site file states."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What deserves a second look, in words."""
        return (
            *(
                f"{spot.area_m2:.1f} m2 of floor near ({spot.place_m[0]:.1f}, "
                f"{spot.place_m[1]:.1f}) is seen by no camera"
                for spot in self.blind_spots
            ),
            *(
                f"curtain {line.curtain_id} covers {line.covered:.0%} of its trigger line "
                f"{line.line_id}; who crosses the rest is not examined"
                for line in self.lines
                if line.covered < 0.995
            ),
            *(
                f"the flow from {passage.flow.entry} to {passage.flow.exit} passes no curtain"
                for passage in self.flows
                if not passage.curtain_ids
            ),
            *(warning for radar in self.radars for warning in radar.warnings),
        )


def seen_by(site: Site, cameras: int) -> shapely.Geometry:
    """Return the part of the floor that at least so many cameras see, in metres, site frame."""
    views = [shapely.Polygon(camera.coverage) for camera in site.cameras]
    shared = [shapely.intersection_all(group) for group in combinations(views, cameras)]
    return shapely.union_all(shared).intersection(floor_polygon(site))


def check_site(site: Site) -> SiteCheck:
    """Work out how well a site's sensors cover it.

    Parameters
    ----------
    site : Site
        As `load_site` returns it.

    Returns
    -------
    SiteCheck
        Shares are of the walkable floor, holes taken out.
    """
    floor = floor_polygon(site)
    parts = shapely.get_parts(floor.difference(seen_by(site, 1)))
    spots = [BlindSpot(part) for part in parts if part.area >= MIN_BLIND_SPOT_M2]
    return SiteCheck(
        floor_area_m2=floor.area,
        seen_once=seen_by(site, 1).area / floor.area,
        seen_twice=seen_by(site, 2).area / floor.area,
        blind_spots=tuple(sorted(spots, key=lambda spot: -spot.area_m2)),
        lines=tuple(_line_cover(site, curtain, floor) for curtain in site.curtains),
        flows=tuple(_passage(site, flow) for flow in site.crowd.flows),
        radars=_radars(site),
    )


def _radars(site: Site) -> tuple[RadarCheck, ...]:
    # The engine needs `seen_by` alone and starts without the half second that imaging takes.
    from clearway.site.radar_check import check_radar  # noqa: PLC0415

    stated = ((curtain, curtain.radar) for curtain in site.curtains)
    return tuple(check_radar(site, curtain, radar) for curtain, radar in stated if radar)


def _line_cover(site: Site, curtain: Curtain, floor: shapely.Polygon) -> LineCover:
    line = shapely.LineString(site.line(curtain.trigger_line).points).intersection(floor)
    covered = line.intersection(shapely.Polygon(curtain.coverage)).length / line.length
    return LineCover(curtain.id, curtain.trigger_line, covered)


def _passage(site: Site, flow: Flow) -> FlowPassage:
    start = next(zone for zone in site.entries if zone.id == flow.entry)
    end = next(zone for zone in site.exits if zone.id == flow.exit)
    path = shapely.LineString(
        [shapely.Polygon(zone.polygon).centroid for zone in (start, end)],
    )
    passed = [
        curtain.id
        for curtain in site.curtains
        if path.intersects(shapely.LineString(site.line(curtain.trigger_line).points))
    ]
    return FlowPassage(flow, tuple(passed))
