"""Belts, vests and braces: laid round the body along its girth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.twin.objects.carried import CarriedObject, Fit, Piece
from clearway.twin.objects.placement import USUAL, Jitter, Placed, placed

__all__ = ["WrapSurface", "wrap"]

_UP = np.array([0.0, 0.0, 1.0])


class WrapSurface:
    """A surface round the body, from one or more closed lines about it.

    Parameters
    ----------
    points_m : (n, 3) or (m, n, 3) array_like
        One closed line, or several from the lowest to the highest whose points of the same index
        lie above each other.  The first point of each is in the middle of the front; either sense
        of going round will do.  The last point is not the first again.
    normals : same shape
        Outward normals.
    middle_m : float, optional
        Height at which the middle of what is worn lies; half-way between the lowest and the highest
        line by default.

    Raises
    ------
    ArgumentError
        Shapes that differ, fewer than eight points, lines that are not ordered by height, or
        lines that do not go round.
    """

    def __init__(
        self, points_m: ArrayLike, normals: ArrayLike, *, middle_m: float | None = None
    ) -> None:
        shape = np.shape(points_m)
        if len(shape) not in {2, 3} or shape[-1] != 3 or shape[-2] < 8:
            raise ArgumentError("points_m", f"has shape {shape}", "give (n, 3), n at least 8")
        points = finite_real_array("points_m", points_m, shape).reshape(-1, *shape[-2:])
        outward = finite_real_array("normals", normals, shape).reshape(points.shape)
        self.points_m, self.normals = _counter_clockwise(points, outward)
        self.heights_m: NDArray[np.float64] = self.points_m[..., 2].mean(axis=1)
        if (np.diff(self.heights_m) <= 0).any():
            raise ArgumentError("points_m", "go down", "give the lowest line first")
        half_way_m = float(0.5 * (self.heights_m[0] + self.heights_m[-1]))
        self.middle_m = half_way_m if middle_m is None else middle_m
        closed = np.concatenate([self.points_m, self.points_m[:, :1]], axis=1)
        steps = np.linalg.norm(np.diff(closed, axis=1), axis=2).mean(axis=0)
        self._along = np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        """Once round, the mean of all lines."""
        return float(self._along[-1])

    def at(
        self, along_m: NDArray[np.float64], up_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Points on the surface, and the outward and upward directions there.

        Parameters
        ----------
        along_m : (k,) float64
            From the middle of the front, counter-clockwise as seen from above; any number of
            times round.
        up_m : (k,) float64
            From `middle_m`.  Beyond the lines the surface goes on straight up or down.

        Returns
        -------
        tuple of (k, 3) float64
            Point, outward unit normal, upward unit tangent.
        """
        along = np.mod(along_m, self.length_m)
        index = np.clip(np.searchsorted(self._along, along, "right") - 1, 0, len(self._along) - 2)
        part = (along - self._along[index]) / np.diff(self._along)[index]
        height = self.middle_m + up_m
        level = np.clip(np.searchsorted(self.heights_m, height, "right") - 1, 0, None)
        level = np.minimum(level, max(0, len(self.heights_m) - 2))
        above = np.minimum(level + 1, len(self.heights_m) - 1)
        rise = np.clip(
            (height - self.heights_m[level])
            / np.maximum(self.heights_m[above] - self.heights_m[level], 1e-12),
            0.0,
            1.0,
        )
        after = (index + 1) % self.points_m.shape[1]
        point, outward = (
            (1 - rise)[:, None] * _between(values[level, index], values[level, after], part)
            + rise[:, None] * _between(values[above, index], values[above, after], part)
            for values in (self.points_m, self.normals)
        )
        reached = (1 - rise) * self.heights_m[level] + rise * self.heights_m[above]
        point[:, 2] += height - reached
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        up = _UP - outward[:, 2:] * outward
        return point, outward, up / np.linalg.norm(up, axis=1, keepdims=True)


def _between(
    first: NDArray[np.float64], second: NDArray[np.float64], part: NDArray[np.float64]
) -> NDArray[np.float64]:
    return first + part[:, None] * (second - first)


def _counter_clockwise(
    points: NDArray[np.float64], outward: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Go round by the right-hand rule about up, still from the front."""
    ahead = np.roll(points, -1, axis=1) - points
    sense = np.cross(outward, ahead)[..., 2].sum(axis=1)
    if not ((sense > 0).all() or (sense < 0).all()):
        raise ArgumentError("points_m", "do not all go the same way round", "order the points")
    if sense[0] > 0:
        return points, outward
    points, outward = (np.roll(values[:, ::-1], 1, axis=1) for values in (points, outward))
    return points, outward


def wrap(
    worn: CarriedObject,
    girth: WrapSurface,
    rng: np.random.Generator,
    jitter: Jitter = USUAL,
) -> list[Placed]:
    """Lay a worn object round the body.

    Pieces keep their size, and their places from the middle of the front or of the back; only
    what goes round (`Fit.ROUND`) is stretched, so that it closes.  Soft pieces follow the girth,
    stiff ones lie on the tangent plane at their anchor.

    Parameters
    ----------
    worn : CarriedObject
        One with a ``girth_m``.
    girth : WrapSurface
        With several lines for what is tall: a vest on a trunk that is no cylinder.
    rng : numpy.random.Generator
    jitter : Jitter
        Its shift acts along the girth and upwards, its gap outward; the rest does not apply.

    Returns
    -------
    list of Placed
        In the order of the object's pieces.

    Raises
    ------
    ArgumentError
        The object is not one that is worn round the body.
    """
    if worn.girth_m is None:
        raise ArgumentError("worn", f"is a {worn.kind}, which goes nowhere round", "use place")
    along, up = jitter.shift_m * rng.standard_normal(2)
    shift = np.array([along, up, rng.uniform(*jitter.gap_m)])
    return [placed(piece, _laid(piece, girth, worn.girth_m, shift)) for piece in worn.pieces]


def _laid(
    piece: Piece, girth: WrapSurface, flat_m: float, shift_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 3) vertices on the body."""
    x, y, z = piece.mesh.vertices_m.T
    anchor_x, anchor_y = piece.anchor_m
    start = anchor_x + shift_m[0] + piece.at_back * 0.5 * (girth.length_m - flat_m)
    if piece.fit is Fit.RIGID:
        point, outward, up = girth.at(np.array([start]), np.array([anchor_y + shift_m[1]]))
        axes = np.stack([np.cross(up[0], outward[0]), up[0], outward[0]])
        local = np.column_stack([x - anchor_x, y - anchor_y, z + shift_m[2]])
        rigid: NDArray[np.float64] = point[0] + local @ axes
        return rigid
    reach = (x - anchor_x) * (girth.length_m / flat_m if piece.fit is Fit.ROUND else 1.0)
    point, outward, _ = girth.at(start + reach, y + shift_m[1])
    bent: NDArray[np.float64] = point + (z + shift_m[2])[:, None] * outward
    return bent
