"""Echoes that meet two surfaces: a mirror reflection, then physical optics.

Shooting and bouncing rays (H. Ling, R.-C. Chou and S.-W. Lee, IEEE Trans. Antennas Propag. 37(2),
1989), cut off after the second surface: from each transmitter, the tube of rays that lights one
facet leaves it as from a flat mirror, that is from the transmitter's image, and is traced to the
next facet.  The field there has travelled the unfolded path, was multiplied by the reflection
coefficients of the first surface's front, and radiates to the receivers as any other
(`clearway.scattering.physical_optics`), from the area that the tube cuts out of the second surface.

So that both sides stay a product, a tube is continued as a plane wave to the centre of the facet
that it hits, and the receivers' side is that of the facet; where several tubes from one transmitter
meet a facet, they are summed in as many rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.coefficients import CoefficientStore
from clearway.scattering.facets import Facets
from clearway.scattering.motion import Block
from clearway.scattering.part import Part
from clearway.scattering.physical_optics import reflected_field
from clearway.scattering.radiation import Incidence, Radiation, Receivers, part_chunks
from clearway.scattering.sight import Sight
from clearway.scattering.summation import EchoTotal
from clearway.scattering.visibility import Blockers, Visibility

__all__ = ["second_bounce_samples"]

_LEAST_COSINE = 0.05
"""Of incidence on the second surface: beyond 87 degrees a tube cuts out far more than a facet."""


@dataclass(frozen=True, eq=False)
class Tubes:
    """Tubes of rays as they arrive at their second facet; n of them."""

    transmitters: NDArray[np.intp]
    facets: NDArray[np.intp]
    directions: NDArray[np.float64]
    """(n, 3)."""
    fields: NDArray[np.complex128]
    """(n, 3) reflected field for a unit field at the first facet."""
    strengths_m: NDArray[np.float64]
    """Area times the antenna's amplitude per unfolded range."""
    ranges_m: NDArray[np.float64]
    """Unfolded, to the centre of the second facet."""

    def take(self, which: Any) -> Tubes:
        """Give some of them."""
        return Tubes(*(getattr(self, own.name)[which] for own in fields(self)))


def second_bounce_samples(
    radiation: Radiation,
    parts: Sequence[Part],
    facets: Facets,
    visibility: Visibility,
    blocks: Sequence[Block] = (),
) -> NDArray[np.complexfloating[Any, Any]]:
    """(n_freq, n_tx, n_rx) echoes by way of two surfaces.

    Checked against the closed form of a right-angled corner from 25 to 65 degrees off its faces.

    Parameters
    ----------
    radiation : Radiation
    parts : sequence of Part
    facets : Facets
        Of all the parts.
    visibility : Visibility
        Of all the facets.
    blocks : sequence of Block
        See `Radiation.samples`.
    """
    n_tx = radiation.elements.array.n_tx
    seen = visibility.of_antennas(slice(None))
    tubes = _all_tubes(radiation, parts, facets, seen[:n_tx])
    tubes = tubes.take(np.any(seen[n_tx:][:, tubes.facets], axis=0))
    jobs = []
    for round_tubes in _rounds(tubes):
        wanted = np.zeros(len(facets), dtype=bool)
        wanted[round_tubes.facets] = True
        chunks = part_chunks(facets, radiation.settings.facets_per_chunk, wanted)
        jobs += [(round_tubes, number, own) for number, own in chunks]

    def add(total: EchoTotal, some: Tubes, number: int, own: NDArray[np.intp]) -> None:
        chunk = facets.take(own)
        radiation.add_echoes(
            total,
            parts[number],
            _incidence(radiation, some, chunk, own),
            Receivers(radiation, chunk, seen[None, n_tx:, own]),
            blocks,
        )

    return radiation.summed(add, jobs)


def _all_tubes(
    radiation: Radiation, parts: Sequence[Part], facets: Facets, tx_seen: NDArray[np.float32]
) -> Tubes:
    blockers = Blockers(facets)
    mirrors = CoefficientStore(is_exact=False, both_ways=True)

    def of_transmitter(number: int) -> Tubes:
        return _tubes(radiation, parts, facets, tx_seen[number], number, blockers, mirrors)

    with ThreadPoolExecutor(radiation.settings.threads) as pool:
        several = list(pool.map(of_transmitter, range(len(tx_seen))))
    return Tubes(
        *(np.concatenate([getattr(one, own.name) for one in several]) for own in fields(Tubes))
    )


