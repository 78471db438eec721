"""Draws what the curtain images of one person, without and with three things below the clothes.

`python docs/curtain_pictures.py` writes the pictures to docs/curtain; it needs Embree and takes
about a minute.  One seed decides everything but what is said here: body, gait, clothes, the
errors of the instrument and its noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.scattering import Mesh, Part, Scene, Settings
from clearway.site.radar import Radar
from clearway.twin.objects import Split
from clearway.twin.passages.figure import Figure
from clearway.twin.passages.lane import Standpoint, facing_panels, standpoint
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import Load, Walk, draw_load, draw_walk

FOLDER = Path(__file__).parent / "curtain"
SEED = 3
LATERAL_M, SPEED_M_S = 1.1, 1.3
TIMES_S = (-0.4, -0.2, 0.0, 0.2, 0.4)
"""Of the frames, before and after the person is in front of the panel's middle."""
SHOWN = 2
"""Which of these frames is shown large."""
SETTINGS = replace(
    Settings.training(), longest_edge_wavelengths=1.1, max_phase_error_rad=0.5, threads=2
)
INTEREST = RegionOfInterest(pooling=(1, 1, 1))

FLOOR_DB, CEILING_DB = -12.0, 12.0
SURFACE_DB = -6.0
"""Depth is shown where a level is above this."""
CHANGE_DB = 15.0
BODY, CLOTH, OBJECT, OUTLINE = "#b9a89b", "#8fa3b5", "#c0392b", "#35c9ff"
LIGHT = np.array([0.3, 0.4, 0.87])
DEPTHS = LinearSegmentedColormap.from_list("depth", ("#f7ab00", "#f28cb1", "#57a8ff"))
DOTS_PER_INCH = 110


class Carry(NamedTuple):
    """One thing at one place."""

    name: str
    title: str
    threat: ThreatClass
    family: str
    site: str


CARRIED = (
    Carry("long-gun", "Long gun", ThreatClass.LONG_GUN, "stocked_rifle", "under_right_arm"),
    Carry("handgun", "Handgun", ThreatClass.HANDGUN, "full_size", "right_hip"),
    Carry("belt", "Explosive belt", ThreatClass.EXPLOSIVE, "block_belt", "round_waist"),
)


@dataclass(frozen=True)
class Frame:
    """One look of the first panel, once without anything and once with each thing."""

    view: View
    where: Standpoint
    body: Mesh
    """In the view frame, as all else here."""
    things: tuple[Mesh, ...]
    levels_db: tuple[NDArray[np.float32], ...]
    """(n_x, n_y, n_z) relative to the body's level: without anything, then with each thing."""

    @cached_property
    def axes_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """x, y and z of the voxels."""
        return INTEREST.around(self.view).grid.axes_m

    @property
    def extent_m(self) -> tuple[float, float, float, float]:
        """Left, right, lower and upper end of what is imaged."""
        x_m, _, z_m = self.axes_m
        half_m = INTEREST.voxel_m / 2
        return (x_m[0] - half_m, x_m[-1] + half_m, z_m[0] - half_m, z_m[-1] + half_m)


class Scenery:
    """The person, and the radar that looks."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(SEED)
        self.radar = Radar.of(facing_panels(n_elements=64, n_frequencies=50))
        drawn = draw_walk(self._rng, Split.TRAIN, lane_m=(LATERAL_M, LATERAL_M), wet_share=0.0)
        # The panel on the right, and nothing in the pockets that could be taken for the object.
        self.walk: Walk = replace(drawn, forward=1, speed_m_s=SPEED_M_S, pockets=())
        self.loads = [self._load(carry) for carry in CARRIED]
        self.figure = Figure(self.walk)
        self._instruments = Instruments(self.radar, self._rng, INTEREST)

    def _load(self, carry: Carry) -> Load:
        load = draw_load(self._rng, Split.TRAIN, carry.threat, carry.family)
        return replace(load, site=carry.site, under=1)

    def frame(self, time_s: float) -> Frame:
        """Simulate, measure and image one look of the first panel."""
        panel = self.radar.panels[0]
        moment = self.figure.at(time_s)
        where = standpoint(self.walk, self.radar, panel, time_s)
        carried = [where.seen(moment.with_load(load).parts) for load in self.loads]
        scene = Scene(
            where.seen(moment.parts), panel.elements, self.radar.frequencies_hz, SETTINGS
        )
        echoes = [scene.sweep.samples, *(scene.adding(parts).samples for parts in carried)]
        view = self._instruments.view(where, 0, time_s, self._rng)
        levels = tuple(
            self._instruments.volume(samples, view, self._rng).levels_db for samples in echoes
        )
        skin = Part(moment.pose.mesh, moment.parts[0].material)
        return Frame(view, where, where.seen([skin])[0].mesh, tuple(map(_joined, carried)), levels)


def _joined(parts: list[Part]) -> Mesh:
    return Mesh.joined(*(part.mesh for part in parts))


def outline(mesh: Mesh, axes: tuple[int, int]) -> list[NDArray[np.float64]]:
    """Closed lines around a surface's shadow along the third axis."""
    shadow = shapely.union_all(shapely.polygons(mesh.corners_m[..., list(axes)]).buffer(5e-4))
    rings = [shapely.get_exterior_ring(part) for part in shapely.get_parts(shadow)]
    return [shapely.get_coordinates(ring) for ring in rings]
