"""What an ideal radar receives of a passage: the clean body once, and each load on top of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.scattering import Part
from clearway.scattering.scene import Scene
from clearway.scattering.settings import Settings
from clearway.site.radar import Radar
from clearway.twin.passages.figure import Figure, Moment
from clearway.twin.passages.lane import Standpoint, standpoint
from clearway.twin.passages.people import Belongings, Companion, Load, Walk

__all__ = ["LoadSeen", "Look", "looks_at"]


@dataclass(frozen=True, eq=False)
class LoadSeen:
    """One load in one look."""

    samples: NDArray[np.complex64]
    """Echoes of the person with it, of `Array.sample_shape`."""
    middle_m: NDArray[np.float64]
    """(3,) its middle, in the view frame."""


@dataclass(frozen=True, eq=False)
class Look:
    """One frame of one panel."""

    panel: int
    time_s: float
    where: Standpoint
    beside: tuple[Standpoint, ...]
    """Of the companions."""
    clean: NDArray[np.complex64]
    """Echoes of the person without a load."""
    loads: tuple[LoadSeen, ...]
    """In the order asked for."""

    @property
    def samples(self) -> tuple[NDArray[np.complex64], ...]:
        """Echoes without a load, then with each."""
        return (self.clean, *(load.samples for load in self.loads))


def looks_at(
    walk: Walk,
    loads: Sequence[Load],
    radar: Radar,
    times_s: NDArray[np.float64],
    settings: Settings,
    companions: Sequence[Companion] = (),
    *,
    belongings: Belongings | None = None,
    faintest_cloth_db: float = -np.inf,
    detail: int = 1,
) -> Iterator[Look]:
    """Compute the echoes of a passage, without and with each of several loads.

    What the person looks like without a load is computed once per look; a load costs only its own
    echoes and those of what it hides.  Clothes are not raised by a load: cloth that would be inside
    of it is hidden by it, and passes over it as a layer all the same.

    Parameters
    ----------
    walk : Walk
    loads : sequence of Load
        One at a time.
    radar : Radar
    times_s : (n,) float64
        When the radar looks, see `frame_times_s`.
    settings : Settings
    companions : sequence of Companion
        Others in the scene.
    belongings : Belongings, optional
        What the person has along besides, with and without a load.
    faintest_cloth_db : float
        Echoes of cloth that returns less are left out, see `Moment`.
    detail : int
        Of the bodies' skin, see `Walker`.

    Yields
    ------
    Look
        For each time, each panel's.
    """
    along = belongings or Belongings()
    figure, *others = (
        Figure(one, room_for, detail=detail, faintest_cloth_db=faintest_cloth_db)
        for one, room_for in (
            (walk, (*along.room_for, *loads)),
            *((companion.walk, companion.belongings.room_for) for companion in companions),
        )
    )
    for time_s in times_s.tolist():
        moment = figure.at(time_s)
        person = _with(moment, along)
        carried = [moment.with_load(load) for load in loads]
        times = [time_s + companion.ahead_s for companion in companions]
        around = [
            _with(other.at(own_s), companion.belongings)
            for other, own_s, companion in zip(others, times, companions, strict=True)
        ]
        for number, panel in enumerate(radar.panels):
            where = standpoint(walk, radar, panel, time_s)
            beside = tuple(
                standpoint(companion.walk, radar, panel, own_s)
                for companion, own_s in zip(companions, times, strict=True)
            )
            parts = where.seen(person)
            for place, other in zip(beside, around, strict=True):
                parts += place.seen(other)
            scene = Scene(parts, panel.elements, radar.frequencies_hz, settings)
            clean = scene.sweep.samples
            seen = []
            for one in carried:
                samples = scene.adding(where.seen(one.parts)).samples
                seen.append(LoadSeen(samples, where.to_view(one.middle_m)))
            yield Look(number, time_s, where, beside, clean, tuple(seen))


def _with(moment: Moment, belongings: Belongings) -> list[Part]:
    things = [moment.with_load(load) for load in belongings.carried]
    return [*moment.parts, *(part for thing in things for part in thing.parts)]
