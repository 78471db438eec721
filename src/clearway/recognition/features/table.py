"""The features, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.features.blobs import Blob, largest_blob
from clearway.recognition.features.view_of_surface import SurfaceView
from clearway.recognition.proportions import CHEST, TYPICAL_HEIGHT_M, WAIST

__all__ = ["BRIGHT_DB", "DELAYED_M", "FEATURES", "PROUD_M", "Feature", "features_of"]

PROUD_M = 0.012
"""What stands out by less is body or cloth: the range cell of 10 GHz of bandwidth is 15 mm."""
BRIGHT_DB = 6.0
"""Over its surroundings: metal returns 4 dB more than skin, and a flat piece of it more."""
DELAYED_M = 0.025
"""The last echo of a column behind its first: nearer together they are not told apart."""
_COVERED = 0.25
"""Share of a band's height: less is the end of something that belongs elsewhere."""
_GLINT_DB = 12.0
"""Over the body."""


class Feature(NamedTuple):
    """One number about an image."""

    name: str
    unit: str
    """``m``, ``m2``, ``dB``, ``rad``, or ``1`` for a share or a ratio."""
    meaning: str


_BLOB_PARTS = (
    ("area_m2", "m2", "area of"),
    ("length_m", "m", "length of"),
    ("width_m", "m", "width of"),
    ("slant_rad", "rad", "slant from the vertical of"),
    ("forward_m", "m", "place along the walk, from the middle of the body, of"),
    ("height_m", "m", "height above the floor of"),
    ("mass", "", "total of"),
)
_BLOBS = (
    ("proud", "m3", "the largest patch that stands out of the smooth body"),
    ("bright", "dB m2", "the largest patch that is brighter than its surroundings"),
    ("delayed", "m3", "the largest patch with an echo behind the first"),
)
_BANDS = (("waist", WAIST), ("chest", CHEST))
_COVERS = (
    ("proud", "stands out of the smooth body"),
    ("delayed", "has an echo behind the first"),
    ("bright", "is brighter than its surroundings"),
)

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(f"{name}_{part}", unit or mass_unit, f"{words} {meaning}")
        for name, mass_unit, meaning in _BLOBS
        for part, unit, words in _BLOB_PARTS
    ),
    *(
        Feature(f"{band}_{name}_cover", "1", f"share of the {band}'s columns that {meaning}")
        for band, _ in _BANDS
        for name, meaning in _COVERS
    ),
    *(
        Feature(f"{band}_level_db", "dB", f"median level of the {band} over the body's")
        for band, _ in _BANDS
    ),
    Feature("most_proud_m", "m", "99th percentile of how far the surface stands out"),
    Feature("roughness_m", "m", "median absolute distance of surface and smooth body"),
    Feature("peak_db", "dB", "99.9th percentile of the surface's level over the body's"),
    Feature("level_spread_db", "dB", "90th less 10th percentile of the surface's level"),
    Feature("glint_share", "1", "share of the surface that is 12 dB brighter than the body"),
    Feature("surface_share", "1", "share of the columns of the box that show a surface"),
)


def features_of(
    seen: SurfaceView, person_height_m: float = TYPICAL_HEIGHT_M
) -> NDArray[np.float64]:
    """All features of one image.

    Parameters
    ----------
    seen : SurfaceView
    person_height_m : float
        Tells where waist and chest are.

    Returns
    -------
    (len(FEATURES),) float64
        Finite, in the order of `FEATURES`; 0 where there is nothing to measure.
    """
    maps = _maps(seen)
    values = [
        *(value for blob in blobs_of(seen) for value in _parts(blob)),
        *(value for _, band in _BANDS for value in _covers(seen, maps, band, person_height_m)),
        *(_band_level(seen, band, person_height_m) for _, band in _BANDS),
        *_surface_statistics(seen),
    ]
    return np.array(values)


def blobs_of(seen: SurfaceView) -> tuple[Blob, Blob, Blob]:
    """Largest patch that stands out, that is bright, that has a second echo."""
    proud, delayed, bright = (
        largest_blob(strength, above, seen.forward_m, seen.height_m)
        for strength, above in _maps(seen)
    )
    return proud, bright, delayed


def _maps(seen: SurfaceView) -> tuple[tuple[NDArray[np.float64], float], ...]:
    """Maps in the order of `_COVERS`, and from which value on each counts."""
    return (
        (seen.proud_m, PROUD_M),
        (seen.surface.delay_m, DELAYED_M),
        (seen.excess_db, BRIGHT_DB),
    )


def _parts(blob: Blob) -> Iterator[float]:
    return (getattr(blob, part) for part, _, _ in _BLOB_PARTS)


def _in_band(
    seen: SurfaceView, band: tuple[float, float], person_height_m: float
) -> NDArray[np.bool_]:
    share = seen.height_m / person_height_m
    return (share >= band[0]) & (share < band[1])


def _covers(
    seen: SurfaceView,
    maps: tuple[tuple[NDArray[np.float64], float], ...],
    band: tuple[float, float],
    person_height_m: float,
) -> list[float]:
    """Share of the columns with a surface at a height band that a map covers."""
    rows = _in_band(seen, band, person_height_m)
    present = np.asarray(seen.surface.present[:, rows].any(axis=1))
    if not present.any():
        return [0.0] * len(maps)
    share = [(strength[present][:, rows] > above).mean(axis=1) for strength, above in maps]
    return [float((of_columns >= _COVERED).mean()) for of_columns in share]


def _band_level(seen: SurfaceView, band: tuple[float, float], person_height_m: float) -> float:
    rows = _in_band(seen, band, person_height_m)
    present = seen.surface.present[:, rows]
    return float(np.median(seen.surface.level_db[:, rows][present])) if present.any() else 0.0


def _surface_statistics(seen: SurfaceView) -> list[float]:
    """In the order of the last entries of `FEATURES`."""
    present = seen.surface.present
    if not present.any():
        return [0.0] * 6
    level, proud = seen.surface.level_db[present], seen.proud_m[present]
    low, high, top = np.percentile(level, (10, 90, 99.9))
    return [
        float(np.percentile(proud, 99)),
        float(np.median(np.abs(proud))),
        float(top),
        float(high - low),
        float((level > _GLINT_DB).mean()),
        float(present.mean()),
    ]
