"""The picture shows the strongest levels from three sides, to scale and in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from numpy.typing import NDArray

from clearway.errors import ArgumentError, OutputError
from clearway.imaging import Grid
from clearway.imaging.pictures.peak import voxel_faces_m
from clearway.imaging.pictures.picture import draw_image, image_picture
from tests.imaging.pictures.test_peak import SEEDS, random_grid

VIEWS = {"Front: strongest along y": 1, "Side: strongest along x": 0, "Top: strongest along z": 2}
"""Title of each view, and the axis along which it looks."""


def drawn(
    image: NDArray[Any], grid: Grid, range_db: float = 30.0, title: str = "A title"
) -> Figure:
    figure = Figure()
    draw_image(figure, image, grid, title=title, dynamic_range_db=range_db)
    figure.draw_without_rendering()
    return figure


def panel(figure: Figure, title: str) -> tuple[Axes, QuadMesh]:
    (ax,) = (ax for ax in figure.axes if ax.get_title(loc="left") == title)
    (mesh,) = (one for one in ax.collections if isinstance(one, QuadMesh))
    return ax, mesh


@given(SEEDS, st.floats(5, 60))
@settings(max_examples=10)
def test_each_view_shows_the_strongest_level_to_scale(seed: int, range_db: float) -> None:
    rng = np.random.default_rng(seed)
    grid = random_grid(rng)
    image = rng.normal(size=grid.shape) + 1j * rng.normal(size=grid.shape)
    figure = drawn(image, grid, range_db)
    level = 20 * np.log10(np.abs(image) / np.abs(image).max())
    at = np.unravel_index(np.abs(image).argmax(), grid.shape)
    faces = voxel_faces_m(grid)
    for title, along in VIEWS.items():
        ax, mesh = panel(figure, title)
        across, up = (axis for axis in range(3) if axis != along)
        found: NDArray[np.float64] = np.asarray(mesh.get_array(), dtype=np.float64)
        expected = level.max(axis=along).T
        np.testing.assert_allclose(found, expected.clip(min=-range_db), atol=1e-3)
        corners = np.stack(np.meshgrid(faces[across], faces[up]), axis=-1)
        np.testing.assert_allclose(np.asarray(mesh.get_coordinates(), dtype=float), corners)
        (circle,) = ax.lines
        assert circle.get_xydata().tolist() == [  # type: ignore[union-attr]
            [grid.axes_m[across][at[across]], grid.axes_m[up][at[up]]]
        ]
        origin, moved = ax.transData.transform([(0, 0), (1, 1)])
        assert moved[0] - origin[0] == pytest.approx(moved[1] - origin[1])


def test_depth_is_the_colour_and_level_the_brightness() -> None:
    grid = Grid(np.arange(3.0), np.arange(5.0), np.arange(3.0))
    image = np.full(grid.shape, 1e-9)
    image[0, 0, 0] = image[2, 4, 0] = 1.0
    image[0, 0, 2] = 10 ** (-6 / 20)
    pixels = np.asarray(panel(drawn(image, grid), "Front: colour is depth")[1].get_array())
    near, far, weaker, nothing = pixels[0, 0], pixels[0, 2], pixels[2, 0], pixels[2, 2]
    assert near[0] > near[2]
    assert far[2] > far[0]
    np.testing.assert_allclose(weaker, near * (1 - 6 / 30), rtol=1e-3)
    np.testing.assert_allclose(nothing, 0, atol=1e-6)


@pytest.mark.parametrize(
    "size_m",
    [(2, 1, 2), (0.5, 0.15, 1.9), (0.14, 0.14, 0.05), (3, 0.1, 0.1), (1, 0, 1), (0, 0, 0)],
    ids=str,
)
def test_no_text_is_cut_off_or_covered(size_m: tuple[float, float, float]) -> None:
    grid = Grid(*(np.linspace(-1.2345, side - 1.2345, 20 if side else 1) for side in size_m))
    image = np.random.default_rng(1).normal(size=grid.shape)
    figure = drawn(image, grid, title="a-very-long-file-name" * 12)
    inked = figure.get_tightbbox()
    width_in, height_in = figure.get_size_inches()
    assert 0 <= inked.x0 < inked.x1 <= width_in
    assert 0 <= inked.y0 < inked.y1 <= height_in
    captions = [text.get_window_extent() for text in figure.texts]
    panels = [ax.get_tightbbox() for ax in figure.axes]
    assert not any(caption.overlaps(box) for caption in captions for box in panels if box)


def test_labels_carry_units_and_words() -> None:
    grid = Grid(np.linspace(-1, 1, 5), np.linspace(0.8, 1.8, 5), np.linspace(0, 2, 5))
    image = np.zeros(grid.shape)
    image[2, 2, 2] = 7.0
    figure = drawn(image, grid)
    words = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert "A title" in words
    assert "peak 0.0 dB at x 0.000 m, y 1.300 m, z 1.000 m" in words
    assert "0 dB is |I| = 7" in words
    assert "-30 dB" in words
    labels = {ax.get_xlabel() for ax in figure.axes} | {ax.get_ylabel() for ax in figure.axes}
    assert {"x, m", "y, m", "z, m", "depth y, m", "level, dB"} <= labels


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_files(tmp_path: Path, suffix: str) -> None:
    grid = Grid([0.0, 0.1], [1.0, 1.1], [0.0, 0.1])
    image = np.arange(8.0).reshape(grid.shape)
    peak = image_picture(tmp_path / f"picture{suffix}", image, grid, title="100 $ and $ more")
    assert peak.position_m == (0.1, 1.1, 0.1)
    assert [path.name for path in tmp_path.iterdir()] == [f"picture{suffix}"]
    if suffix == ".png":
        pixels = matplotlib.image.imread(tmp_path / "picture.png")
        assert pixels.std() > 0.1


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    grid = Grid([0.0, 0.1], [1.0], [0.0])
    image = np.ones(grid.shape)
    with pytest.raises(OutputError, match="format of the picture is unknown"):
        image_picture(tmp_path / "picture.bmp", image, grid)
    with pytest.raises(OutputError, match="create the folder first"):
        image_picture(tmp_path / "no" / "picture.png", image, grid)
    with pytest.raises(ArgumentError, match="dynamic_range_db: is 0"):
        image_picture(tmp_path / "picture.png", image, grid, dynamic_range_db=0)
    with pytest.raises(ArgumentError, match="image: holds nothing but zeros"):
        image_picture(tmp_path / "picture.png", np.zeros(grid.shape), grid)
    assert list(tmp_path.iterdir()) == []