def _tubes(
    radiation: Radiation,
    parts: Sequence[Part],
    facets: Facets,
    seen: NDArray[np.float32],
    transmitter: int,
    blockers: Blockers,
    mirrors: CoefficientStore,
) -> Tubes:
    """Tubes of one transmitter."""
    first = np.flatnonzero(seen)
    own = facets.take(first)
    antenna = radiation.elements.tx_antenna.of_element(transmitter)
    place_m = radiation.elements.array.tx_positions_m[transmitter : transmitter + 1]
    sight = Sight(np, place_m, antenna, own, real=np.float64)
    came = _in_space(own, tuple(axis[0] for axis in sight.direction))
    cosine = sight.cosine[0]
    leaving = came + 2 * cosine[:, None] * own.normals
    hit, _ = blockers.next_hit(own.lifted_m, leaving)
    second_cosine = -(leaving * facets.normals[hit]).sum(axis=1)
    usable = np.flatnonzero((hit >= 0) & (second_cosine > _LEAST_COSINE))
    field = _mirrored(radiation, parts, own, sight, mirrors)
    own, hit, leaving, second_cosine = (
        own.take(usable),
        hit[usable],
        leaving[usable],
        second_cosine[usable],
    )
    way = facets.centroids_m[hit] - own.centroids_m
    to_plane_m = -(way * facets.normals[hit]).sum(axis=1) / second_cosine
    range_m = sight.range_m[0, usable]
    growth = (range_m + to_plane_m) / range_m
    strength = seen[first[usable]] * sight.strength_per_m[0, usable] * own.areas_m2
    return Tubes(
        np.full(len(usable), transmitter),
        hit,
        leaving,
        field[usable],
        strength * cosine[usable] / second_cosine * growth,
        range_m
        + (way * leaving).sum(axis=1)
        + _moved_m(radiation, transmitter, came[usable], leaving, own, facets.velocities_m_s[hit]),
    )


def _mirrored(
    radiation: Radiation,
    parts: Sequence[Part],
    facets: Facets,
    sight: Sight,
    mirrors: CoefficientStore,
) -> NDArray[np.complex128]:
    """(n, 3) field after the first reflection, at the middle of the band."""
    field = np.zeros((len(facets), 3), dtype=np.complex128)
    for number in np.unique(facets.part_numbers):
        own = np.flatnonzero(facets.part_numbers == number)
        echoes, _ = mirrors.of(parts[number], radiation.centre_hz)
        direction, came = (
            tuple(axis[0, own] for axis in vector) for vector in (sight.direction, sight.field)
        )
        reflected = reflected_field(direction, came, echoes[0].table(-direction[2]))
        field[own] = _in_space(facets.take(own), reflected)
    return field


def _moved_m(
    radiation: Radiation,
    transmitter: int,
    came: NDArray[np.float64],
    leaving: NDArray[np.float64],
    first: Facets,
    second_velocities_m_s: NDArray[np.float64],
) -> NDArray[np.float64] | float:
    """How much longer the unfolded path is by the time of the transmitter, to first order."""
    times_s = radiation.elements.array.tx_times_s
    if times_s is None:
        return 0.0
    rate = (first.velocities_m_s * (came - leaving) + second_velocities_m_s * leaving).sum(axis=1)
    moved: NDArray[np.float64] = times_s[transmitter] * rate
    return moved


def _in_space(facets: Facets, components: tuple[Any, ...]) -> NDArray[Any]:
    """(n, 3) vectors from their components in the facets' frames."""
    total: NDArray[Any] = sum(
        own[:, None] * axis for own, axis in zip(components, facets.frames, strict=True)
    )
    return total


def _rounds(tubes: Tubes) -> list[Tubes]:
    """Split so that no transmitter meets a facet twice in a round."""
    order = np.lexsort((tubes.transmitters, tubes.facets))
    tubes = tubes.take(order)
    same = np.zeros(len(order), dtype=bool)
    same[1:] = (np.diff(tubes.facets) == 0) & (np.diff(tubes.transmitters) == 0)
    place = np.arange(len(order))
    start = np.maximum.accumulate(np.where(same, 0, place))
    number = place - start
    return [tubes.take(number == one) for one in range(int(number.max(initial=-1)) + 1)]


def _incidence(
    radiation: Radiation, tubes: Tubes, chunk: Facets, numbers: NDArray[np.intp]
) -> Incidence:
    """Tubes of one round on some facets, as tables of (n_tx, n_facets)."""
    xp, real = radiation.xp, radiation.real
    low, high = np.searchsorted(tubes.facets, [numbers[0], numbers[-1] + 1])
    own = tubes.take(slice(low, high))
    column = np.searchsorted(numbers, own.facets)
    mine = numbers[np.minimum(column, len(numbers) - 1)] == own.facets
    own, column = own.take(mine), column[mine]
    shape = (radiation.elements.array.n_tx, len(numbers))

    def table(values: NDArray[Any], dtype: Any) -> Any:
        filled = np.zeros(shape, dtype=dtype)
        filled[own.transmitters, column] = values
        return xp.asarray(filled)

    def vector(values: NDArray[Any], dtype: Any) -> tuple[Any, Any, Any]:
        u, v, n = (table((values * axis[column]).sum(axis=1), dtype) for axis in chunk.frames)
        return u, v, n

    return Incidence(
        vector(own.directions, real),
        vector(own.fields, np.result_type(real, np.complex64)),
        table(own.strengths_m, real)[None],
        table(own.ranges_m, np.float64),
    )
