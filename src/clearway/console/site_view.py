"""The site as the console's pages draw it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from clearway.site.schema import Point, SensorKind, Site, Zone

__all__ = ["AreaView", "FloorView", "LineView", "SensorView", "SiteView", "site_view"]


class FloorView(Struct, frozen=True):
    """The walkable floor; metres of the site frame, east and north."""

    outline: tuple[Point, ...]
    walkway: tuple[Point, ...] | None
    obstacles: tuple[tuple[Point, ...], ...]
    """Where nobody walks."""


class AreaView(Struct, frozen=True):
    """A named part of the floor."""

    id: str
    polygon: tuple[Point, ...]


class LineView(Struct, frozen=True):
    """A line whose crossing triggers a sensor."""

    id: str
    points: tuple[Point, ...]


class SensorView(Struct, frozen=True):
    """Where a sensor is, and where it sees a person."""

    id: str
    kind: SensorKind
    position: Point | None
    coverage: tuple[Point, ...]


class SiteView(Struct, frozen=True):
    """What does not change while the service runs."""

    name: str
    floor: FloorView
    zones: tuple[AreaView, ...]
    lines: tuple[LineView, ...]
    entries: tuple[AreaView, ...]
    exits: tuple[AreaView, ...]
    sensors: tuple[SensorView, ...]
    simulated: bool
    """Whether the people are simulated."""
    languages: tuple[str, ...]
    """In which the pages can be read, BCP 47."""


def site_view(site: Site, *, simulated: bool, languages: Sequence[str]) -> SiteView:
    """What a site file says, for the pages.

    Parameters
    ----------
    site : Site
    simulated : bool
        Whether the people are simulated.
    languages : sequence of str
        In which the pages can be read.
    """
    return SiteView(
        name=site.name,
        floor=FloorView(site.floor.outline, site.floor.walkway, site.floor.holes),
        zones=_areas(site.zones),
        lines=tuple(LineView(line.id, line.points) for line in site.lines),
        entries=_areas(site.entries),
        exits=_areas(site.exits),
        sensors=tuple(
            SensorView(sensor.id, sensor.kind, sensor.position_m[:2], sensor.coverage)
            for sensor in site.sensors
        ),
        simulated=simulated,
        languages=tuple(languages),
    )


def _areas(zones: Sequence[Zone]) -> tuple[AreaView, ...]:
    return tuple(AreaView(zone.id, zone.polygon) for zone in zones)
