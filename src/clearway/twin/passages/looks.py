"""From ideal echoes to what the recogniser is given: instrument, calibration, image, volume."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.person_imager import PersonImager
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume
from clearway.scattering.radar import Instrument
from clearway.site.radar import Radar
from clearway.twin.passages.echoes import Look
from clearway.twin.passages.lane import Standpoint

__all__ = ["Instruments"]


class Instruments:
    """A radar's panels as built: each with its own errors, calibrated once.

    Parameters
    ----------
    radar : Radar
    rng : numpy.random.Generator
        Draws the errors that stay.
    interest : RegionOfInterest
        Of the recogniser.
    place_sigma_m, speed_sigma_m_s : float
        How well the tracker knows where the person is and how fast it goes, along each axis.
    threads : int, optional
        For the image former.
    """

    def __init__(
        self,
        radar: Radar,
        rng: np.random.Generator,
        interest: RegionOfInterest,
        *,
        place_sigma_m: float = 0.05,
        speed_sigma_m_s: float = 0.1,
        threads: int | None = None,
    ) -> None:
        self.radar = radar
        self._interest = interest
        self._place_sigma_m = place_sigma_m
        self._speed_sigma_m_s = speed_sigma_m_s
        self._panels = [
            Instrument(rng, radar.errors, panel.array, radar.frequencies_hz, radar.budget)
            for panel in radar.panels
        ]
        self._imagers = [
            PersonImager(instrument.live_array, radar.frequencies_hz, threads=threads)
            for instrument in self._panels
        ]
        self._calibrations = [instrument.calibration() for instrument in self._panels]

    def view(self, look: Look, rng: np.random.Generator) -> View:
        """What the tracker says of the person, and of others: near the truth."""
        x_m, y_m = self._told(look.where, rng)
        along, aside = look.where.velocity_m_s + self._speed_sigma_m_s * rng.standard_normal(2)
        others = tuple(self._told(other, rng) for other in look.beside)
        instrument = self._panels[look.panel]
        times_s = instrument.array.tx_times_s
        return View(
            (x_m, y_m),
            (float(along), float(aside)),
            time_s=look.time_s,
            panel=str(look.panel),
            sweep_time_s=0.0 if times_s is None else float(np.ptp(times_s)),
            velocity_error_m_s=self._speed_sigma_m_s,
            others_m=others,
            dead_share=float(np.append(instrument.dead_tx, instrument.dead_rx).mean()),
        )

    def _told(self, where: Standpoint, rng: np.random.Generator) -> tuple[float, float]:
        x_m, y_m = where.position_m + self._place_sigma_m * rng.standard_normal(2)
        return float(x_m), float(y_m)

    def volume(self, ideal: NDArray[np.complex64], view: View, rng: np.random.Generator) -> Volume:
        """Measure, calibrate and image one look.

        Parameters
        ----------
        ideal : complex array
            Echoes at the antenna ports of a perfect instrument.
        view : View
        rng : numpy.random.Generator
            Draws noise, jitter and interference of this frame.
        """
        instrument = self._panels[int(view.panel)]
        box = self._interest.around(view)
        measured = self._calibrations[int(view.panel)].apply(instrument.measure(ideal, rng))
        imager = self._imagers[int(view.panel)]
        return imager.volume(instrument.live_samples(measured), view, box)
