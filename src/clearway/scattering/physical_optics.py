"""Physical optics: what each facet radiates towards the receivers.

A facet reflects as the infinite plane through it would: E' is the reflected field of
`clearway.scattering.coefficients`, H' that of a wave in the reflected direction.  Towards a
receiver in direction q that hears the polarisation e it radiates, per area and up to
``-j / (8 pi)`` and the phase (C. A. Balanis, Advanced Engineering Electromagnetics, 2nd ed.,
sections 7.4 and 7.7):

electric
    ``J . e`` with ``J = 2 n x H'`` (times the wave impedance): the field of an electric current in
    front of an ideal magnetic wall; for a perfect conductor, the physical optics of the textbooks.
    J depends on the transmitter only and lies in the facet: two products.
both
    ``J . e + M . (q x e)`` with ``J = n x H'`` and ``M = -n x E'``: the mean of the form above and
    of its dual.  For a conductor, transmitter and receiver may be exchanged.  Four products.
specular
    ``-2 cos(incidence) E' . e``, to which the others come down in the specular direction, where
    nearly all of an echo comes from.  As E' is across the specular direction, the receiver's
    polarisation vector p may stand in for its projection ``(p - (p.q) q) / |p - (p.q) q|``: one
    product per polarisation vector among the receivers.

All three agree in the specular direction and differ beside it as much as physical optics itself
errs there.  Dividing by both ranges and multiplying by the root of both gains gives wave ratios.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.coefficients import AngleTable
from clearway.scattering.settings import Currents
from clearway.scattering.sight import Sight

__all__ = ["reflected_field", "rx_amplitudes", "tx_amplitudes", "unique_polarisations"]

_Vector = tuple[Any, Any, Any]


def reflected_field(direction: _Vector, field: _Vector, coefficients: tuple[Any, Any]) -> _Vector:
    """Reflected electric field, in the facet's frame (u, v, n)."""
    parallel, across = coefficients
    u, v = _through(direction, field, parallel, across)
    return u, v, -parallel * field[2]


def tx_amplitudes(
    xp: Any,
    direction: _Vector,
    reflected: _Vector,
    currents: Currents,
    polarisations: Any,
) -> Any:
    """(K, ...) source of each product, for unit incident field and area.

    Parameters
    ----------
    direction : 3 arrays
        Of the incident wave, in the facet's frame.
    reflected : 3 arrays
        Of `reflected_field`.
    polarisations : 3 arrays (n_polarisations, n_facets)
        Different polarisation vectors of the receivers; used by the specular form.
    """
    s_u, s_v, s_n = direction
    e_u, e_v, e_n = reflected
    if currents == "specular":
        along = (
            e_u * own_u + e_v * own_v + e_n * own_n
            for own_u, own_v, own_n in zip(*polarisations, strict=True)
        )
        return -1j / (8 * np.pi) * xp.stack([2 * s_n * own for own in along])
    electric = [s_u * e_n + s_n * e_u, s_v * e_n + s_n * e_v]
    if currents == "electric":
        return -1j / (4 * np.pi) * xp.stack(electric)
    return -1j / (8 * np.pi) * xp.stack([*electric, e_v, -e_u])


def rx_amplitudes(
    xp: Any,
    sight: Sight,
    currents: Currents,
    cover: AngleTable | None,
    polarisation_numbers: NDArray[np.intp],
) -> Any:
    """(K, n_rx, n_facets) what a receiver hears of each product, without its strength.

    The specular form leaves covers to the transmitter's side: there both angles agree.
    """
    if currents == "specular":
        numbers = xp.asarray(polarisation_numbers)
        kinds = range(int(polarisation_numbers.max()) + 1)
        heard = sight.inverse_across
        return xp.stack([xp.where((numbers == kind)[:, None], heard, 0.0) for kind in kinds])
    s_u, s_v, s_n = sight.direction
    e_u, e_v, e_n = sight.field
    if cover is not None:
        parallel, across = cover(sight.cosine)
        e_u, e_v = _through(sight.direction, sight.field, parallel, across)
        e_n = parallel * e_n
    if currents == "electric":
        return xp.stack([e_u, e_v])
    return xp.stack([e_u, e_v, s_n * e_v - s_v * e_n, s_u * e_n - s_n * e_u])


def unique_polarisations(
    polarisation: NDArray[np.float64], n_elements: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Different polarisation vectors, and the number of that of each element."""
    vectors, numbers = np.unique(polarisation, axis=0, return_inverse=True)
    return vectors, np.broadcast_to(numbers.reshape(-1), n_elements)


def _through(direction: _Vector, field: _Vector, parallel: Any, across: Any) -> tuple[Any, Any]:
    """Components u and v of ``parallel E + across (E . m) m`` with ``m = n x s``."""
    s_u, s_v, _ = direction
    e_u, e_v, _ = field
    along_m = across * (e_v * s_u - e_u * s_v)
    return parallel * e_u - along_m * s_v, parallel * e_v + along_m * s_u
