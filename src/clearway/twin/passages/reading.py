"""Looks as the recogniser reads them: for figures of a curtain, and for the people of a crowd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import nan
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.readings import FrameReading, PassageReading
from clearway.recognition.roi import Box, RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume
from clearway.scattering.settings import Settings
from clearway.site.radar import Radar
from clearway.twin.passages.echoes import Look
from clearway.twin.passages.looks import Instruments

__all__ = ["PlaceOf", "ReadLook", "Reader", "accuracy_words", "error_at", "read_looks"]

PlaceOf: TypeAlias = Callable[[Box, Volume], tuple[float, float]]
"""Position that a curtain tells of a person, in the panel's view frame, as its image shows it."""

_SPEED_ONLY = frozenset({"device", "echo_sum", "facets_per_chunk", "threads"})
"""Settings that change no figure beyond rounding."""


class Reader(Protocol):
    """What reads: a `clearway.recognition.Recogniser`, or one that stands in for it."""

    @property
    def region_of_interest(self) -> RegionOfInterest:
        """Which voxels to image around a person."""
        ...

    def read(self, volume: Volume, view: View) -> FrameReading:
        """Read one frame."""
        ...

    def passage(self, readings: Sequence[FrameReading]) -> PassageReading:
        """Combine all frames of a passage."""
        ...


@dataclass(frozen=True, eq=False)
class ReadLook:
    """One look of one panel, as read."""

    time_s: float
    """As of the walk."""
    reading: FrameReading
    error_m: NDArray[np.float64] | None
    """(2,) measured minus true position in the first panel's view frame; None where the image was
    not good enough."""


def read_looks(
    looks: Iterable[Look],
    n_loads: int,
    instruments: Instruments,
    reader: Reader,
    place_of: PlaceOf,
    rng: np.random.Generator,
) -> tuple[tuple[ReadLook, ...], ...]:
    """Measure, image and read the looks of one walk.

    Parameters
    ----------
    looks : iterable of Look
        Taken one at a time.
    n_loads : int
        How many loads each look has.
    instruments : Instruments
    reader : Reader
    place_of : callable
    rng : numpy.random.Generator
        Draws noise, and the errors of the tracked place.

    Returns
    -------
    tuple of tuple of ReadLook
        Those without a load, then those with each.
    """
    read: list[list[ReadLook]] = [[] for _ in range(n_loads + 1)]
    for look in looks:
        view = instruments.view(look, rng)
        box = reader.region_of_interest.around(view)
        for samples, so_far in zip(look.samples, read, strict=True):
            volume = instruments.volume(samples, view, rng)
            reading = reader.read(volume, view)
            error_m = None
            if reading.examined:
                error_m = _error_m(instruments.radar, look, place_of(box, volume))
            so_far.append(ReadLook(look.time_s, reading, error_m))
    return tuple(map(tuple, read))


def error_at(looks: Sequence[ReadLook], time_s: float) -> NDArray[np.float64]:
    """Error of the position at the looks nearest to a time.

    Parameters
    ----------
    looks : sequence of ReadLook
    time_s : float

    Returns
    -------
    (2,) float64
        Mean over the panels that showed the person well enough; NaN where none did.
    """
    nearest_s = min((look.time_s for look in looks), key=lambda one: abs(one - time_s), default=nan)
    errors_m = [
        look.error_m for look in looks if look.time_s == nearest_s and look.error_m is not None
    ]
    return np.mean(errors_m, axis=0) if errors_m else np.full(2, nan)


def accuracy_words(settings: Settings) -> str:
    """For a provenance: all settings of the echoes that decide them."""
    return ", ".join(
        f"{name} {value}" for name, value in asdict(settings).items() if name not in _SPEED_ONLY
    )


def _error_m(radar: Radar, look: Look, place_m: tuple[float, float]) -> NDArray[np.float64]:
    off = np.append(np.array(place_m) - look.where.position_m, 0.0)
    in_site = radar.panels[look.panel].frame.directions_to_site(off)
    return radar.panels[0].frame.directions_to_view(in_site)[:2]
