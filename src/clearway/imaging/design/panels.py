"""Flat panels of antenna elements, to design a curtain with and to compare on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array

__all__ = ["jittered_panel"]


def jittered_panel(
    n_tx: int,
    n_rx: int,
    rng: np.random.Generator,
    *,
    width_m: float = 2.0,
    height_m: float = 2.0,
    jitter: float = 1.0,
) -> Array:
    """Upright panel in the plane y = 0 with one element at a random place in each cell of a raster.

    Jittered sampling (R. L. Cook, ACM Trans. Graphics 5(1), 1986): the elements fill
    the panel evenly, yet no pitch repeats, so that the energy of the grating lobes is spread out
    as noise.

    Parameters
    ----------
    n_tx, n_rx : int
        Transmitters and receivers.  Each kind has cells of its own, as nearly square as the
        numbers allow.
    rng : numpy.random.Generator
        Draws the places.
    width_m, height_m : float
        The panel reaches from ``-width_m / 2`` to ``width_m / 2`` along x and from 0 to
        ``height_m`` along z.
    jitter : float
        Part of the cell's width and height that the places are drawn from, about its centre: 1
        is the whole cell, 0 a regular panel.

    Returns
    -------
    Array
        Every transmitter is heard by every receiver.

    Raises
    ------
    ArgumentError
        Fewer than one element, a size that is not positive, or a jitter outside 0 to 1.

    Examples
    --------
    >>> panel = jittered_panel(96, 96, np.random.default_rng(1))
    >>> panel.n_pairs, bool((np.abs(panel.tx_positions_m[:, 0]) <= 1).all())
    (9216, True)
    """
    for name, number in (("n_tx", n_tx), ("n_rx", n_rx)):
        if number < 1:
            raise ArgumentError(name, f"is {number}", "give at least one element")
    for name, size_m in (("width_m", width_m), ("height_m", height_m)):
        if not (size_m > 0 and np.isfinite(size_m)):
            raise ArgumentError(name, f"is {size_m}", "give a size above 0 m")
    if not 0 <= jitter <= 1:
        raise ArgumentError("jitter", f"is {jitter}", "give a part of the cell, 0 to 1")
    tx, rx = (_elements(n, rng, width_m, height_m, jitter) for n in (n_tx, n_rx))
    return Array(tx, rx)


def _elements(
    n: int, rng: np.random.Generator, width_m: float, height_m: float, jitter: float
) -> NDArray[np.float64]:
    """(n, 3) places; rows of equal height whose numbers of cells differ by one at most."""
    n_rows = min(n, max(1, round(np.sqrt(n * height_m / width_m))))
    per_row = np.diff(np.arange(n_rows + 1) * n // n_rows)
    row = np.repeat(np.arange(n_rows), per_row)
    column = np.concatenate([np.arange(cells) for cells in per_row])
    within = 0.5 + jitter * (rng.random((n, 2)) - 0.5)
    x = width_m * ((column + within[:, 0]) / per_row[row] - 0.5)
    z = height_m * (row + within[:, 1]) / n_rows
    return np.column_stack((x, np.zeros(n), z))
