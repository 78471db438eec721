"""From facets and what the antennas see of them to samples."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.antennas import Elements
from clearway.scattering.coefficients import AngleTable, CoefficientStore, Reflection
from clearway.scattering.devices import module_of_device, to_host
from clearway.scattering.facets import Facets
from clearway.scattering.motion import Block, range_rates_m_s
from clearway.scattering.part import Part
from clearway.scattering.physical_optics import (
    reflected_field,
    rx_amplitudes,
    tx_amplitudes,
    unique_polarisations,
)
from clearway.scattering.settings import Settings
from clearway.scattering.sight import Sight, ranges_m
from clearway.scattering.summation import EchoTotal, Tables
from clearway.scattering.visibility import Visibility

__all__ = ["Incidence", "Radiation", "Receivers", "part_chunks"]


@dataclass(frozen=True, eq=False)
class Incidence:
    """Waves as they come to facets; arrays of (n_tx, n_facets), vectors in the facets' frames."""

    direction: tuple[Any, Any, Any]
    field: tuple[Any, Any, Any]
    """Unit vectors, or with the loss of earlier reflections."""
    strengths_m: Any
    """(n_lights, n_tx, n_facets) facet area times the antenna's amplitude per range."""
    range_m: Any
    """Path from the transmitter, float64."""


