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

_NODES = 1025
"""Of a table, evenly spaced in the cosine: linear interpolation errs by less than 1e-4 except
within a few degrees of grazing incidence, where a facet is seen from its edge."""

_NEARLY_NORMAL = 1.0 - 1e-6
"""Highest cosine at which g is evaluated; beyond, it is constant to rounding."""

_Function = Callable[[NDArray[np.float64]], tuple[NDArray[Any], ...]]


class AngleTable:
    """Functions of the cosine of incidence, evaluated at once or looked up.

    Parameters
    ----------
    function : callable
        Gives a tuple of arrays of the shape of the cosines.
    is_exact : bool
        Call the function at every angle; otherwise interpolate between nodes.
    """

    def __init__(self, function: _Function, *, is_exact: bool) -> None:
        self._function = function
        self._columns = None if is_exact else function(np.linspace(0.0, 1.0, _NODES))

    def __call__(self, cosines: Any) -> tuple[Any, ...]:
        """Values at cosines in 0 to 1, of their precision."""
        if self._columns is None:
            return self._function(np.clip(cosines, 0.0, 1.0))
        xp = array_module(cosines)
        place = xp.clip(cosines, 0.0, 1.0) * (_NODES - 1)
        below = xp.minimum(place.astype(xp.int32), _NODES - 2)
        part = place - below
        return tuple(self._interpolated(xp, column, below, part) for column in self._columns)

    @staticmethod
    def _interpolated(xp: Any, column: NDArray[Any], below: Any, part: Any) -> Any:
        is_complex = np.iscomplexobj(column)
        values = column.astype(np.complex64 if is_complex else np.float32)
        if (values == values[0]).all():
            return xp.full(part.shape, values[0])
        return xp.asarray(values[:-1])[below] + part * xp.asarray(np.diff(values))[below]


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
    """Coefficients of parts at frequencies, each worked out once.

    Parameters
    ----------
    is_exact : bool
        See `AngleTable`.
    both_ways : bool
        Whether a reflection includes the covers on the way out, rather than on the way in only.
    """

    def __init__(self, *, is_exact: bool, both_ways: bool) -> None:
        self._is_exact = is_exact
        self._both_ways = both_ways
        self._known: dict[tuple[int, float], tuple[Part, _Coefficients]] = {}

    def of(self, part: Part, frequency_hz: float) -> _Coefficients:
        """Echoes, and the covers on the way out: None where there is nothing to pass."""
        key = (id(part), frequency_hz)
        if key not in self._known:
            # The part is kept so that no other can take its identity.
            self._known[key] = (part, self._worked_out(part, frequency_hz))
        return self._known[key][1]

    def _worked_out(self, part: Part, frequency_hz: float) -> _Coefficients:
        count = len(part.material.echoes(np.ones(1), frequency_hz))
        echoes = [self._reflection(part, frequency_hz, index) for index in range(count)]
        if self._both_ways or not part.covers:
            return echoes, None

        def covers(cosines: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
            cosines = np.minimum(cosines, _NEARLY_NORMAL, dtype=np.float64)
            return _regular(*_covered(part, cosines, frequency_hz), cosines)

        return echoes, AngleTable(covers, is_exact=self._is_exact)

    def _reflection(self, part: Part, frequency_hz: float, index: int) -> Reflection:
        passes = 2 if self._both_ways else 1

        def coefficients(cosines: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
            cosines = np.minimum(cosines, _NEARLY_NORMAL, dtype=np.float64)
            echo = part.material.echoes(cosines, frequency_hz)[index]
            perpendicular, parallel = _covered(part, cosines, frequency_hz)
            return _regular(
                echo.perpendicular * perpendicular**passes,
                echo.parallel * parallel**passes,
                cosines,
            )

        def half_path(cosines: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
            wide = np.asarray(cosines, dtype=np.float64)
            return (0.5 * part.material.echoes(wide, frequency_hz)[index].path_m,)

        (samples_m,) = half_path(np.linspace(0.0, 1.0, 11))
        return Reflection(
            AngleTable(coefficients, is_exact=self._is_exact),
            AngleTable(half_path, is_exact=self._is_exact) if samples_m.any() else None,
        )


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
