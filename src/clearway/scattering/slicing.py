"""Small facets out of large ones, without splinters.

Bars and straps are described by few long and narrow triangles.  Halving all edges until the
longest is short enough would keep their proportions, and make a hundred thousand splinters out of
a walking stick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["sliced"]

_ROUNDING = 1e-9

_Pieces: TypeAlias = tuple[NDArray[np.float64], NDArray[np.intp]]
"""Corners of triangles, and which one each is a piece of."""


def sliced(
    corners_m: NDArray[np.float64], longest_edge_m: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Cut triangles until no edge is longer than allowed.

    A long and narrow triangle is first cut across into pieces about as long as wide; any other
    into n x n equal ones.  The number of facets is thus within a small factor of the area over
    that of the largest facet allowed, whatever the proportions.

    Parameters
    ----------
    corners_m : (n, 3 corners, 3) float64
    longest_edge_m : float
        Above 0.

    Returns
    -------
    (m, 3 corners, 3) float64
        In the same planes, with the same sense of rotation.
    (m,) int
        Which triangle each is a piece of.

    Examples
    --------
    >>> splinter = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.01, 0.0]]])
    >>> pieces, whole = sliced(splinter, 0.02)
    >>> len(pieces), set(whole.tolist())
    (115, {0})
    """
    corners, whole = corners_m, np.arange(len(corners_m))
    done: list[_Pieces] = [(corners[:0], whole[:0])]
    while len(corners):
        edges_m = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        longest_m, shortest_m = edges_m.max(axis=1), edges_m.min(axis=1)
        is_done = longest_m <= longest_edge_m * (1 + _ROUNDING)
        piece_m = _length_of_piece(shortest_m, longest_edge_m)
        is_narrow = ~is_done & (longest_m > 2 * piece_m)
        is_wide = ~is_done & ~is_narrow
        done.append((corners[is_done], whole[is_done]))
        pointed = _apex_first(corners, edges_m)
        corners, whole = _joined(
            [
                (corners[:0], whole[:0]),
                *_in_groups(
                    _across, pointed[is_narrow], whole[is_narrow], (longest_m / piece_m)[is_narrow]
                ),
                *_in_groups(
                    _evenly, corners[is_wide], whole[is_wide], (longest_m / longest_edge_m)[is_wide]
                ),
            ]
        )
    return _joined(done)


def _joined(pieces: list[_Pieces]) -> _Pieces:
    corners, whole = zip(*pieces, strict=True)
    return np.concatenate(corners), np.concatenate(whole)


def _length_of_piece(shortest_m: NDArray[np.float64], longest_edge_m: float) -> NDArray[np.float64]:
    """As long as wide; or longer, where its diagonal is then no longer than an edge may be."""
    room_m = np.sqrt(np.maximum(longest_edge_m**2 - shortest_m**2, 0.0))
    return np.maximum(shortest_m, room_m)


def _in_groups(
    cut: Callable[[NDArray[np.float64], int], NDArray[np.float64]],
    corners: NDArray[np.float64],
    whole: NDArray[np.intp],
    ratio: NDArray[np.float64],
) -> Iterator[_Pieces]:
    """Cut the triangles, all those together that are cut into the same number."""
    number = np.ceil(ratio * (1 - _ROUNDING)).astype(int)
    for n in np.unique(number):
        own = number == n
        pieces = cut(corners[own], int(n)).reshape(np.count_nonzero(own), -1, 3, 3)
        yield pieces.reshape(-1, 3, 3), np.repeat(whole[own], pieces.shape[1])


def _apex_first(corners: NDArray[np.float64], edges_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners renumbered in their order so that the shortest edge is between the last two."""
    order = (edges_m.argmin(axis=1)[:, None] + np.array([2, 0, 1])) % 3
    return np.take_along_axis(corners, order[..., None], axis=1)


def _across(pointed: NDArray[np.float64], pieces: int) -> NDArray[np.float64]:
    """(n, 2 * pieces - 1, 3, 3): a tip, and two triangles for each further piece."""
    apex, second, third = pointed.swapaxes(0, 1)[:, :, None]
    part = np.arange(1, pieces + 1)[None, :, None] / pieces
    along, beside = apex + part * (second - apex), apex + part * (third - apex)
    tip = np.stack([apex, along[:, :1], beside[:, :1]], axis=2)
    lower = np.stack([along[:, :-1], along[:, 1:], beside[:, 1:]], axis=2)
    upper = np.stack([along[:, :-1], beside[:, 1:], beside[:, :-1]], axis=2)
    return np.concatenate([tip, lower, upper], axis=1)


def _evenly(corners: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    """(n, parts**2, 3, 3) triangles of the same proportions."""
    i, j = np.array([(i, j) for i in range(parts) for j in range(parts - i)]).T
    upright = np.stack([(i, j), (i + 1, j), (i, j + 1)], axis=-1)
    inner = i + j < parts - 1
    i, j = i[inner], j[inner]
    inverted = np.stack([(i + 1, j), (i + 1, j + 1), (i, j + 1)], axis=-1)
    steps = np.concatenate([upright, inverted], axis=1) / parts
    first = corners[:, None, None, 0]
    towards = corners[:, None, None, 1:] - first[..., None, :]
    pieces = first + np.einsum("akc,nxyad->nkcd", steps, towards)
    return np.asarray(pieces)