class Radiation:
    """Echoes of facets, given the elements, the frequencies and the settings.

    Parameters
    ----------
    elements : Elements
    frequencies_hz : (n_freq,) float64
        Ascending, evenly spaced.
    settings : Settings
    """

    def __init__(
        self, elements: Elements, frequencies_hz: NDArray[np.float64], settings: Settings
    ) -> None:
        self.elements = elements
        self.settings = settings
        self.xp = module_of_device(settings.device)
        is_double = settings.precision == "double"
        self.real: Any = np.float64 if is_double else np.float32
        self._complex: Any = np.complex128 if is_double else np.complex64
        self._frequencies_hz = frequencies_hz
        self.centre_hz = float(frequencies_hz.mean())
        self._bands = _bands(len(frequencies_hz), settings.sub_bands)
        self.coefficients = CoefficientStore(
            is_exact=is_double and self.xp is np, both_ways=settings.currents == "specular"
        )
        self._polarisations, self._polarisation_numbers = unique_polarisations(
            elements.rx_antenna.polarisation, elements.array.n_rx
        )

    def samples(
        self,
        parts: Sequence[Part],
        facets: Facets,
        lights: Sequence[tuple[Visibility, Visibility]],
        blocks: Sequence[Block] = (),
    ) -> NDArray[np.complexfloating[Any, Any]]:
        """(n_freq, n_tx, n_rx) echoes of what the antennas see of the facets.

        Parameters
        ----------
        parts : sequence of Part
        facets : Facets
        lights : sequence of (Visibility, Visibility)
            What the transmitters and what the receivers see; the echoes of several such pairs are
            added.
        blocks : sequence of Block
            Transmitters that share the receivers' ranges; needed where facets move.
        """
        n_tx = self.elements.array.n_tx

        def add(total: EchoTotal, number: int, own: NDArray[np.intp]) -> None:
            chunk = facets.take(own)
            tx_seen = np.stack([tx.of_antennas(own)[:n_tx] for tx, _ in lights])
            rx_seen = np.stack([rx.of_antennas(own)[n_tx:] for _, rx in lights])
            self.add_echoes(
                total,
                parts[number],
                self._incidence(chunk, tx_seen),
                Receivers(self, chunk, rx_seen),
                blocks,
            )

        wanted = np.logical_or.reduce([tx.seen_by_any & rx.seen_by_any for tx, rx in lights])
        chunks = part_chunks(facets, self.settings.facets_per_chunk, wanted)
        return self.summed(add, chunks)

    def summed(self, add: Any, chunks: Sequence[Any]) -> NDArray[np.complexfloating[Any, Any]]:
        """Let ``add(total, *chunk)`` add each chunk's echoes; threads share the chunks."""
        array = self.elements.array
        shape = (len(self._frequencies_hz), array.n_tx, array.n_rx)

        def of_run(run: Sequence[Any]) -> Any:
            zeros = self.xp.zeros(shape, dtype=self._complex)
            total = EchoTotal(zeros, self._frequencies_hz, self.settings)
            for chunk in run:
                add(total, *chunk)
            return total.finished()

        n = self.settings.threads
        runs = [chunks[len(chunks) * one // n : len(chunks) * (one + 1) // n] for one in range(n)]
        if n == 1:
            whole = of_run(runs[0])
        else:
            with ThreadPoolExecutor(n) as pool:
                whole = sum(pool.map(of_run, runs))
        host: NDArray[np.complexfloating[Any, Any]] = to_host(whole)
        return host

    def add_echoes(
        self,
        total: EchoTotal,
        part: Part,
        incidence: Incidence,
        receivers: Receivers,
        blocks: Sequence[Block] = (),
    ) -> None:
        """Add what facets of one part make of waves that come to them."""
        polarisations = [
            self.xp.asarray((self._polarisations @ axis.T).astype(self.real))
            for axis in receivers.facets.frames
        ]
        for band in self._bands:
            frequency_hz = float(self._frequencies_hz[band].mean())
            echoes, cover = self.coefficients.of(part, frequency_hz)
            rx_amplitude = receivers.amplitudes(cover)
            for echo in echoes:
                cosine = -incidence.direction[2]
                reflected = reflected_field(
                    incidence.direction, incidence.field, echo.table(cosine)
                )
                sources = tx_amplitudes(
                    self.xp,
                    incidence.direction,
                    reflected,
                    self.settings.currents,
                    polarisations,
                )
                tx_amplitude = self._in_lights(sources, incidence.strengths_m)
                tx_range_m = echo.longer(incidence.range_m, cosine)
                tables = Tables(tx_amplitude, rx_amplitude, tx_range_m, None)
                self._add(total, band, tables, echo, receivers, blocks)

    def _add(
        self,
        total: EchoTotal,
        band: range,
        tables: Tables,
        echo: Reflection,
        receivers: Receivers,
        blocks: Sequence[Block],
    ) -> None:
        sight = receivers.sight
        if not receivers.is_moving:
            rx_range_m = echo.longer(sight.range_m, sight.cosine)
            total.add(band, None, tables._replace(rx_range_m=rx_range_m))
            return
        mean_rate_m_s = range_rates_m_s(self.xp, sight, receivers.facets).mean(axis=0)
        for block in blocks:
            own = list(block.transmitters)
            late_s = self.xp.asarray(block.after_s)[:, None]
            total.add(
                band,
                block.transmitters,
                Tables(
                    tables.tx_amplitude[:, own],
                    tables.rx_amplitude,
                    tables.tx_range_m[own] + late_s * mean_rate_m_s,
                    echo.longer(receivers.ranges_m(block.time_s), sight.cosine),
                ),
            )

    def _incidence(self, facets: Facets, seen: NDArray[np.float32]) -> Incidence:
        """Waves straight from the transmitters, each at its own time."""
        array, xp = self.elements.array, self.xp
        sight = Sight(
            xp,
            array.tx_positions_m,
            self.elements.tx_antenna,
            facets,
            array.tx_times_s,
            self.real,
        )
        areas_m2 = xp.asarray(facets.areas_m2.astype(self.real))
        strengths_m = xp.asarray(seen) * sight.strength_per_m * areas_m2
        return Incidence(sight.direction, sight.field, strengths_m, sight.range_m)

    def heard(self, sight: Sight, strengths_per_m: Any, cover: AngleTable | None) -> Any:
        """(n_lights K, n_rx, n_facets) receivers' amplitudes."""
        amplitudes = rx_amplitudes(
            self.xp, sight, self.settings.currents, cover, self._polarisation_numbers
        )
        return self._in_lights(amplitudes, strengths_per_m)

    def _in_lights(self, amplitudes: Any, strengths: Any) -> Any:
        """Products of (K, ...) and (n_lights, ...), as (n_lights K, ...)."""
        products = (strengths[:, None] * amplitudes).astype(self._complex)
        return products.reshape(-1, *amplitudes.shape[1:])


class Receivers:
    """Facets as the receivers see them; used again for every band and echo.

    Parameters
    ----------
    radiation : Radiation
    facets : Facets
    seen : (n_lights, n_rx, n_facets)
        Part of each facet that each receiver sees.
    """

    def __init__(self, radiation: Radiation, facets: Facets, seen: NDArray[np.float32]) -> None:
        self.facets = facets
        self._radiation = radiation
        elements, xp = radiation.elements, radiation.xp
        self.sight = Sight(
            xp,
            elements.array.rx_positions_m,
            elements.rx_antenna,
            facets,
            real=radiation.real,
        )
        self._strengths_per_m = xp.asarray(seen) * self.sight.strength_per_m
        self.is_moving = elements.array.tx_times_s is not None and bool(
            np.any(facets.velocities_m_s)
        )

    def ranges_m(self, time_s: float) -> Any:
        """(n_rx, n_facets) at one time of the sweep."""
        places_m = self._radiation.elements.array.rx_positions_m
        return ranges_m(self._radiation.xp, places_m, self.facets, time_s)

    def amplitudes(self, cover: AngleTable | None) -> Any:
        """(n_lights K, n_rx, n_facets)."""
        return self._radiation.heard(self.sight, self._strengths_per_m, cover)


def part_chunks(
    facets: Facets, size: int, wanted: NDArray[np.bool_]
) -> list[tuple[int, NDArray[np.intp]]]:
    """Part number and facets, of one part each and at most so many."""
    return [
        (int(number), own[first : first + size])
        for number in np.unique(facets.part_numbers[wanted])
        for own in [np.flatnonzero(wanted & (facets.part_numbers == number))]
        for first in range(0, len(own), size)
    ]


def _bands(n_frequencies: int, n_bands: int) -> list[range]:
    edges = np.linspace(0, n_frequencies, min(n_bands, n_frequencies) + 1).round().astype(int)
    return [range(low, high) for low, high in pairwise(edges.tolist())]
