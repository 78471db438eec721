"""Facets that move while the transmitters fire one after another.

A transmitter that fires at time tau meets facet i at ``c_i + v_i tau``.  Its own ranges are exact.
The ranges to the receivers are exact at the mean time of a block of transmitters; inside a block
they follow the receivers' mean rate, which belongs to facet and transmitter only, so that the echo
stays a product of two sides.  What is left is the spread of the rates over the receivers times the
distance in time, and the blocks are made short enough for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.array import Array
from clearway.scattering.facets import Facets
from clearway.scattering.sight import Sight

__all__ = ["Block", "range_rates_m_s", "rate_spread_m_s", "transmitter_blocks"]

_MOST_FACETS = 2000
"""Looked at to find how far the rates spread: it varies smoothly over a body."""


class Block(NamedTuple):
    """Transmitters that share the receivers' ranges."""

    transmitters: tuple[int, ...]
    time_s: float
    """Of the receivers' ranges."""
    after_s: NDArray[np.float64]
    """(n,) by how much each of them fires later."""


def range_rates_m_s(xp: Any, sight: Sight, facets: Facets) -> Any:
    """(n_antennas, n_facets) how fast the range to each facet grows."""
    velocities = xp.asarray(facets.velocities_m_s)
    along = [(xp.asarray(axis) * velocities).sum(axis=1) for axis in facets.frames]
    return sum(own * speed for own, speed in zip(sight.direction, along, strict=True))


def rate_spread_m_s(receivers_m: NDArray[np.float64], facets: Facets) -> float:
    """Largest distance between a receiver's range rate and the receivers' mean, over the facets."""
    moving = np.flatnonzero(facets.velocities_m_s.any(axis=1))
    if not len(moving):
        return 0.0
    some = moving[:: max(1, len(moving) // _MOST_FACETS)]
    ways = facets.centroids_m[some] - receivers_m[:, None]
    rates = np.einsum("rfi,fi->rf", ways, facets.velocities_m_s[some])
    rates /= np.linalg.norm(ways, axis=2)
    return float(np.abs(rates - rates.mean(axis=0)).max())


def transmitter_blocks(array: Array, spread_m_s: float, max_path_error_m: float) -> list[Block]:
    """Cut the sweep where the receivers' ranges would err by more than is allowed.

    Examples
    --------
    >>> array = Array(np.eye(4, 3), [[0, 0, 0]], tx_times_s=[0.0, 1e-3, 2e-3, 3e-3])
    >>> [block.transmitters for block in transmitter_blocks(array, 1.0, 0.6e-3)]
    [(0, 1), (2, 3)]
    """
    times_s = array.tx_times_s
    if times_s is None:
        return []
    longest_s = 2 * max_path_error_m / spread_m_s if spread_m_s > 0 else np.inf
    order = np.argsort(times_s, kind="stable")
    blocks = []
    while len(order):
        start_s = times_s[order[0]]
        own, order = np.split(order, [np.sum(times_s[order] <= start_s + longest_s)])
        middle_s = 0.5 * (start_s + times_s[own[-1]])
        blocks.append(Block(tuple(own.tolist()), float(middle_s), times_s[own] - middle_s))
    return blocks
