"""Reflection and transmission coefficients as functions of the angle, ready for many facets.

The field E of a wave in direction s that meets a surface of normal n has a component along
``m = n x s`` (across the plane of incidence, TE) and one in the plane (TM).  With the
coefficients rs of TE and rp of TM the reflected field is

    E' = rp flip(E) + g (E . m) m,   g = (rs - rp) / sin^2(angle of incidence)

where flip turns the component along n around.  This form needs no unit vector across the plane
of incidence and is regular where that plane vanishes, at normal incidence: rs = rp there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.devices import array_module
from clearway.scattering.part import Part

__all__ = ["AngleTable", "CoefficientStore", "Reflection"]

_NODES = np.linspace(0.0, 1.0, 1025)
"""Cosines that a table is worked out at: linear interpolation errs by less than 1e-4 except
within a few degrees of grazing incidence, where a facet is seen from its edge."""

_NEARLY_NORMAL = 1.0 - 1e-6
"""Highest cosine at which g is evaluated; beyond, it is constant to rounding."""

_Function = Callable[[NDArray[np.float64]], tuple[NDArray[Any], ...]]
_OfEchoes = list[tuple[NDArray[Any], ...]]
"""Values of such a function for each echo of a part."""


class AngleTable:
    """Functions of the cosine of incidence, evaluated at once or looked up.

    Parameters
    ----------
    function : callable
        Gives a tuple of arrays of the shape of the cosines.
    at_nodes : tuple of arrays, optional
        Its values at the nodes, to interpolate between; without, it is called at every angle.
    """

    def __init__(
        self, function: _Function, at_nodes: tuple[NDArray[Any], ...] | None = None
    ) -> None:
        self._function = function
        self._columns = [_Column.of(values) for values in at_nodes or ()]

    def __call__(self, cosines: Any) -> tuple[Any, ...]:
        """Values at cosines in 0 to 1, of their precision."""
        if not self._columns:
            return self._function(np.clip(cosines, 0.0, 1.0))
        xp = array_module(cosines)
        place = xp.clip(cosines, 0.0, 1.0) * (len(_NODES) - 1)
        below = xp.minimum(place.astype(xp.int32), len(_NODES) - 2)
        part = place - below
        return tuple(column.between(xp, below, part) for column in self._columns)


class _Column(NamedTuple):
    """One function at the nodes, in single precision."""

    values: NDArray[Any]
    steps: NDArray[Any]
    """To the next node."""
    is_constant: bool

    @classmethod
    def of(cls, given: NDArray[Any]) -> _Column:
        values = given.astype(np.complex64 if np.iscomplexobj(given) else np.float32)
        return cls(values, np.diff(values), bool((values == values[0]).all()))

    def between(self, xp: Any, below: Any, part: Any) -> Any:
        """Values that lie by a part of a step beyond a node."""
        if self.is_constant:
            return xp.full(part.shape, self.values[0])
        start, step = (xp.take(xp.asarray(own), below) for own in (self.values, self.steps))
        return start + part * step


class Reflection(NamedTuple):
    """One echo of a part."""

    table: AngleTable
    """Gives (rp, g) of the module's formula."""
    half_path: AngleTable | None
    """Gives half of the optical path inside, metres; None for the front."""

    def longer(self, range_m: Any, cosine: Any) -> Any:
        """Ranges of one side with its half of the path inside."""
        return range_m if self.half_path is None else range_m + self.half_path(cosine)[0]


class CoefficientStore:
    """Coefficients of parts at frequencies, worked out once for those of one surface.

    Parameters
    ----------
    is_exact : bool
        Whether tables are worked out at every angle, see `AngleTable`.
    both_ways : bool
        Whether a reflection includes the covers on the way out, rather than on the way in only.
    """

    def __init__(self, *, is_exact: bool, both_ways: bool) -> None:
        self._is_exact = is_exact
        self._both_ways = both_ways
        self._known: dict[tuple[tuple[int, ...], float], tuple[Part, _Coefficients]] = {}

    def of(self, part: Part, frequency_hz: float) -> _Coefficients:
        """Echoes, and the covers on the way out: None where there is nothing to pass."""
        key = (part.surface, frequency_hz)
        if key not in self._known:
            # The part is kept so that nothing else can take its material's or covers' identity.
            self._known[key] = (part, self._worked_out(part, frequency_hz))
        return self._known[key][1]

    def _worked_out(self, part: Part, frequency_hz: float) -> _Coefficients:
        passes = 2 if self._both_ways else 1

        def coefficients(cosines: NDArray[np.float64]) -> _OfEchoes:
            cosines = np.minimum(cosines, _NEARLY_NORMAL, dtype=np.float64)
            perpendicular, parallel = _covered(part, cosines, frequency_hz)
            perpendicular, parallel = perpendicular**passes, parallel**passes
            return [
                _regular(echo.perpendicular * perpendicular, echo.parallel * parallel, cosines)
                for echo in part.material.echoes(cosines, frequency_hz)
            ]

        def half_paths(cosines: NDArray[np.float64]) -> _OfEchoes:
            wide = np.asarray(cosines, dtype=np.float64)
            return [(0.5 * echo.path_m,) for echo in part.material.echoes(wide, frequency_hz)]

        def covers(cosines: NDArray[np.float64]) -> _OfEchoes:
            cosines = np.minimum(cosines, _NEARLY_NORMAL, dtype=np.float64)
            return [_regular(*_covered(part, cosines, frequency_hz), cosines)]

        has_path = [path_m.any() for (path_m,) in half_paths(np.linspace(0.0, 1.0, 11))]
        paths = self._tables(half_paths) if any(has_path) else [None] * len(has_path)
        echoes = [
            Reflection(table, path if is_inside else None)
            for table, path, is_inside in zip(
                self._tables(coefficients), paths, has_path, strict=True
            )
        ]
        is_bare = self._both_ways or not part.covers
        return echoes, None if is_bare else self._tables(covers)[0]

    def _tables(self, functions: Callable[[NDArray[np.float64]], _OfEchoes]) -> list[AngleTable]:
        """One for each echo, all of whose values at the nodes are worked out together."""

        def function(number: int) -> _Function:
            return lambda cosines: functions(cosines)[number]

        return [
            AngleTable(function(number), None if self._is_exact else values)
            for number, values in enumerate(functions(_NODES))
        ]


_Coefficients = tuple[list[Reflection], AngleTable | None]


def _covered(
    part: Part, cosines: NDArray[np.float64], frequency_hz: float
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """One-way coefficients (perpendicular, parallel) of all covers together."""
    perpendicular = np.ones(np.shape(cosines), dtype=np.complex128)
    parallel = perpendicular.copy()
    for cover in part.covers:
        one_perpendicular, one_parallel = cover.transmission(cosines, frequency_hz)
        perpendicular *= one_perpendicular
        parallel *= one_parallel
    return perpendicular, parallel


def _regular(
    perpendicular: NDArray[np.complex128],
    parallel: NDArray[np.complex128],
    cosines: NDArray[np.float64],
) -> tuple[NDArray[Any], ...]:
    return parallel, (perpendicular - parallel) / (1.0 - cosines**2)
