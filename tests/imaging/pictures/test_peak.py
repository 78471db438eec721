"""Where an image is strongest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging import Grid
from clearway.imaging.pictures.peak import find_peak, peak_words, voxel_faces_m

SEEDS = st.integers(0, 2**32 - 1)


def random_grid(rng: np.random.Generator, most: int = 8) -> Grid:
    """Uneven axes of any direction and length."""
    return Grid(
        *(
            rng.uniform(-2, 2) + rng.choice((-1, 1)) * np.cumsum(rng.uniform(0.01, 0.1, n))
            for n in rng.integers(1, most, 3)
        )
    )


@given(SEEDS)
def test_a_box_in_noise_is_found_to_the_voxel(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = random_grid(rng)
    first = [int(rng.integers(n)) for n in grid.shape]
    last = [int(rng.integers(start, n)) for start, n in zip(first, grid.shape, strict=True)]
    box = tuple(slice(start, end + 1) for start, end in zip(first, last, strict=True))
    level = rng.uniform(0.0, 0.7, grid.shape)
    level[box] = rng.uniform(0.72, 0.9, level[box].shape)
    strongest = tuple(int(rng.integers(a, b + 1)) for a, b in zip(first, last, strict=True))
    level[strongest] = 1.0
    image = 1e-3 * level * np.exp(2j * np.pi * rng.random(grid.shape))
    peak = find_peak(image, grid)
    assert peak.amplitude == pytest.approx(1e-3)
    assert peak.position_m == tuple(axis[i] for axis, i in zip(grid.axes_m, strongest, strict=True))
    for axis, faces in enumerate(voxel_faces_m(grid)):
        ends = sorted((faces[first[axis]], faces[last[axis] + 1]))
        assert [peak.half_power.lower_m[axis], peak.half_power.upper_m[axis]] == ends
        reaches_end = first[axis] == 0 or last[axis] == grid.shape[axis] - 1
        assert ("xyz"[axis] in peak.cut_axes) == (reaches_end and grid.shape[axis] > 1)


def test_a_second_target_does_not_widen_the_first() -> None:
    grid = Grid(np.arange(10.0), [0.0], [0.0])
    image = np.zeros(grid.shape)
    image[[2, 3, 7], 0, 0] = (1.0, 0.8, 0.95)
    peak = find_peak(image, grid)
    assert (peak.half_power.lower_m[0], peak.half_power.upper_m[0]) == (1.5, 3.5)


@given(SEEDS)
def test_faces_enclose_their_voxels(seed: int) -> None:
    grid = random_grid(np.random.default_rng(seed))
    for axis, faces in zip(grid.axes_m, voxel_faces_m(grid), strict=True):
        assert len(faces) == len(axis) + 1
        low, high = np.minimum(faces[:-1], faces[1:]), np.maximum(faces[:-1], faces[1:])
        assert ((low < axis) & (axis < high)).all()


@pytest.mark.parametrize(
    ("voxel", "words"),
    [
        ((0, 0, 0), "left third along x, near third along y, lower third along z"),
        ((4, 4, 4), "middle third along x, middle third along y, middle third along z"),
        ((8, 8, 8), "right third along x, far third along y, upper third along z"),
    ],
)
@pytest.mark.parametrize("sense", [1, -1])
def test_words_for_the_place(voxel: tuple[int, int, int], words: str, sense: int) -> None:
    axis_m = np.linspace(0, 1, 9)
    grid = Grid(*(axis_m[::sense] for _ in range(3)))
    image = np.zeros(grid.shape)
    image[voxel if sense == 1 else tuple(8 - i for i in voxel)] = 1.0
    found = peak_words(find_peak(image, grid), grid)
    assert words in found
    assert "-3 dB extent 12.5 x 12.5 x 12.5 cm" in found
    assert ("cut off by the end of the grid along x and y and z" in found) == (voxel != (4, 4, 4))


def test_words_for_a_single_voxel() -> None:
    grid = Grid([0.1], [0.2], [0.3])
    words = peak_words(find_peak(np.ones((1, 1, 1)), grid), grid)
    assert words == "peak 0.0 dB at x 0.100 m, y 0.200 m, z 0.300 m"


def test_an_image_without_a_peak_is_refused() -> None:
    grid = Grid([0.0, 1.0], [0.0], [0.0])
    with pytest.raises(ArgumentError, match="image: holds nothing but zeros"):
        find_peak(np.zeros(grid.shape), grid)
    with pytest.raises(ArgumentError, match="image: has shape"):
        find_peak(np.ones(3), grid)
    with pytest.raises(ArgumentError, match="image: holds 1 values that are NaN"):
        find_peak(np.array([1.0, np.nan]).reshape(2, 1, 1), grid)
