"""From an image and its label to a stored look: the same for simulated and for recorded ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.recognition.aspects import seen_sectors
from clearway.recognition.cells import changed_cells, map_shape, stored_cells
from clearway.recognition.evaluation.truth import PassageTruth
from clearway.recognition.proportions import TYPICAL_HEIGHT_M
from clearway.recognition.quality import MEASURED, measures
from clearway.recognition.stored.about import SetAbout
from clearway.recognition.stored.frames import ARRAYS, Frames
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["LabelledLook", "make_frames"]

_DTYPES = {
    "i": np.int8, "f": np.float64, "b": np.bool_, "U": np.str_, "iu": np.int64, "u": np.uint8,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class LabelledLook:
    """One look of one panel at one person."""

    passage: int
    """Number of its passage."""
    volume: Volume
    view: View
    threat_m: ArrayLike | None = None
    """Middle of the threat in the view frame; None where none is carried, or nobody knows."""
    clean: Volume | None = None
    """The same look without the thing; None where there is no such image."""


def make_frames(
    about: SetAbout,
    passages: Sequence[PassageTruth],
    looks: Iterable[LabelledLook],
    *,
    condensed: bool = False,
) -> Frames:
    """Measure what a recogniser takes from each look, and keep it with the label.

    Parameters
    ----------
    about : SetAbout
    passages : sequence of PassageTruth
    looks : iterable of LabelledLook
        Read one at a time; there may be none.
    condensed : bool
        Whether to leave out the volumes.

    Returns
    -------
    Frames

    Raises
    ------
    ArgumentError
        Volumes of another region of interest.
    """
    rows: dict[str, list[Any]] = defaultdict(list)
    levels = []
    space = about.space.build()
    shape = about.interest.build().pooled_shape
    for look in looks:
        volume, view = look.volume, look.view
        quantised = volume.quantised()
        measured = measures(volume, view, space)
        row = {
            "passage": look.passage,
            "panel": view.panel,
            "time_s": view.time_s,
            "forward": view.forward,
            "person_height_m": view.height_m or TYPICAL_HEIGHT_M,
            "measures": [measured[reason] for reason in MEASURED],
            "sectors": seen_sectors(view),
            "origin_m": (volume.forward_m[0], volume.depth_m[0], volume.height_m[0]),
            "place_m": (nan,) * 3 if look.threat_m is None else view.in_person(look.threat_m),
            "changed": _changed(look, map_shape(shape)),
            "compared": look.clean is not None,
        }
        row |= stored_cells(quantised)._asdict()
        for name, value in row.items():
            rows[name].append(value)
        if not condensed:
            levels.append(quantised)
    n = len(rows["passage"])
    arrays: dict[str, NDArray[Any]] = {
        name: np.array(rows[name], _DTYPES[kinds]).reshape(n, *own(shape))
        for name, (kinds, own) in ARRAYS.items()
    }
    stored = None if condensed else np.array(levels, np.uint8).reshape(n, *shape)
    return Frames(about, tuple(passages), **arrays, levels=stored)


def _changed(look: LabelledLook, shape: tuple[int, int]) -> NDArray[np.bool_]:
    if look.clean is None:
        return np.zeros(shape, np.bool_)
    return changed_cells(look.volume, look.clean)
