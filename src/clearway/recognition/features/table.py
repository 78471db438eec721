"""The features, in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from clearway.recognition.cells import Cells
from clearway.recognition.features.echoes import Echoes, find_echoes
from clearway.recognition.features.texture import TEXTURE, texture_of
from clearway.recognition.proportions import TYPICAL_HEIGHT_M

__all__ = ["FEATURES", "Feature", "features_of", "shows"]

_PRESENT_DB = 2.5
"""Over the clutter; a weaker cell shows nothing."""
_BRIGHT_DB = 5.0
"""Over the clutter: cells that count for the width of a height and for a column's run."""
_ABSENT_DB = -20.0
"""Of what lies outside the box."""


class Feature(NamedTuple):
    """One number about one cell."""

    name: str
    unit: str
    """``m``, ``dB``, or ``1`` for a count or a share."""
    meaning: str


_NEIGHBOURS = {
    "ahead": (1, 0),
    "behind": (-1, 0),
    "above": (0, 1),
    "below": (0, -1),
    "ahead_above": (1, 1),
    "ahead_below": (1, -1),
    "behind_above": (-1, 1),
    "behind_below": (-1, -1),
    "far_ahead": (2, 0),
    "far_behind": (-2, 0),
    "far_above": (0, 2),
    "far_below": (0, -2),
    "farther_above": (0, 3),
    "farther_below": (0, -3),
}
"""Cells along forward and height."""
_FARTHEST = 3
_SIDES = {name: _NEIGHBOURS[name] for name in ("ahead", "behind", "above", "below")}
_SHARED = 4
"""So many of `TEXTURE` are also told of the cells beside."""

_AROUND = {"column": (3, 7), "row": (5, 3)}
"""Cells along forward and height of the surroundings that a cell is compared with: along a limb,
and across it."""

FEATURES: tuple[Feature, ...] = (
    Feature("over_clutter_db", "dB", "strongest echo over the clutter's level"),
    Feature("level_db", "dB", "strongest echo over the body's level"),
    Feature("depth_m", "m", "depth of the strongest echo, from the middle of the body"),
    Feature("front_m", "m", "depth of the first echo"),
    Feature("delay_m", "m", "from the first echo to the last"),
    Feature("echoes", "1", "number of echoes along depth"),
    Feature("second_db", "dB", "strongest echo 4 cm or more away, over the strongest"),
    Feature("spread_db", "dB", "sum of all depths over the strongest"),
    Feature("forward_m", "m", "place along the walk, from the middle of the body"),
    Feature("height_share", "1", "height above the floor over the person's height"),
    Feature("below_row_db", "dB", "strongest echo at this height over this cell's"),
    Feature("from_row_m", "m", "place along the walk, from the strongest at this height"),
    Feature("behind_row_m", "m", "depth behind the strongest at this height"),
    Feature("row_cells", "1", "bright cells at this height"),
    Feature("run_cells", "1", "length of the unbroken bright column through this cell"),
    Feature("image_peak_db", "dB", "strongest echo of the whole image over the body's level"),
    Feature("image_clutter_db", "dB", "level of the clutter over the body's"),
    Feature("image_cells", "1", "bright cells of the whole image"),
    Feature("below_peak_db", "dB", "strongest echo of the whole image over this cell's"),
    Feature("ahead_of_peak_m", "m", "place along the walk, from the strongest of all"),
    Feature("above_peak_m", "m", "height over the strongest of all"),
    Feature("behind_peak_m", "m", "depth behind the strongest of all"),
    *(
        feature
        for around in _AROUND
        for feature in (
            Feature(
                f"over_{around}_median_db", "dB", f"level over the median of the {around} around it"
            ),
            Feature(f"behind_{around}_median_m", "m", f"depth behind the median of the {around}"),
        )
    ),
    *(
        feature
        for name in _NEIGHBOURS
        for feature in (
            Feature(f"{name}_db", "dB", f"level of the cell {name.replace('_', ' ')}"),
            Feature(f"{name}_m", "m", f"depth of the cell {name.replace('_', ' ')} behind this"),
        )
    ),
    *(Feature(*described) for described in TEXTURE),
    *(
        Feature(f"{name}_{side}", unit, f"{side}: {meaning}")
        for side in _SIDES
        for name, unit, meaning in TEXTURE[:_SHARED]
    ),
)

_OVER_CLUTTER = [feature.name for feature in FEATURES].index("over_clutter_db")


