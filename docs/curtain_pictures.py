"""Draws what the curtain images of one person, without and with three things below the clothes.

`python docs/curtain_pictures.py` writes the pictures to docs/curtain; it needs Embree and takes
about two minutes.  One seed decides everything but what is said here: body, gait, clothes, the
errors of the instrument and its noise.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray
from PIL import Image

from clearway.domain import ThreatClass
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.scattering import Mesh, Part, Settings
from clearway.scattering.materials import Conductor
from clearway.site.radar import Radar
from clearway.twin.objects import Split
from clearway.twin.passages.echoes import Look, looks_at
from clearway.twin.passages.figure import Figure
from clearway.twin.passages.lane import facing_panels
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import Load, draw_load, draw_walk

FOLDER = Path(__file__).parent / "curtain"
SEED = 3
LATERAL_M, SPEED_M_S = 1.1, 1.3
TIMES_S = (-0.4, -0.2, 0.0, 0.2, 0.4)
"""Of the frames, before and after the person is in front of the panel's middle."""
SHOWN = 2
"""Which of these frames is shown large."""
SETTINGS = replace(Settings.training(), threads=2)
INTEREST = RegionOfInterest(pooling=(1, 1, 1))

SURFACE_DB = 0.0
"""Lower levels have no depth and make no difference: there is noise and side lobes."""
BODY, CLOTH, OBJECT, OUTLINE = "#b9a89b", "#8fa3b5", "#c0392b", "#35c9ff"
LIGHT = np.array([0.3, 0.4, 0.87])
DEPTHS = LinearSegmentedColormap.from_list("depth", ("#f7ab00", "#f28cb1", "#57a8ff"))
PASSAGE_HEIGHTS_M = (0.35, 1.45)
"""All that the things reach, shown in each look."""
DOTS_PER_INCH = 85


class Scale(NamedTuple):
    """Colours for values between two ends."""

    colours: str | LinearSegmentedColormap
    ends: tuple[float, float]
    label: str
    extend: Literal["neither", "both"] = "both"


LEVELS = Scale("inferno", (-12.0, 12.0), "dB, body = 0")
CHANGES = Scale("RdBu_r", (-15.0, 15.0), "dB")


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

    time_s: float
    view: View
    body: Mesh
    """In the view frame, as all else here."""
    things: tuple[Mesh, ...]
    """In the order of `CARRIED`."""
    levels_db: tuple[NDArray[np.float32], ...]
    """(n_x, n_y, n_z) relative to the body's level: without anything, then with each thing."""

    @cached_property
    def axes_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """x, y and z of the voxels."""
        return INTEREST.around(self.view).grid.axes_m

    @cached_property
    def outlines_m(self) -> tuple[list[NDArray[np.float64]], ...]:
        """Of the body, then of each thing, in x and z."""
        return tuple(outline(mesh, 0, 2) for mesh in (self.body, *self.things))

    @property
    def extent_m(self) -> tuple[float, float, float, float]:
        """Left, right, lower and upper end of what is imaged."""
        x_m, _, z_m = self.axes_m
        half_m = INTEREST.voxel_m / 2
        return (x_m[0] - half_m, x_m[-1] + half_m, z_m[0] - half_m, z_m[-1] + half_m)


class Scenery:
    """The person, and the panel that looks."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(SEED)
        both = facing_panels(n_elements=64, n_frequencies=50)
        self.radar = Radar.of(both.model_copy(update={"panels": both.panels[:1]}))
        drawn = draw_walk(self._rng, Split.TRAIN, lane_m=(LATERAL_M, LATERAL_M), wet_share=0.0)
        # The panel on the right, and nothing in the pockets that could be taken for the object.
        self.walk = replace(drawn, forward=1, speed_m_s=SPEED_M_S, pockets=())
        self.loads = [self._load(carry) for carry in CARRIED]
        self.figure = Figure(self.walk)
        self._instruments = Instruments(self.radar, self._rng, INTEREST)

    def _load(self, carry: Carry) -> Load:
        load = draw_load(self._rng, Split.TRAIN, carry.threat, carry.family)
        return replace(load, site=carry.site, under=1)

    def frames(self) -> list[Frame]:
        """Simulate, measure and image all looks."""
        times_s = np.array(TIMES_S)
        return [
            self._frame(look)
            for look in looks_at(self.walk, self.loads, self.radar, times_s, SETTINGS)
        ]

    def _frame(self, look: Look) -> Frame:
        moment = self.figure.at(look.time_s)
        view = self._instruments.view(look, self._rng)
        levels = tuple(
            self._instruments.volume(samples, view, self._rng).levels_db for samples in look.samples
        )
        body = Part(moment.pose.mesh, Conductor())
        things = [moment.with_load(load).parts for load in self.loads]
        skin, *carried = (_joined(look.where.seen(parts)) for parts in ([body], *things))
        return Frame(look.time_s, view, skin, tuple(carried), levels)


def _joined(parts: Sequence[Part]) -> Mesh:
    return Mesh.joined(*(part.mesh for part in parts))


def outline(mesh: Mesh, right: int, up: int) -> list[NDArray[np.float64]]:
    """Closed lines around a surface's shadow along the third axis."""
    flat = shapely.polygons(mesh.corners_m[..., [right, up]])
    shadow = shapely.buffer(shapely.union_all(flat[shapely.area(flat) > 0]), 1e-3)
    return [
        shapely.get_coordinates(shapely.get_exterior_ring(part))
        for part in shapely.get_parts(shadow)
    ]


