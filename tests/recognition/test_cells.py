"""Cells over a person, and what a map of evidence over them says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.recognition import Volume
from clearway.recognition.cells import (
    CELL,
    Cells,
    StoredCells,
    changed_cells,
    map_shape,
    stored_cells,
)
from clearway.recognition.evidence import peaks, score_of
from tests.recognition.bodies import THINGS, person


def drawn(shape: tuple[int, int, int], seed: int) -> Volume:
    rng = np.random.default_rng(seed)
    axes = [
        0.3 + step * np.arange(n, dtype=np.float64)
        for step, n in zip((0.02, 0.01, 0.02), shape, strict=True)
    ]
    return Volume(
        rng.uniform(-20, 30, shape).astype(np.float32), axes[0], axes[1], axes[2], contrast_db=9.0
    )


@given(
    st.tuples(st.integers(2, 11), st.integers(2, 6), st.integers(2, 11)), st.integers(0, 2**32 - 1)
)
def test_a_cell_holds_its_strongest_voxel(shape: tuple[int, int, int], seed: int) -> None:
    volume = drawn(shape, seed)
    cells = Cells.of(volume)
    along, up = map_shape(shape)
    assert cells.levels_db.shape == (along, shape[1], up)
    for x in range(along):
        for z in range(up):
            block = volume.levels_db[CELL * x : CELL * (x + 1), :, CELL * z : CELL * (z + 1)]
            assert np.abs(cells.levels_db[x, :, z] - block.max(axis=(0, 2))).max() <= 0.1
    np.testing.assert_allclose(cells.forward_m[0], volume.forward_m[0] + 1.5 * 0.02)
    np.testing.assert_allclose(cells.depth_m, volume.depth_m)
    assert np.abs(cells.surface_db - volume.levels_db.max(axis=1)).max() <= 0.1
    at = np.abs(volume.depth_m - cells.surface_m[..., None]).argmin(axis=-1)
    there = np.take_along_axis(volume.levels_db, at[:, None], axis=1)[:, 0]
    assert np.abs(there - volume.levels_db.max(axis=1)).max() <= 0.2


def test_cells_of_an_image_and_of_a_stored_look_are_the_same() -> None:
    volume = drawn((10, 4, 9), 3)
    several = stored_cells(np.stack([np.zeros((10, 4, 9), np.uint8), volume.quantised()]))
    kept = StoredCells(*(array[1] for array in several))
    origin_m = (volume.forward_m[0], volume.depth_m[0], volume.height_m[0])
    again = Cells.stored(kept, origin_m, volume.steps_m)
    live = Cells.of(volume)
    for name in ("levels_db", "forward_m", "depth_m", "height_m", "surface_db", "surface_m"):
        np.testing.assert_array_equal(getattr(live, name), getattr(again, name))


@pytest.mark.parametrize("name", ["long_gun", "handgun", "explosive"])
def test_what_is_carried_changes_the_cells_where_it_is(name: str) -> None:
    clean, volume = (person(one, np.random.default_rng(4)) for one in ("none", name))
    changed = changed_cells(volume, clean)
    thing = THINGS[name]
    assert thing is not None
    cells = Cells.of(volume)
    reach = np.array(thing.size_m) / 2 + 0.15
    far = (np.abs(cells.forward_m - thing.middle_m[0]) > reach[0])[:, None] | (
        np.abs(cells.height_m - thing.middle_m[1]) > reach[1]
    )
    assert changed[~far].any()
    # The two bodies have speckle of their own.
    assert changed[far].mean() < 0.1
    assert not changed_cells(clean, clean).any()


def test_a_brighter_body_is_no_change() -> None:
    clean = person("none", np.random.default_rng(5))
    brighter = replace(clean, levels_db=clean.levels_db + np.float32(9.0))
    assert not changed_cells(brighter, clean).any()


def test_the_most_telling_cell_gives_score_and_place() -> None:
    cells = Cells.of(drawn((12, 4, 20), 6))
    evidence = np.zeros((4, 3, 5))
    evidence[0] = 1.0
    evidence[2, 1, 3] = 19.0
    score = score_of(evidence, cells)
    np.testing.assert_allclose(score.logits, [0.0, -1.0, 18.0 - np.log(15) / 2, -1.0])
    forward_m, depth_m, height_m = score.place_m
    assert abs(forward_m - cells.forward_m[1]) < 0.01
    assert abs(height_m - cells.height_m[3]) < 0.01
    assert depth_m == cells.depth_m[cells.levels_db[1, :, 3].argmax()]
    np.testing.assert_array_equal(peaks(evidence[None])[0], score.logits)