def features_of(cells: Cells, person_height_m: float | None = None) -> NDArray[np.float32]:
    """All features of all cells of one image.

    Parameters
    ----------
    cells : Cells
    person_height_m : float, optional
        Typical if not given.

    Returns
    -------
    (n_forward, n_height, len(FEATURES)) float32
        Finite, in the order of `FEATURES`, rounded as the trees round them.
    """
    echoes = find_echoes(cells)
    texture = texture_of(cells, echoes.clutter_db)
    values = [
        *_own(echoes),
        cells.forward_m[:, None],
        cells.height_m[None] / (person_height_m or TYPICAL_HEIGHT_M),
        *_row(cells, echoes),
        _runs(_bright(echoes)),
        *_image(cells, echoes),
        *_over_surroundings(echoes),
        *_neighbours(echoes),
        *texture,
        *_texture_beside(texture),
    ]
    return np.stack(np.broadcast_arrays(*values), axis=-1).astype(np.float32)


def shows(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n_forward, n_height) which cells show anything, by what `features_of` gave of them."""
    return np.asarray(features[..., _OVER_CLUTTER] > _PRESENT_DB)


def _own(echoes: Echoes) -> list[NDArray[np.float64]]:
    return [
        echoes.level_db - echoes.clutter_db,
        echoes.level_db,
        echoes.depth_m,
        echoes.front_m,
        echoes.delay_m,
        echoes.number,
        echoes.second_db,
        echoes.spread_db,
    ]


def _row(cells: Cells, echoes: Echoes) -> list[NDArray[np.float64]]:
    """Beside the strongest cell of the same height, which is mostly the trunk or a leg."""
    strongest = echoes.level_db.argmax(axis=0)
    at = np.arange(len(cells.height_m))
    return [
        echoes.level_db[strongest, at] - echoes.level_db,
        cells.forward_m[:, None] - cells.forward_m[strongest],
        echoes.depth_m - echoes.depth_m[strongest, at],
        _bright(echoes).sum(axis=0, keepdims=True).astype(np.float64),
    ]


def _image(cells: Cells, echoes: Echoes) -> list[NDArray[np.float64]]:
    """Beside the whole image: a flat piece of metal outshines all else, and lights side lobes."""
    x, z = np.unravel_index(int(echoes.level_db.argmax()), echoes.level_db.shape)
    peak_db = echoes.level_db[x, z]
    return [
        np.asarray(peak_db),
        np.asarray(echoes.clutter_db),
        np.asarray(_bright(echoes).sum(), dtype=np.float64),
        peak_db - echoes.level_db,
        cells.forward_m[:, None] - cells.forward_m[x],
        cells.height_m - cells.height_m[z],
        echoes.depth_m - echoes.depth_m[x, z],
    ]


def _bright(echoes: Echoes) -> NDArray[np.bool_]:
    return np.asarray(echoes.level_db > echoes.clutter_db + _BRIGHT_DB)


def _runs(bright: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Number of bright cells in each cell's unbroken run along height; 0 for a dark one."""
    padded = np.pad(bright, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    runs = np.zeros(bright.shape)
    rows, first = np.nonzero(steps == 1)
    last = np.nonzero(steps == -1)[1]
    for row, start, end in zip(rows, first, last, strict=True):
        runs[row, start:end] = end - start
    return runs


def _over_surroundings(echoes: Echoes) -> list[NDArray[np.float64]]:
    return [
        values - median_filter(values, size)
        for size in _AROUND.values()
        for values in (echoes.level_db, echoes.depth_m)
    ]


def _neighbours(echoes: Echoes) -> list[NDArray[np.float64]]:
    level = np.pad(echoes.level_db, _FARTHEST, constant_values=_ABSENT_DB)
    depth = np.pad(echoes.depth_m, _FARTHEST, mode="edge")
    n_forward, n_height = echoes.level_db.shape
    values = []
    for along, up in _NEIGHBOURS.values():
        x, z = _FARTHEST + along, _FARTHEST + up
        there = np.s_[x : x + n_forward, z : z + n_height]
        values += [level[there], depth[there] - echoes.depth_m]
    return values


def _texture_beside(texture: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    n_forward, n_height = texture[0].shape
    padded = [np.pad(values, 1, mode="edge") for values in texture[:_SHARED]]
    return [
        values[1 + along : 1 + along + n_forward, 1 + up : 1 + up + n_height]
        for along, up in _SIDES.values()
        for values in padded
    ]