def draw_dressed(scenery: Scenery) -> Picture:
    """The person from the front and from the panel's side, with each thing."""
    moment = scenery.figure.at(TIMES_S[SHOWN])
    patches = moment.worn.garment_patches
    surfaces = [(moment.pose.mesh, BODY), *((patch.part.mesh, CLOTH) for patch in patches)]
    picture = Picture(figsize=(9.6, 4.0), layout="constrained")
    grid = picture.subplots(1, 2 * len(CARRIED), sharey=True)
    # Which axes point right and up, and which one with which sign towards the viewer.
    views = {"front": (1, 2, 0, 1.0), "right side": (0, 2, 1, -1.0)}
    for number, (carry, load) in enumerate(zip(CARRIED, scenery.loads, strict=True)):
        thing = _joined(moment.with_load(load).parts)
        for axes, (name, view) in zip(grid[2 * number :], views.items(), strict=False):
            _draw_surfaces(axes, surfaces, *view)
            for line in outline(thing, *view[:2]):
                axes.fill(*line.T, facecolor=OBJECT, edgecolor="black", linewidth=0.6)
            axes.set(aspect="equal", xlim=(-0.55, 0.55), ylim=(0.0, 1.75), xticks=[-0.4, 0.0, 0.4])
            axes.set_title(f"{carry.title},\n{name}", fontsize=9)
    grid[0].set_ylabel("height, m")
    return picture


def _draw_surfaces(
    axes: Axes, surfaces: list[tuple[Mesh, str]], right: int, up: int, near: int, sign: float
) -> None:
    for mesh, colour in surfaces:
        towards = sign * mesh.normals[:, near]
        facing = np.flatnonzero(towards > 0)
        depth = sign * mesh.centroids_m[facing, near]
        order = facing[np.argsort(depth)]
        shade = 0.45 + 0.55 * towards[order, None]
        colours = np.clip(np.array(to_rgb(colour)) * shade, 0.0, 1.0)
        corners = mesh.corners_m[order][..., [right, up]]
        axes.add_collection(PolyCollection(list(corners), facecolors=colours, edgecolors="face"))


def draw_frame(frame: Frame, number: int) -> Picture:
    """What one look shows without and with a thing, and what differs."""
    title = CARRIED[number].title
    both = frame.levels_db[0], frame.levels_db[number + 1]
    picture = Picture(figsize=(9.6, 5.0), layout="constrained")
    grid = picture.subplots(1, 5, sharey=True)
    y_m = frame.axes_m[1]
    depths = Scale(DEPTHS, (float(y_m[0]), float(y_m[-1])), "m from the panel", "neither")
    for column, (levels, head) in enumerate(zip(both, ("nothing", title), strict=True)):
        strongest = levels.max(axis=1)
        _show(grid[column], frame, strongest, LEVELS)
        grid[column].set_title(f"level:\n{head}", fontsize=9)
        depth_m = np.where(strongest > SURFACE_DB, y_m[levels.argmax(axis=1)], np.nan)
        _show(grid[2 + column], frame, depth_m, depths)
        grid[2 + column].set_title(f"depth:\n{head}", fontsize=9)
    _show(grid[4], frame, difference_db(*both), CHANGES)
    grid[4].set_title("difference\nof the levels", fontsize=9)
    for scale, axes in ((LEVELS, grid[:2]), (depths, grid[2:4]), (CHANGES, grid[4])):
        _bar(picture, axes, scale)
    for axes in grid:
        _mark(axes, frame, number)
        axes.set_xlabel("x, m")
    grid[0].set_ylabel("z, m")
    return picture


