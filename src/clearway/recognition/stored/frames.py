"""Looks and the passages that they belong to, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.aspects import N_SECTORS
from clearway.recognition.cells import Cells, StoredCells, map_shape
from clearway.recognition.classes import CLASSES, HARMLESS, NONE, OUTCOMES
from clearway.recognition.evaluation.truth import PassageTruth
from clearway.recognition.quality import LIMITS, MEASURED, Examination, Limit, Reason, judge
from clearway.recognition.stored.about import SetAbout
from clearway.recognition.view import Glance
from clearway.recognition.volume import Volume

__all__ = ["ARRAYS", "Frames", "class_of"]

_Shape = tuple[int, ...]
_Pooled = tuple[int, int, int]


def _of_shape(*own: int) -> Callable[[_Pooled], _Shape]:
    return lambda _: own


def _of_cells(pooled: _Pooled) -> _Shape:
    along, up = map_shape(pooled)
    return along, pooled[1], up


def _of_surface(pooled: _Pooled) -> _Shape:
    return pooled[0], pooled[2]


ARRAYS: Mapping[str, tuple[str, Callable[[_Pooled], _Shape]]] = {
    "passage": ("iu", _of_shape()),
    "panel": ("U", _of_shape()),
    "time_s": ("f", _of_shape()),
    "forward": ("i", _of_shape()),
    "person_height_m": ("f", _of_shape()),
    "measures": ("f", _of_shape(len(MEASURED))),
    "sectors": ("b", _of_shape(N_SECTORS)),
    "origin_m": ("f", _of_shape(3)),
    "place_m": ("f", _of_shape(3)),
    "cells": ("u", _of_cells),
    "surface": ("u", _of_surface),
    "surface_depth": ("u", _of_surface),
    "changed": ("b", map_shape),
    "compared": ("b", _of_shape()),
}
"""Kinds of NumPy's types, and the shape of one look's entry for a shape of volumes."""
_MAY_BE_NAN = frozenset({"place_m"})


@dataclass(frozen=True, eq=False)
class Frames:
    """Looks and what is known of them, along the first axis of every array.

    Raises
    ------
    ArgumentError
        Arrays of other lengths, kinds or values.
    """

    about: SetAbout
    passages: tuple[PassageTruth, ...]
    """Also those without any look: nobody was seen in them."""
    passage: NDArray[np.integer]
    """(n,) number of each look's passage."""
    panel: NDArray[np.str_]
    """(n,) names of the panels of a curtain."""
    time_s: NDArray[np.floating]
    """(n,) on one clock per passage."""
    forward: NDArray[np.signedinteger]
    """(n,) as of `View`."""
    person_height_m: NDArray[np.floating]
    """(n,) typical where it was not measured."""
    measures: NDArray[np.floating]
    """(n, n_measures) quality of the view in the order of `MEASURED`, before any limits."""
    sectors: NDArray[np.bool_]
    """(n, n_sectors) sides of the body that faced the panel."""
    origin_m: NDArray[np.floating]
    """(n, 3) the first voxel of the volume, in the person's own coordinates."""
    place_m: NDArray[np.floating]
    """(n, 3) middle of the threat in the person's own coordinates; NaN where none is carried, or
    nobody knows."""
    cells: NDArray[np.uint8]
    """As of `StoredCells`, with the next two all that the baseline looks at."""
    surface: NDArray[np.uint8]
    surface_depth: NDArray[np.uint8]
    changed: NDArray[np.bool_]
    """(n, cells along forward, cells along height) of `changed_cells`."""
    compared: NDArray[np.bool_]
    """(n,) whether it is known which cells what is carried has changed: a recording has no second
    image of the same look."""
    levels: NDArray[np.uint8] | None = None
    """(n, forward, depth, height) of `Volume.quantised`; None in a condensed set."""

    def __post_init__(self) -> None:
        n = len(self.passage)
        pooled = self.about.interest.build().pooled_shape
        for name, (kinds, shape_of) in ARRAYS.items():
            array: NDArray[np.generic] = getattr(self, name)
            own = shape_of(pooled)
            if array.shape != (n, *own) or array.dtype.kind not in kinds:
                raise ArgumentError(
                    name,
                    f"has shape {array.shape} and dtype {array.dtype}",
                    f"give shape {(n, *own)} and a dtype of kind {kinds}",
                )
            if kinds == "f" and name not in _MAY_BE_NAN and not np.isfinite(array).all():
                raise ArgumentError(name, "holds NaN or infinity", "leave such looks out")
        if n and not (self.passage.min() >= 0 and self.passage.max() < len(self.passages)):
            raise ArgumentError(
                "passage",
                f"holds {self.passage.min()} to {self.passage.max()}",
                f"number the {len(self.passages)} passages from 0",
            )
        if not (np.abs(self.forward) == 1).all():
            raise ArgumentError("forward", "holds other values than 1 and -1", "give one of them")
        if n and self.surface_depth.max() >= pooled[1]:
            raise ArgumentError(
                "surface_depth",
                f"holds {self.surface_depth.max()}",
                f"number the {pooled[1]} voxels of depth from 0",
            )
        self._check_levels(n)
        names = [truth.passage for truth in self.passages]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ArgumentError("passages", f"hold {twice!r} twice", "give each passage once")

    def _check_levels(self, n: int) -> None:
        if self.levels is None:
            return
        shape = (n, *self.about.interest.build().pooled_shape)
        if self.levels.shape != shape or self.levels.dtype != np.uint8:
            raise ArgumentError(
                "levels",
                f"have shape {self.levels.shape} and dtype {self.levels.dtype}",
                f"give quantised volumes, uint8, of shape {shape}",
            )

    def __len__(self) -> int:
        return len(self.passage)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> Frames:
        """Some of the looks, by mask or by number; all passages stay."""
        arrays = {name: getattr(self, name)[which] for name in ARRAYS}
        levels = None if self.levels is None else self.levels[which]
        return Frames(self.about, self.passages, **arrays, levels=levels)

    @property
    def condensed(self) -> Frames:
        """The same without volumes."""
        return replace(self, levels=None)

    @cached_property
    def outcome(self) -> NDArray[np.int64]:
        """(n,) numbers of `OUTCOMES`: what the person carries."""
        numbers = [OUTCOMES.index(truth.outcome) for truth in self.passages]
        return np.asarray(np.array(numbers, dtype=np.int64)[self.passage])

    @cached_property
    def body(self) -> NDArray[np.str_]:
        """(n,) names of bodies: what is fitted on one body is never tried on it."""
        names = np.array([truth.body for truth in self.passages], dtype=np.str_)
        return np.asarray(names[self.passage])

    @property
    def classes(self) -> NDArray[np.int64]:
        """(n,) numbers of `CLASSES`: what each look shows.

        A panel on the other side of the body sees nothing of a threat: such a look is one of
        nothing, whatever its passage is.
        """
        hidden = self.compared & ~self.changed.any(axis=(1, 2))
        return np.where(hidden, 0, class_of(self.outcome))

    @property
    def unlocated(self) -> NDArray[np.bool_]:
        """(n,) looks at threats of which nobody knows which cells show them: recordings."""
        return np.asarray((class_of(self.outcome) > 0) & ~self.compared)

    def examined(self, limits: Mapping[Reason, Limit] = LIMITS) -> NDArray[np.float64]:
        """(n,) quality of each view, as of `judge`; below `ADEQUATE` it is not good enough."""
        shares = [
            limit.shares(self.measures[:, MEASURED.index(reason)])
            for reason, limit in limits.items()
        ]
        return np.asarray(np.min([np.ones(len(self)), *shares], axis=0))

    def examination(self, row: int, limits: Mapping[Reason, Limit] = LIMITS) -> Examination:
        """How well one look showed the person."""
        values = dict(zip(MEASURED, self.measures[row].tolist(), strict=True))
        return judge(values, tuple(self.sectors[row].tolist()), limits)

    def glance(self, row: int) -> Glance:
        """What a reading needs of one look besides scores."""
        return Glance(
            float(self.time_s[row]),
            str(self.panel[row]),
            int(self.forward[row]),
            float(self.person_height_m[row]),
        )

    def volume(self, row: int) -> Volume:
        """The image of one look, up to the rounding of its levels.

        Raises
        ------
        ArgumentError
            In a condensed set.
        """
        interest = self.about.interest.build()
        origin_m = self.origin_m[row].tolist()
        axes = [
            first + step * np.arange(n, dtype=np.float64)
            for first, step, n in zip(
                origin_m, interest.steps_m, interest.pooled_shape, strict=True
            )
        ]
        return Volume(Volume.levels_of(self.volumes[row]), axes[0], axes[1], axes[2], nan)

    def cells_of(self, row: int) -> Cells:
        """The cells of one look."""
        x_m, y_m, z_m = self.origin_m[row].tolist()
        steps_m = self.about.interest.build().steps_m
        kept = StoredCells(self.cells[row], self.surface[row], self.surface_depth[row])
        return Cells.stored(kept, (x_m, y_m, z_m), steps_m)

    @property
    def volumes(self) -> NDArray[np.uint8]:
        """Volumes of all looks, as `levels`.

        Raises
        ------
        ArgumentError
            In a condensed set.
        """
        if self.levels is None:
            raise ArgumentError(
                "frames",
                "hold no images: the set, or a part of it, is condensed",
                "a network needs a set that was made without `--condensed`; the baseline does not",
            )
        return self.levels

    @classmethod
    def joined(cls, parts: Sequence[Frames]) -> Frames:
        """All looks of several sets, at least one; without volumes where one has none.

        Raises
        ------
        ArgumentError
            Sets that were made with another region of interest or space, or that share a passage.
        """
        about = parts[0].about
        for part in parts[1:]:
            about = about.joined(part.about)
        first = np.cumsum([0, *(len(part.passages) for part in parts)])
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
        arrays["passage"] = np.concatenate(
            [
                part.passage.astype(np.int64) + own
                for part, own in zip(parts, first[:-1], strict=True)
            ]
        )
        levels = [part.levels for part in parts if part.levels is not None]
        return cls(
            about,
            tuple(truth for part in parts for truth in part.passages),
            **arrays,
            levels=np.concatenate(levels) if len(levels) == len(parts) else None,
        )


def class_of(outcomes: NDArray[np.integer]) -> NDArray[np.int64]:
    """Numbers of `CLASSES` of numbers of `OUTCOMES`: a harmless object is none.

    Examples
    --------
    >>> class_of(np.arange(5)).tolist()
    [0, 0, 1, 2, 3]
    """
    names = [NONE if name == HARMLESS else name for name in OUTCOMES]
    numbers = np.array([CLASSES.index(name) for name in names], dtype=np.int64)
    return np.asarray(numbers[outcomes])
