"""Examinations of a crowd by physics: each passage is simulated, imaged and read.

What `clearway.twin.passages.characterising` does with people who are drawn for it is done here with
those of a crowd: at their speed, distance and direction, with whoever is beside them, and with what
they carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

import clearway
from clearway.scattering.settings import Settings
from clearway.site.radar import radar_of
from clearway.site.schema import Curtain
from clearway.twin.crowd.people import Crowd
from clearway.twin.examining import NOT_EXAMINED, Examination, noise_m
from clearway.twin.figures.drawing import BEYOND_M
from clearway.twin.passages.crowd_walks import Cast, going_by
from clearway.twin.passages.echoes import looks_at
from clearway.twin.passages.lane import frame_times_s, lane_limits_m
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import Companion
from clearway.twin.passages.reading import (
    PlaceOf,
    Reader,
    ReadLook,
    accuracy_words,
    error_at,
    read_looks,
)
from clearway.twin.random_streams import random_stream

__all__ = ["CurtainPhysics", "SimulatedPassages"]


@dataclass(frozen=True)
class CurtainPhysics:
    """How the passages of a crowd are simulated, and what reads them."""

    reader: Reader
    place_of: PlaceOf
    model: str
    """As the command names it."""
    recogniser: str
    """Its name, kind and version, for people."""
    recogniser_sha256: str
    settings: Settings = field(default_factory=Settings.training)
    """Of the echoes."""
    most_looks: int | None = None
    """Of each panel at a passage, evenly chosen; default all that the radar takes."""
    folder: Path | None = None
    """Of the site file, where a panel's array file is looked for."""

    @property
    def source(self) -> str:
        """One sentence for a report: what stands in the place of "assumed"."""
        looks = "all looks" if self.most_looks is None else f"at most {self.most_looks} looks"
        return (
            f"each passage simulated in this run, people and objects never met in training, "
            f"things on the body only, {looks} of each panel ({accuracy_words(self.settings)}); "
            f"recogniser {self.recogniser} (SHA-256 {self.recogniser_sha256[:12]}), Clearway "
            f"{clearway.__version__}"
        )

    @property
    def record(self) -> dict[str, Any]:
        """For the run's file: what to give to the command, and what it stood for."""
        named = {"training": Settings.training(), "reference": Settings()}
        stated = {
            "model": self.model,
            "recogniser_sha256": self.recogniser_sha256,
            "accuracy": next((name for name, one in named.items() if one == self.settings), None),
            "most_looks": self.most_looks,
            "settings": accuracy_words(self.settings),
        }
        return {name: value for name, value in stated.items() if value is not None}


@dataclass(frozen=True, eq=False)
class _Passage:
    """One person's, as read."""

    looks: tuple[ReadLook, ...]
    crossing_s: float
    """When the line was crossed, in the walk's time."""


