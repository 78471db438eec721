"""Contact sheet of the catalogue, to look at what is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from clearway.twin.objects.carried import METALS, CarriedObject, Piece
from clearway.twin.objects.placement import Placed

__all__ = ["draw_faces", "draw_sheet"]

_COLOURS = {"explosive_simulant": "#c0392b", "water": "#2980b9", "skin": "#d9a066"}
_METAL, _DIELECTRIC = "#4f6d8f", "#b8a98a"
_LIGHT = np.array([-0.4, 0.5, 0.77])
_BAR_M = 0.1


def draw_sheet(objects: Sequence[CarriedObject], *, columns: int = 6) -> Figure:
    """One object per cell, seen from outside the body; the bar is 0.1 m long.

    Metal is blue, dielectrics are sand, explosives red, water light blue; shells through which
    the wave passes are transparent.
    """
    rows = -(-len(objects) // columns)
    figure = Figure(figsize=(2.6 * columns, 2.2 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, carried in zip(grid.flat, objects, strict=False):
        draw_faces(axes, carried.pieces)
        low = carried.bounds_m[0]
        axes.plot([low[0], low[0] + _BAR_M], [low[1] - 0.02] * 2, color="black", linewidth=2)
        axes.set_title(f"{carried.kind}: {carried.family} ({carried.split})", fontsize=7)
    for axes in grid.flat:
        axes.set_axis_off()
    return figure


def draw_faces(
    axes: Axes, pieces: Sequence[Piece] | Sequence[Placed], view: tuple[int, int, int] = (0, 1, 2)
) -> None:
    """Shaded faces in projection, the nearest drawn last.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    pieces : sequence of Piece or Placed
    view : (int, int, int)
        Which axes point right, up and towards the viewer.
    """
    right, up, near = view
    corners = np.concatenate([piece.mesh.corners_m for piece in pieces])
    normals = np.concatenate([piece.mesh.normals for piece in pieces])
    colours = np.concatenate([np.tile(_colour(piece), (len(piece.mesh), 1)) for piece in pieces])
    light = 0.45 + 0.55 * np.clip(normals[:, [right, up, near]] @ _LIGHT, 0, 1)
    colours[:, :3] *= light[:, None]
    facing = np.flatnonzero(normals[:, near] > 0)
    order = facing[np.argsort(corners[facing, :, near].mean(axis=1))]
    axes.add_collection(
        PolyCollection(list(corners[order][..., [right, up]]), facecolors=colours[order])
    )
    axes.set_aspect("equal")
    axes.autoscale_view()


def _colour(piece: Piece | Placed) -> tuple[float, float, float, float]:
    other = _METAL if piece.substance in METALS else _DIELECTRIC
    return (*to_rgb(_COLOURS.get(piece.substance, other)), 1.0 if piece.opaque else 0.35)
