"""From one frame to what it says of each person in it; no clock, no threads, no messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import seconds
from clearway.errors import ArgumentError
from clearway.imaging.calibration import Calibration
from clearway.nodes.curtain.figures import Stage, StageTimes
from clearway.nodes.curtain.follower import Follower
from clearway.nodes.curtain.frames import RadarFrame
from clearway.nodes.curtain.panel import PanelEye
from clearway.nodes.curtain.people import Person
from clearway.nodes.curtain.settings import CurtainSettings
from clearway.recognition import FrameReading, Recogniser, Volume
from clearway.recognition.measured_place import measured_place
from clearway.site.radar import Radar

__all__ = ["CurtainPipeline", "Looked"]


@dataclass(frozen=True, eq=False, slots=True)
class Looked:
    """One look of one panel at one person."""

    person: Person
    """As expected before the look."""
    time_ns: int
    """UTC of the middle of the sweep."""
    last_sample_ns: int
    """UTC of its end."""
    place_m: tuple[float, float]
    """East and north of the middle of the body, as the image shows it; as expected, where the
    image shows none."""
    confirmed: bool
    """Whether somebody is there: a tracker says so, or the image shows it."""
    reading: FrameReading
    volume: Volume | None
    """What the panel saw; None once it is not needed any more."""


class CurtainPipeline:
    """Everything between a curtain's frames and readings of single looks.

    Parameters
    ----------
    radar : Radar
    recogniser : Recogniser
    calibrations : sequence of Calibration
        One per panel, with the background of the empty scene.
    live : sequence of bool array, optional
        Per panel the channels that work, in the order of the samples; default: all.
    settings : CurtainSettings, optional
    times : StageTimes, optional
        Where the time of each stage is added up.

    Raises
    ------
    ArgumentError
        Another number of calibrations than panels, or ones that do not fit.
    """

    def __init__(
        self,
        radar: Radar,
        recogniser: Recogniser,
        calibrations: Sequence[Calibration],
        *,
        live: Sequence[NDArray[np.bool_]] | None = None,
        settings: CurtainSettings | None = None,
        times: StageTimes | None = None,
    ) -> None:
        self.settings = settings or CurtainSettings()
        self.times = times or StageTimes()
        self.recogniser = recogniser
        n_panels = len(radar.panels)
        for name, given in (("calibrations", calibrations), ("live", live)):
            if given is not None and len(given) != n_panels:
                problem = f"has {len(given)} entries, the radar {n_panels} panels"
                raise ArgumentError(name, problem, "give one per panel")
        space = recogniser.about.built_space()
        self.panels = tuple(
            PanelEye(
                radar,
                number,
                calibrations[number],
                None if live is None else np.asarray(live[number]),
                space,
                self.settings,
            )
            for number in range(n_panels)
        )
        self._follower = Follower()
        self._turns = [0] * n_panels
        self._origin_ns: int | None = None

    def step(self, frame: RadarFrame, people: Sequence[Person] | None = None) -> tuple[Looked, ...]:
        """Examine everybody before one panel.

        Parameters
        ----------
        frame : RadarFrame
        people : sequence of Person, optional
            Where a tracker says that people are at ``frame.time_ns``; without one, the panel looks
            for them itself.

        Returns
        -------
        tuple of Looked
            One per person within the space that the panel examines.

        Raises
        ------
        ArgumentError
            A panel that the radar does not have, samples of another shape, or NaN or infinity.
        """
        panel = self._panel(frame)
        time_s = self._time_s(frame.time_ns)
        with self.times.of(Stage.CALIBRATE):
            echo = panel.echo(frame.samples)
        with self.times.of(Stage.LOCATE):
            around = tuple(people) if people is not None else self._found(frame, echo, time_s)
        looks = [
            self._look(panel, frame, echo, person, around, tracked=people is not None)
            for person in around
            if person.velocity_sigma_m_s <= self.settings.most_velocity_error_m_s
        ]
        looked = tuple(look for look in looks if look is not None)
        if people is None:
            for look in (look for look in looked if look.confirmed):
                self._follower.correct(look.person.id, time_s, look.place_m)
        with self.times.of(Stage.CALIBRATE):
            panel.background.observe(time_s, occupied=bool(around))
        return looked

    def in_space(self, place_m: tuple[float, float]) -> bool:
        """Whether any panel examines a place of the site."""
        somebody = Person(0, place_m, (0.0, 0.0), 0.0)
        return any(panel.view(somebody, (), 0.0) is not None for panel in self.panels)

    def _panel(self, frame: RadarFrame) -> PanelEye:
        if not 0 <= frame.panel < len(self.panels):
            problem = f"is {frame.panel}, the site file has {len(self.panels)} panels"
            raise ArgumentError("frame.panel", problem, "count the panels from 0")
        return self.panels[frame.panel]

    def _time_s(self, time_ns: int) -> float:
        """On a clock with few digits before the point, so that differences keep theirs."""
        if self._origin_ns is None:
            self._origin_ns = time_ns
        return seconds(time_ns - self._origin_ns)

    def _found(
        self, frame: RadarFrame, echo: NDArray[np.complex64], time_s: float
    ) -> tuple[Person, ...]:
        """People by the panel's own coarse pass, which is spared while they are followed."""
        known = self._follower.at(time_s)
        certain = known and all(
            person.velocity_sigma_m_s <= self.settings.most_velocity_error_m_s for person in known
        )
        turn = self._turns[frame.panel]
        self._turns[frame.panel] = (turn + 1) % self.settings.find_every
        if certain and turn:
            return known
        self._follower.sight(time_s, self.panels[frame.panel].find(echo))
        return self._follower.at(time_s)

    def _look(
        self,
        panel: PanelEye,
        frame: RadarFrame,
        echo: NDArray[np.complex64],
        person: Person,
        around: Sequence[Person],
        *,
        tracked: bool,
    ) -> Looked | None:
        others = [other for other in around if other.id != person.id]
        view = panel.view(person, others, self._time_s(frame.time_ns))
        if view is None:
            return None
        box = self.recogniser.region_of_interest.around(view)
        with self.times.of(Stage.PREPARE):
            panel.images.prepare(box)
        with self.times.of(Stage.IMAGE):
            volume = panel.images.volume(echo, view, box)
        with self.times.of(Stage.READ):
            reading = self.recogniser.read(volume, view)
        place_m = person.position_m
        shown = volume.contrast_db >= self.settings.seen_contrast_db
        if shown:
            place_m = panel.to_site(*measured_place(box, volume))
        end_ns = frame.time_ns + round(1e9 * panel.sweep_time_s / 2)
        return Looked(person, frame.time_ns, end_ns, place_m, tracked or shown, reading, volume)
