"""Tiles cover what they must and fit the kernels' window."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearway.imaging import Grid
from clearway.imaging.backends.tiling import plan_tiles

axes = st.lists(st.floats(-2, 2), min_size=1, max_size=20, unique=True).map(sorted)


@given(axes, axes, axes, st.floats(0.001, 3), st.integers(0, 2**32 - 1))
def test_every_marked_voxel_lies_in_one_tile(
    x_m: list[float], y_m: list[float], z_m: list[float], longest_m: float, seed: int
) -> None:
    grid = Grid(x_m, y_m, z_m)
    mask = np.random.default_rng(seed).random(grid.shape) < 0.2
    mask.ravel()[seed % grid.size] = True
    plan = plan_tiles(grid, mask, longest_m, 16)
    hits = np.zeros(grid.shape, dtype=int)
    for first in plan.first:
        box = tuple(slice(f, f + n) for f, n in zip(first, plan.shape, strict=True))
        hits[box] += 1
        assert mask[box].any()
    assert (hits[mask] == 1).all()
    assert hits.max() == 1


@given(axes, axes, axes, st.floats(0.001, 3))
def test_no_tile_is_longer_than_allowed(
    x_m: list[float], y_m: list[float], z_m: list[float], longest_m: float
) -> None:
    grid = Grid(x_m, y_m, z_m)
    plan = plan_tiles(grid, None, longest_m, 16)
    for first in plan.first:
        corners = [
            axis[f : f + n] for axis, f, n in zip(grid.axes_m, first, plan.shape, strict=True)
        ]
        diagonal_m = np.linalg.norm([own[-1] - own[0] for own in corners])
        assert diagonal_m <= longest_m * (1 + 1e-9)
