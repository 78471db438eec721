"""Watertight solids of triangles: the vocabulary in which objects are described.

All of them are lofts: rings of vertices one behind the other, skinned, and closed at both ends.

Solids of one object may overlap or touch, without a union.  For physical optics with visibility
by ray casting, a face that lies inside another closed opaque solid contributes nothing: every
line of sight to it crosses that solid's surface first.  What must not occur is two faces of
different solids in the same plane, looking the same way and seen from outside: both would echo.
Makers therefore let one of two flush faces stand back by a millimetre or so.

Edges rounded by less than 5 mm, a quarter of the shortest wavelength, are left sharp.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from clearway.errors import ArgumentError
from clearway.scattering import Mesh

__all__ = [
    "arc",
    "bent_rod",
    "bowed",
    "box",
    "ellipsoid",
    "extruded",
    "loft",
    "revolved",
    "rod",
    "shifted",
    "turned",
    "volume_m3",
]


def loft(
    rings_m: ArrayLike, *, tips_m: Sequence[ArrayLike] | None = None, closed: bool = False
) -> Mesh:
    """Skin over rings, one behind the other.

    Parameters
    ----------
    rings_m : (n_rings, n_points, 3) array_like
        Each runs counter-clockwise about the direction in which the rings follow each other.
    tips_m : two (3,) array_like, optional
        Apex of the fan of triangles that closes either end; the mean of the end's ring when left
        out, from where all of that ring must be visible.
    closed : bool
        Whether the last ring joins the first, as in a hoop, in place of the two ends.

    Raises
    ------
    ArgumentError
        Fewer than two rings (three in a hoop), or fewer than three points.
    """
    rings = np.asarray(rings_m, dtype=np.float64)
    if rings.ndim != 3 or len(rings) < 2 + closed or rings.shape[1] < 3:
        raise ArgumentError(
            "rings_m", f"has shape {rings.shape}", "give at least two rings of three points"
        )
    n_rings, n_points = rings.shape[:2]
    index = np.arange(n_rings * n_points).reshape(n_rings, n_points)
    lower = index if closed else index[:-1]
    upper = np.roll(index, -1, axis=0) if closed else index[1:]
    a, b = lower, np.roll(lower, -1, axis=1)
    d, c = upper, np.roll(upper, -1, axis=1)
    faces = [np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1)]
    vertices = rings.reshape(-1, 3)
    if not closed:
        first, last = index[0], index[-1]
        apex = index.size
        faces.append(_fan(first[::-1], apex))
        faces.append(_fan(last, apex + 1))
        tips = rings[[0, -1]].mean(axis=1) if tips_m is None else np.asarray(tips_m)
        vertices = np.concatenate([vertices, tips])
    return Mesh(vertices, np.concatenate([part.reshape(-1, 3) for part in faces]))


def _fan(ring: NDArray[np.int64], apex: int) -> NDArray[np.int64]:
    return np.stack([ring, np.roll(ring, -1), np.full_like(ring, apex)], axis=-1)


def volume_m3(mesh: Mesh) -> float:
    """Of a closed surface; negative when its normals look inwards.

    Examples
    --------
    >>> round(volume_m3(box((0.1, 0.2, 0.3))), 6)
    0.006
    """
    first, second, third = mesh.corners_m.swapaxes(0, 1)
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def box(
    size_m: tuple[float, float, float],
    centre_m: ArrayLike = (0.0, 0.0, 0.0),
    *,
    edge_m: float = 0.0,
    segments: int = 1,
) -> Mesh:
    """Block along the axes.

    Parameters
    ----------
    size_m : (float, float, float)
    centre_m : (3,) array_like
    edge_m : float
        Width that a chamfer takes off each face along every edge; 0 is sharp.
    segments : int
        Pieces along x, for a block that is going to be bent.
    """
    length, width, depth = size_m
    if not 0 <= 2 * edge_m < min(size_m) or segments < 1:
        raise ArgumentError(
            "box", f"has size {size_m} m, edge {edge_m} m, {segments} segments", "give a solid"
        )
    x = np.linspace(-length / 2 + edge_m, length / 2 - edge_m, segments + 1)
    full = _rectangle(width, depth, edge_m)
    sections = [full] * len(x)
    if edge_m:
        small = _inset(full, edge_m)
        x = np.concatenate([[-length / 2], x, [length / 2]])
        sections = [small, *sections, small]
    rings = [
        np.column_stack([np.full(len(yz), at), yz]) for at, yz in zip(x, sections, strict=True)
    ]
    return loft(np.array(rings) + np.asarray(centre_m))


def _rectangle(width_m: float, depth_m: float, edge_m: float) -> NDArray[np.float64]:
    """(4 or 8, 2) corners, counter-clockwise."""
    corners = 0.5 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width_m, depth_m]
    if not edge_m:
        return corners
    inward = edge_m * np.array(
        [[[0, 1], [1, 0]], [[-1, 0], [0, 1]], [[0, -1], [-1, 0]], [[1, 0], [0, -1]]]
    )
    return (corners[:, None] + inward).reshape(-1, 2)


def _inset(section_m: NDArray[np.float64], edge_m: float) -> NDArray[np.float64]:
    half = np.abs(section_m).max(axis=0)
    inset: NDArray[np.float64] = section_m * (half - edge_m) / half
    return inset


def revolved(x_m: ArrayLike, radius_m: ArrayLike, *, sides: int = 16) -> Mesh:
    """Body of revolution about x, from its radius at ascending places along x.

    The polygon has the area of the circle, so that flat sides do not make it thinner.
    """
    x, radius = np.broadcast_arrays(np.asarray(x_m, float), np.asarray(radius_m, float))
    circle = _circle(sides)
    rings = np.empty((len(x), sides, 3))
    rings[..., 0] = x[:, None]
    rings[..., 1:] = radius[:, None, None] * circle
    return loft(rings)


def _circle(sides: int) -> NDArray[np.float64]:
    """(sides, 2) polygon with the area of the unit circle."""
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    radius = np.sqrt(np.pi / (sides * np.sin(np.pi / sides) * np.cos(np.pi / sides)))
    circle: NDArray[np.float64] = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return circle


def ellipsoid(
    radii_m: tuple[float, float, float],
    centre_m: ArrayLike = (0.0, 0.0, 0.0),
    *,
    sides: int = 12,
    rings: int = 5,
) -> Mesh:
    """Ellipsoid along the axes, poles on x; a sphere where the radii are equal."""
    angle = np.pi * np.arange(1, rings + 1) / (rings + 1)
    circle = _circle(sides)
    unit = np.empty((rings, sides, 3))
    unit[..., 0] = -np.cos(angle)[:, None]
    unit[..., 1:] = np.sin(angle)[:, None, None] * circle
    poles = np.array([[-1.0, 0, 0], [1.0, 0, 0]])
    scale, shift = np.asarray(radii_m), np.asarray(centre_m)
    return loft(unit * scale + shift, tips_m=tuple(poles * scale + shift))


def extruded(
    outline_m: ArrayLike, thickness_m: float, *, z_m: float = 0.0, taper: float = 0.0
) -> Mesh:
    """Prism over an outline in the plane of x and y, centred at the height ``z_m``.

    Parameters
    ----------
    outline_m : (n_points, 2) array_like
        Counter-clockwise; every point must be visible from the mean of all.
    thickness_m : float
        Along z.
    taper : float
        By what part the outline is smaller at the two faces: a crude rounding of their edges.
    """
    outline = np.asarray(outline_m, dtype=np.float64)
    mean = outline.mean(axis=0)
    drawn_in = mean + (outline - mean) * (1 - taper)
    levels = 0.5 * thickness_m * np.array([-1.0, -0.8, 0.8, 1.0] if taper else [-1.0, 1.0])
    sections = [drawn_in, outline, outline, drawn_in] if taper else [outline, outline]
    return loft(
        [
            np.column_stack([section, np.full(len(outline), z_m + level)])
            for section, level in zip(sections, levels, strict=True)
        ]
    )


def rod(start_m: ArrayLike, end_m: ArrayLike, radius_m: float, *, sides: int = 10) -> Mesh:
    """Round bar between two places."""
    return bent_rod([start_m, end_m], radius_m, sides=sides)


def bent_rod(
    path_m: Sequence[ArrayLike] | NDArray[np.float64],
    radius_m: float,
    *,
    sides: int = 8,
    closed: bool = False,
) -> Mesh:
    """Round bar along a path: a strap, a handle, a ring.

    Its sections are carried along without twist, each at right angles to the path's direction
    there.
    """
    path = np.asarray(path_m, dtype=np.float64)
    if closed:
        along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along[0], np.eye(3)[np.argmin(np.abs(along[0]))])
    circle = radius_m * _circle(sides)
    rings = []
    for place, direction in zip(path, along, strict=True):
        across = across - (across @ direction) * direction
        across /= np.linalg.norm(across)
        third = np.cross(direction, across)
        rings.append(place + circle[:, :1] * across + circle[:, 1:] * third)
    return loft(np.array(rings), closed=closed)


def arc(
    radius_m: float, start_deg: float, end_deg: float, *, points: int = 12
) -> NDArray[np.float64]:
    """(points, 3) places on a circle about the origin in the plane of x and y."""
    angle = np.radians(np.linspace(start_deg, end_deg, points))
    return radius_m * np.column_stack([np.cos(angle), np.sin(angle), np.zeros(points)])


def bowed(mesh: Mesh, radius_m: float) -> Mesh:
    """Bend a flat thing, lying along x on z = 0, round a cylinder behind it with axis along y."""
    x, y, z = mesh.vertices_m.T
    angle, radius = x / radius_m, radius_m + z
    bent = np.column_stack([radius * np.sin(angle), y, radius * np.cos(angle) - radius_m])
    return Mesh(bent, mesh.faces)


def shifted(mesh: Mesh, shift_m: ArrayLike) -> Mesh:
    """Move without turning."""
    return mesh.moved(np.eye(3), shift_m)


def turned(mesh: Mesh, axis: str, angle_deg: float, shift_m: ArrayLike = (0.0, 0.0, 0.0)) -> Mesh:
    """Rotate about the x, y or z axis by the right-hand rule, then shift."""
    return mesh.moved(Rotation.from_euler(axis, angle_deg, degrees=True).as_matrix(), shift_m)
