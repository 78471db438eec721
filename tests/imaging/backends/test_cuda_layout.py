from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.cuda.layout import TILE_VOXELS, cut_into_tiles, group_transmitters
from clearway.imaging.grid import Grid
from tests.imaging.scenes import some_pairs


@settings(max_examples=30)
@given(st.tuples(*[st.integers(1, 20)] * 3), st.floats(0.02, 1.0), st.integers(0, 1000))
def test_every_selected_voxel_is_in_one_tile_and_within_its_reach(
    shape: tuple[int, int, int], density: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.cumsum(rng.uniform(0.01, 0.03, n)) for n in shape))
    mask = rng.random(shape) < density
    mask[0, 0, 0] = True
    tiles = cut_into_tiles(grid, mask)
    used = tiles.voxels >= 0
    assert np.array_equal(np.sort(tiles.voxels[used]), np.flatnonzero(mask))
    assert used.any(axis=1).all()
    away_m = grid.points_m()[tiles.voxels] - tiles.centres_m[:, np.newaxis]
    assert np.linalg.norm(away_m, axis=2)[used].max() <= tiles.reach_m + 1e-12


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 60), st.integers(0, 1000))
def test_every_channel_is_in_the_entry_of_its_elements(
    n_tx: int, n_rx: int, most_pairs: int, seed: int
) -> None:
    pairs = some_pairs(n_tx, n_rx, most_pairs, np.random.default_rng(seed))
    n_pairs = len(pairs)
    groups = group_transmitters(Array(np.zeros((n_tx, 3)), np.zeros((n_rx, 3)), pairs=pairs))
    entry, member = np.nonzero(groups.channels < n_pairs)
    channel = groups.channels[entry, member]
    group = np.searchsorted(groups.first_entry, entry, side="right") - 1
    assert np.array_equal(np.sort(channel), np.arange(n_pairs))
    assert np.array_equal(pairs[channel, 0], group * groups.size + member)
    assert np.array_equal(pairs[channel, 1], groups.receivers[entry])


@pytest.mark.parametrize("shape", [(1, 256, 1), (32, 1, 48), (52, 16, 192)])
def test_a_full_box_needs_no_idle_thread(shape: tuple[int, int, int]) -> None:
    grid = Grid(*(0.01 * np.arange(n) for n in shape))
    assert cut_into_tiles(grid).voxels.size == grid.size


def test_neighbouring_threads_make_cubes() -> None:
    grid = Grid.over((0, 0, 0), (0.51, 0.15, 1.91), 0.01)
    eights = grid.points_m()[cut_into_tiles(grid).voxels.reshape(-1, 8)]
    np.testing.assert_allclose(np.ptp(eights, axis=1), 0.01)


def test_the_source_and_the_layout_agree_on_a_tile() -> None:
    constant = f"constexpr int TILE_VOXELS = {TILE_VOXELS};"
    source = files("clearway.imaging.backends.cuda") / "backprojection.cu"
    assert constant in source.read_text(encoding="utf-8")


def test_a_grid_that_32_bit_numbers_cannot_count_is_refused() -> None:
    axis = np.arange(1300.0)
    with pytest.raises(ArgumentError, match="grid: has 2197000000 voxels"):
        cut_into_tiles(Grid(axis, axis, axis))