def draw_passage(frames: Sequence[Frame]) -> Picture:
    """Difference of the levels in each look, one row for each thing."""
    picture = Picture(figsize=(8.4, 10.2), layout="constrained")
    grid = picture.subplots(len(CARRIED), len(frames), sharey=True)
    for number, (row, carry) in enumerate(zip(grid, CARRIED, strict=True)):
        for axes, frame in zip(row, frames, strict=True):
            change = difference_db(frame.levels_db[0], frame.levels_db[number + 1])
            _show(axes, frame, change, CHANGES)
            _mark(axes, frame, number)
            axes.set_ylim(*PASSAGE_HEIGHTS_M)
            axes.set_title(f"{frame.time_s:+.1f} s", fontsize=9)
        row[0].set_ylabel(f"{carry.title}\nz, m")
    _bar(picture, grid, CHANGES)
    return picture


def difference_db(
    without: NDArray[np.float32], carried: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(n_x, n_z) difference of the projections, of which neither counts below `SURFACE_DB`."""
    before: NDArray[np.float32] = np.maximum(without.max(axis=1), SURFACE_DB)
    after: NDArray[np.float32] = np.maximum(carried.max(axis=1), SURFACE_DB)
    return after - before


def _show(axes: Axes, frame: Frame, pixels: NDArray[np.floating], scale: Scale) -> None:
    """Draw (n_x, n_z) pixels."""
    axes.set_facecolor("#222222")
    axes.imshow(
        pixels.T,
        cmap=scale.colours,
        norm=Normalize(*scale.ends),
        origin="lower",
        extent=frame.extent_m,
        interpolation="nearest",
    )


def _bar(picture: Picture, axes: NDArray[np.object_] | Axes, scale: Scale) -> None:
    mappable = ScalarMappable(Normalize(*scale.ends), scale.colours)
    picture.colorbar(
        mappable, ax=axes, location="bottom", label=scale.label, extend=scale.extend, aspect=30
    )


def _mark(axes: Axes, frame: Frame, number: int) -> None:
    """The body's outline, thin, and that of a thing."""
    left, right, low, high = frame.extent_m
    for line in frame.outlines_m[0]:
        axes.plot(*line.T, color="#808080", linewidth=0.6)
    for line in frame.outlines_m[number + 1]:
        axes.plot(*line.T, color="black", linewidth=2.0)
        axes.plot(*line.T, color=OUTLINE, linewidth=1.0)
    axes.set(xlim=(left, right), ylim=(low, high))


def write_levels(frames: Sequence[Frame]) -> None:
    """Write, for each thing and look, the levels within its outline: with and without it."""
    with (FOLDER / "levels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        words = ("strongest", "strongest with it", "mean", "mean with it")
        table.writerow(["object", "time, s", *words])
        for number, carry in enumerate(CARRIED):
            for frame in frames:
                table.writerow([carry.title, f"{frame.time_s:+.1f}", *_levels(frame, number)])


def _levels(frame: Frame, number: int) -> list[str]:
    x_m, _, z_m = frame.axes_m
    shape = shapely.union_all([shapely.polygons(line) for line in frame.outlines_m[number + 1]])
    inside = shapely.contains_xy(shape, *np.meshgrid(x_m, z_m, indexing="ij"))
    without, carried = (frame.levels_db[which].max(axis=1)[inside] for which in (0, number + 1))
    values = (without.max(), carried.max(), without.mean(), carried.mean())
    return [f"{value:.1f}" for value in values]


def _write(picture: Picture, name: str) -> None:
    drawn = BytesIO()
    picture.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    with Image.open(drawn) as whole:
        few = whole.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(FOLDER / f"{name}.png", optimize=True)


def main() -> None:
    """Draw all pictures."""
    scenery = Scenery()
    _write(draw_dressed(scenery), "dressed")
    frames = scenery.frames()
    write_levels(frames)
    for number, carry in enumerate(CARRIED):
        _write(draw_frame(frames[SHOWN], number), carry.name)
    _write(draw_passage(frames), "passage")


if __name__ == "__main__":
    main()
