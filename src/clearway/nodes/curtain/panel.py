"""One panel of the curtain: from its samples to images of the people before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging import Array, Region
from clearway.imaging.calibration import Calibration
from clearway.nodes.curtain.background import Background
from clearway.nodes.curtain.people import Person
from clearway.nodes.curtain.settings import CurtainSettings
from clearway.recognition import CoarsePass, View
from clearway.recognition.person_imager import PersonImager
from clearway.site.radar import Radar
from clearway.site.view_frame import ViewFrame

__all__ = ["PanelEye"]

_BESIDE_M = 0.1
"""Sightings farther than that beside the lane are of nobody, or of nobody who is examined: with few
frequencies, echoes come back a second time behind the lane."""


class PanelEye:
    """Calibrates, finds people and images them, for one panel.

    Parameters
    ----------
    radar : Radar
    number : int
        Of the panel.
    calibration : Calibration
        Of all its channels.
    live : bool array of the channels, optional
        Those that work; default: all.
    space : Region
        Where the middle of an examined body may be, in the panel's view frame.
    settings : CurtainSettings

    Raises
    ------
    ArgumentError
        A calibration or channels that do not fit the panel, or no channel that works.
    """

    def __init__(
        self,
        radar: Radar,
        number: int,
        calibration: Calibration,
        live: NDArray[np.bool_] | None,
        space: Region,
        settings: CurtainSettings,
    ) -> None:
        panel = radar.panels[number]
        self.name = f"panel {number}"
        self.frame: ViewFrame = panel.frame
        self.sweep_time_s = radar.budget.sweep_time_s(panel.array.n_tx, len(radar.frequencies_hz))
        self.shape = panel.array.sample_shape(len(radar.frequencies_hz))
        """Of a frame's samples."""
        self.background = Background(
            calibration,
            self.shape,
            time_constant_s=settings.background_time_constant_s,
            quiet_s=settings.quiet_s,
        )
        self._space = space
        self._settings = settings
        self._live = None if live is None or live.all() else live
        self._array, self.dead_share = _live_array(panel.array, self._live)
        lower, upper = space.lower_m, space.upper_m
        self._coarse = CoarsePass(
            self._array,
            radar.frequencies_hz,
            (lower[0] - 0.2, lower[1] - 0.3, 0.2),
            (upper[0] + 0.2, upper[1] + 0.1, 1.8),
            voxel_m=settings.find_voxel_m,
            n_elements=settings.find_elements,
            threads=settings.threads,
        )
        self.images = PersonImager(
            self._array,
            radar.frequencies_hz,
            backend=settings.backend,
            threads=settings.threads,
            prepared=settings.prepared_imagers,
        )

    def echo(self, samples: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Calibrated samples of the channels that work, (n_freq, n_tx, n_rx) or (n_freq, n_pairs).

        Raises
        ------
        ArgumentError
            Another shape, NaN or infinity.
        """
        echo = self.background.echo(samples)
        return echo if self._live is None else echo.reshape(len(echo), -1)[:, self._live.ravel()]

    def find(self, echo: NDArray[np.complex64]) -> list[tuple[float, float]]:
        """Where people seem to be, in the site frame; the clearest first."""
        nearest, farthest = self._space.lower_m[1] - _BESIDE_M, self._space.upper_m[1] + _BESIDE_M
        return [
            self.to_site(sighting.x_m, sighting.y_m)
            for sighting in self._coarse.find(echo, most=2)
            if nearest <= sighting.y_m <= farthest
        ]

    def view(self, person: Person, others: Sequence[Person], time_s: float) -> View | None:
        """How this panel sees a person; None for one outside of the space that it examines."""
        x_m, y_m = self._to_view(person.position_m)
        lower, upper = self._space.lower_m, self._space.upper_m
        if not (lower[0] <= x_m <= upper[0] and lower[1] <= y_m <= upper[1]):
            return None
        velocity = self.frame.directions_to_view([*person.velocity_m_s, 0.0])
        return View(
            person_m=(x_m, y_m),
            velocity_m_s=(float(velocity[0]), float(velocity[1])),
            time_s=time_s,
            panel=self.name,
            sweep_time_s=self.sweep_time_s,
            velocity_error_m_s=max(
                person.velocity_sigma_m_s, self._settings.least_velocity_error_m_s
            ),
            others_m=tuple(self._to_view(other.position_m) for other in others),
            dead_share=self.dead_share,
        )

    def to_site(self, x_m: float, y_m: float) -> tuple[float, float]:
        """East and north of a place in the view frame."""
        east_m, north_m, _ = self.frame.to_site([x_m, y_m, 0.0]).tolist()
        return east_m, north_m

    def _to_view(self, place_m: tuple[float, float]) -> tuple[float, float]:
        x_m, y_m, _ = self.frame.to_view([*place_m, 0.0]).tolist()
        return x_m, y_m


def _live_array(array: Array, live: NDArray[np.bool_] | None) -> tuple[Array, float]:
    """The array without dead channels, and the share of its elements that no channel uses."""
    if live is None:
        return array, 0.0
    if live.size != array.n_pairs or not live.any():
        raise ArgumentError(
            "live",
            f"marks {np.count_nonzero(live)} of {live.size} channels, the panel has "
            f"{array.n_pairs}",
            "mark the channels that work, in the order of the samples",
        )
    channels = array.channels[live.ravel()]
    used = len(np.unique(channels[:, 0])) + len(np.unique(channels[:, 1]))
    thinned = Array(
        array.tx_positions_m, array.rx_positions_m, pairs=channels, tx_times_s=array.tx_times_s
    )
    return thinned, 1.0 - used / (array.n_tx + array.n_rx)
