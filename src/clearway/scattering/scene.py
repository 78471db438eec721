"""A scene in one pose, and what changes when objects are added to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import Sweep, checked_frequencies
from clearway.scattering.antennas import Elements
from clearway.scattering.facets import Facets, refined
from clearway.scattering.motion import Block, rate_spread_m_s, transmitter_blocks
from clearway.scattering.part import Part
from clearway.scattering.radiation import Radiation
from clearway.scattering.second_bounce import second_bounce_samples
from clearway.scattering.settings import Settings
from clearway.scattering.visibility import Blockers, EveryAntenna, Raster, Visibility

__all__ = ["Scene", "simulate"]


class Scene:
    """Parts before an array: visibility and echoes are computed once and kept.

    Samples are wave ratios received over transmitted at the antennas' ports (S21): two antennas
    without gain see a facet of area A that mirrors with the coefficient r at the angle i as
    ``(j / 4 pi) A r cos(i) exp(-j k (Rt + Rr)) / (Rt Rr)``.  There is no noise, no direct way from
    transmitter to receiver, and no diffraction at edges.

    Parts that move while the transmitters fire (`clearway.scattering.motion`) change the ranges and
    the transmitters' angles; what hides what, and the receivers' angles, are those of time 0.

    Parameters
    ----------
    parts : sequence of Part
        Coarse faces are split, see `Settings.longest_edge_wavelengths`.
    elements : Elements
        All pairs are computed, also where its array measures some only.
    frequencies_hz : (n_freq,) array_like of float
        Evenly spaced, in any order.
    settings : Settings, optional

    Raises
    ------
    ArgumentError
        Uneven frequencies.
    MissingExtraError
        No Embree, or no CuPy when a GPU is asked for.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        elements: Elements,
        frequencies_hz: ArrayLike,
        settings: Settings | None = None,
    ) -> None:
        self.settings = Settings() if settings is None else settings
        self._speed_m_s = self.settings.propagation_speed_m_s
        self.elements = elements
        self.frequencies_hz = checked_frequencies(frequencies_hz)
        self._order = np.argsort(self.frequencies_hz)
        self._radiation = Radiation(elements, self.frequencies_hz[self._order], self.settings)
        self._given = list(parts)
        self._parts = self._refined(parts)
        self._facets = Facets.of(self._parts)
        self._blockers = Blockers(self._facets)
        self._antennas = EveryAntenna(elements.positions_m)
        self._raster = Raster(elements.positions_m, self.settings.visibility_points)
        self._visibility = self._first_visibility()
        self._single = self._echoes(self._parts, self._facets, self._visibility)
        self._samples = self._single + self._second(self._parts, self._facets, self._visibility)

    @property
    def sweep(self) -> Sweep:
        """Echoes of the scene as it is."""
        return self._sweep(self._samples)

    def adding(self, parts: Sequence[Part]) -> Sweep:
        """Echoes with more parts; see `changed`."""
        return self.changed(adding=parts)

    def changed(self, *, adding: Sequence[Part] = (), removing: Sequence[Part] = ()) -> Sweep:
        """Echoes with other parts: only those and what they hide are computed.

        The scene itself stays as it is.  What the new parts hide is traced for every point that
        the scene's visibility is known for; second bounces are computed anew.

        Parameters
        ----------
        adding : sequence of Part
        removing : sequence of Part
            Of those that the scene was made of, none of them opaque, such as a garment that hangs
            differently over a carried object.

        Raises
        ------
        ArgumentError
            A part to remove is not in the scene or is opaque.
        """
        removed = np.isin(self._facets.part_numbers, self._numbers(removing))
        new_parts = self._refined(adding)
        new = Facets.of(new_parts, len(self._parts))
        parts = [*self._parts, *new_parts]
        new_blockers = Blockers(new)
        new_visibility = self._traced(new, [new_blockers, self._blockers])
        hidden = self._visibility.hidden_by(new_blockers, self._facets, self.settings.threads)
        samples = self._single + self._echoes(parts, new, new_visibility)
        samples -= self._lost(parts, hidden, np.flatnonzero(hidden.seen_by_any & ~removed))
        if removing:
            own = np.flatnonzero(removed)
            samples -= self._echoes(parts, self._facets.take(own), self._visibility.take(own))
        if self.settings.bounces == 2:
            left = self._visibility.without(hidden).take(~removed).joined(new_visibility)
            samples += self._second(parts, self._facets.take(~removed).joined(new), left)
        return self._sweep(samples)

    def _lost(
        self, parts: Sequence[Part], hidden: Visibility, own: NDArray[np.intp]
    ) -> NDArray[Any]:
        """Echoes that facets no longer send: what no longer reaches them, or the receivers."""
        facets = self._facets.take(own)
        before, gone = self._visibility.take(own), hidden.take(own)
        lights = [(gone, before), (before.without(gone), gone)]
        return self._radiation.samples(parts, facets, lights, self._blocks(facets))

    def _numbers(self, removing: Sequence[Part]) -> list[int]:
        numbers = [n for n, part in enumerate(self._given) if any(part is one for one in removing)]
        if len(numbers) < len(removing):
            raise ArgumentError("removing", "names a part that is not in the scene", "name others")
        if any(part.opaque for part in removing):
            raise ArgumentError(
                "removing", "names an opaque part, which may hide others", "make a new scene"
            )
        return numbers

    def _first_visibility(self) -> Visibility:
        if self.settings.visibility != "guided":
            return self._traced(self._facets, [self._blockers])
        return Visibility.guided(
            self._antennas, self._raster, self._facets, [self._blockers], self.settings.threads
        )

    def _traced(self, facets: Facets, blockers: Sequence[Blockers]) -> Visibility:
        is_between = self.settings.visibility == "interpolated"
        points = self._raster if is_between else self._antennas
        return Visibility.traced(points, facets, blockers, self.settings.threads)

    def _echoes(
        self, parts: Sequence[Part], facets: Facets, visibility: Visibility
    ) -> NDArray[Any]:
        lights = [(visibility, visibility)]
        return self._radiation.samples(parts, facets, lights, self._blocks(facets))

    def _second(
        self, parts: Sequence[Part], facets: Facets, visibility: Visibility
    ) -> NDArray[Any] | float:
        if self.settings.bounces == 1:
            return 0.0
        blocks = self._blocks(facets)
        return second_bounce_samples(self._radiation, parts, facets, visibility, blocks)

    def _blocks(self, facets: Facets) -> list[Block]:
        array = self.elements.array
        wavenumber_per_m = 2 * np.pi * self.frequencies_hz.max() / self._speed_m_s
        return transmitter_blocks(
            array,
            rate_spread_m_s(array.rx_positions_m, facets),
            self.settings.max_phase_error_rad / wavenumber_per_m,
        )

    def _refined(self, parts: Sequence[Part]) -> list[Part]:
        shortest_m = self._speed_m_s / float(self.frequencies_hz.max())
        longest_edge_m = self.settings.longest_edge_wavelengths * shortest_m
        return [refined(part, longest_edge_m) for part in parts]

    def _sweep(self, ordered: NDArray[Any]) -> Sweep:
        array = self.elements.array
        samples = np.empty_like(ordered)
        samples[self._order] = ordered
        if array.pairs is not None:
            samples = samples[:, array.pairs[:, 0], array.pairs[:, 1]]
        return Sweep.of(samples, self.frequencies_hz, array, self._speed_m_s)


def simulate(
    parts: Sequence[Part],
    elements: Elements,
    frequencies_hz: ArrayLike,
    settings: Settings | None = None,
) -> Sweep:
    """Echoes of parts: the sweep of a `Scene`."""
    return Scene(parts, elements, frequencies_hz, settings).sweep