class SimulatedPassages:
    """Examines people by simulating what the curtain's radar sees of them.

    Every passage draws from a stream of its own: what comes of it does not depend on the others,
    nor on when it is asked for.  Whoever crosses more than 0.1 m outside of the radar's lane is
    not looked at.  Others within the curtain's coverage at the crossing are in the scene, with what
    they carry; all walk straight on along the panels.

    Parameters
    ----------
    sensor : Curtain
    crowd : Crowd
    cast : Cast
        The same for all curtains of a run.
    seed : int
        Of the run.
    physics : CurtainPhysics

    Raises
    ------
    ArgumentError
        A curtain without a radar table.
    InputError
        An array file that cannot be read.
    """

    def __init__(
        self, sensor: Curtain, crowd: Crowd, cast: Cast, seed: int, physics: CurtainPhysics
    ) -> None:
        self._sensor = sensor
        self._crowd = crowd
        self._cast = cast
        self._seed = seed
        self._physics = physics
        self._radar = radar_of(sensor, physics.folder)
        self._lane_m = lane_limits_m(self._radar)
        self._coverage = shapely.Polygon(sensor.coverage)
        # Its errors stay for the whole run, as those of the one instrument that stands there.
        self._instruments = Instruments(
            self._radar,
            random_stream(seed, f"instrument of {sensor.id}"),
            physics.reader.region_of_interest,
        )
        self._ready: dict[int, Examination] = {}

    def simulate(
        self,
        person: Sequence[int] | NDArray[np.int64],
        time_s: NDArray[np.float64],
        position_m: NDArray[np.float64],
    ) -> Iterator[int]:
        """Simulate passages ahead of time, so that progress can be told.

        Parameters
        ----------
        person : (n,) int64
        time_s : (n,) float64
            Of the crossings.
        position_m : (n, 2) float64
            Site frame.

        Yields
        ------
        int
            The person of each passage that is done.
        """
        for one, when_s, where_m in zip(person, time_s.tolist(), position_m, strict=True):
            self._ready[int(one)] = self._simulated(int(one), when_s, where_m)
            yield int(one)

    def examine(self, person: int, time_s: float, position_m: NDArray[np.float64]) -> Examination:
        """Give what the curtain's node would tell of one person, simulated now unless it was."""
        ready = self._ready.pop(person, None)
        return ready or self._simulated(person, time_s, position_m)

    def _simulated(
        self, person: int, time_s: float, position_m: NDArray[np.float64]
    ) -> Examination:
        rng = random_stream(self._seed, f"passage of {person} through {self._sensor.id}")
        noise = noise_m(self._sensor.error_model.sigma_m, rng)
        passage = self._passage(person, time_s, position_m, rng)
        if passage is None:
            return Examination(NOT_EXAMINED, noise)
        said = self._physics.reader.passage([look.reading for look in passage.looks])
        return Examination(said.evidence(), self._errors_m(passage, noise))

    def _passage(
        self, person: int, time_s: float, position_m: NDArray[np.float64], rng: np.random.Generator
    ) -> _Passage | None:
        """All looks at somebody; None for one outside of the lane."""
        present = self._crowd.at(time_s)
        (row,) = np.flatnonzero(present.person == person)
        frame = self._radar.panels[0].frame
        near_m, far_m = self._lane_m
        own, belongings = self._cast.person(person)
        walk, crossing_s = going_by(own, frame, position_m, present.velocity_m_s[row], rng)
        if not near_m - BEYOND_M <= walk.lateral_m <= far_m + BEYOND_M:
            return None
        companions = []
        for other in self._beside(present.person, present.position_m, person).tolist():
            who, things = self._cast.person(int(present.person[other]))
            beside, since_s = going_by(
                who, frame, present.position_m[other], present.velocity_m_s[other], rng
            )
            companions.append(Companion(beside, since_s - crossing_s, things))
        times_s = frame_times_s(walk, self._radar, rng, self._physics.most_looks)
        settings = self._physics.settings
        # What is carried is there in all looks: there is no load to compare without and with.
        looks = looks_at(
            walk, (), self._radar, times_s, settings, companions, belongings=belongings
        )
        reader, place_of = self._physics.reader, self._physics.place_of
        (read,) = read_looks(looks, 0, self._instruments, reader, place_of, rng)
        return _Passage(read, crossing_s)

    def _beside(
        self, person: NDArray[np.int64], position_m: NDArray[np.float64], own: int
    ) -> NDArray[np.intp]:
        """Rows of others who are in the coverage and before all panels."""
        floor = np.hstack([position_m, np.zeros((len(position_m), 1))])
        ahead_m = [panel.frame.to_view(floor)[:, 1] for panel in self._radar.panels]
        before = np.min(ahead_m, axis=0) >= self._radar.table.closest_person_m
        inside = shapely.intersects_xy(self._coverage, *position_m.T)
        return np.flatnonzero(inside & before & (person != own))

    def _errors_m(
        self, passage: _Passage, noise: Iterator[NDArray[np.float64]]
    ) -> Iterator[NDArray[np.float64]]:
        """Of each message's look, as of the nearest one of the radar; assumed where it saw none."""
        first = self._radar.panels[0].frame
        for number in count():
            later_s = number * self._sensor.error_model.look_interval_s
            error_m = error_at(passage.looks, passage.crossing_s + later_s)
            if np.isnan(error_m).any():
                yield next(noise)
            else:
                yield first.directions_to_site([*error_m.tolist(), 0.0])[:2]
