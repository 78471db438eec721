"""From the sweeps of one panel to what a recogniser is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.imaging import Sweep
from clearway.imaging.calibration import Calibration, check_same_setup
from clearway.imaging.files import frame_count, read_sweep
from clearway.imaging.files.arrays import as_input_error
from clearway.recognition.coarse import CoarsePass
from clearway.recognition.evaluation.truth import radar_words
from clearway.recognition.person_imager import PersonImager
from clearway.recognition.recorded.campaign import Campaign
from clearway.recognition.recorded.schema import FrameRow, PanelTable, PassageRow
from clearway.recognition.recorded.view_frame import PanelFrame
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["Look", "PanelReader"]


@dataclass(frozen=True, eq=False)
class Look:
    """One sweep of one panel with a person before it."""

    samples: NDArray[np.complex64]
    """Calibrated, without the empty scene."""
    view: View


class PanelReader:
    """Reads what one panel recorded.

    The array, the frequencies and the times of the transmitters are those of the first passage's
    first sweep; every other sweep, background and gain of the panel must have the same.

    Parameters
    ----------
    campaign : Campaign
    panel : PanelTable
    threads : int, optional
        For the image former.

    Raises
    ------
    InputError
        Files that cannot be read or do not fit one another.
    """

    def __init__(
        self, campaign: Campaign, panel: PanelTable, *, threads: int | None = None
    ) -> None:
        self.panel = panel
        self._campaign = campaign
        self._mapping = campaign.mapping()
        self._threads = threads
        self._frame = PanelFrame.of(panel)
        self._first = self._first_sweep()
        self._calibration = self._corrections()
        self.array = self._frame.array(self._first.array)
        self.frequencies_hz = self._first.frequencies_hz
        self._images = PersonImager(
            self.array,
            self.frequencies_hz,
            threads=threads,
            propagation_speed_m_s=self._first.propagation_speed_m_s,
        )
        self._coarse: CoarsePass | None = None

    @property
    def radar_words(self) -> str:
        """The array and the band in words, for tables."""
        return radar_words(self.array, self.frequencies_hz)

    def looks(self, passage: PassageRow) -> Iterator[Look]:
        """Sweeps of a passage in which the person is.

        Yields
        ------
        Look
            In the order of time.  Where nobody tracked the person, the coarse pass says where
            the person is; sweeps in which it finds nobody are left out.

        Raises
        ------
        InputError
            A sweep that cannot be read, or of another array.
        """
        path = self._campaign.sweep_file(passage, self.panel)
        for row in self._rows(passage):
            sweep = self._sweep(passage, row.frame)
            with as_input_error(path):
                samples = self._calibration.apply(sweep.samples)
            view = self._view(passage, row, samples)
            if view is not None:
                yield Look(samples, view)

    def volume(self, look: Look, interest: RegionOfInterest) -> Volume:
        """Image a look.

        Parameters
        ----------
        look : Look
        interest : RegionOfInterest
            Of the recogniser.
        """
        return self._images.volume(look.samples, look.view, interest.around(look.view))

    def _rows(self, passage: PassageRow) -> tuple[FrameRow, ...]:
        """The sweeps to read, by ``frames.csv`` or else all of them, one after the other."""
        told = self._campaign.frames.get((passage.passage, self.panel.name))
        if told is not None:
            return told
        count = frame_count(self._campaign.sweep_file(passage, self.panel), mapping=self._mapping)
        rate_hz = self._campaign.about.frame_rate_hz
        return tuple(
            FrameRow(
                passage=passage.passage,
                panel=self.panel.name,
                frame=number,
                time_s=number / rate_hz,
            )
            for number in range(count)
        )

    def _view(
        self, passage: PassageRow, row: FrameRow, samples: NDArray[np.complex64]
    ) -> View | None:
        """What is known of a look; None where nobody is found."""
        place_m = self._place_m(row, samples)
        if place_m is None:
            return None
        times_s = self.array.tx_times_s
        sweep_s = self.panel.sweep_time_s if times_s is None else float(np.ptp(times_s))
        return View(
            place_m,
            self._velocity_m_s(passage, row),
            time_s=row.time_s,
            panel=self.panel.name,
            sweep_time_s=sweep_s or 0.0,
            # Only with these times can the image former take the motion out.
            velocity_error_m_s=None if times_s is None else self._campaign.about.speed_error_m_s,
            dead_share=self.panel.dead_share,
            height_m=passage.height_m,
        )

    def _place_m(self, row: FrameRow, samples: NDArray[np.complex64]) -> tuple[float, float] | None:
        if row.x_m is not None and row.y_m is not None:
            x_m, y_m, _ = self._frame.points([row.x_m, row.y_m, 0.0]).tolist()
            return x_m, y_m
        if self._coarse is None:
            self._coarse = CoarsePass(self.array, self.frequencies_hz, threads=self._threads)
        found = self._coarse.find(samples, most=1)
        return (found[0].x_m, found[0].y_m) if found else None

    def _velocity_m_s(self, passage: PassageRow, row: FrameRow) -> tuple[float, float]:
        if row.velocity_x_m_s is not None and row.velocity_y_m_s is not None:
            given = np.array([row.velocity_x_m_s, row.velocity_y_m_s, 0.0])
        else:
            angle = np.radians(passage.direction_deg)
            given = passage.speed_m_s * np.array([np.cos(angle), np.sin(angle), 0.0])
        along, aside, _ = self._frame.directions(given).tolist()
        return along, aside

    def _first_sweep(self) -> Sweep:
        for passage in self._campaign.passages:
            if self.panel in self._campaign.panels_of(passage):
                told = self._campaign.frames.get((passage.passage, self.panel.name))
                path = self._campaign.sweep_file(passage, self.panel)
                with as_input_error(path):
                    return read_sweep(
                        path, frame=told[0].frame if told else 0, mapping=self._mapping
                    )
        raise LookupError(f"no passage was recorded by the panel {self.panel.name!r}")

    def _sweep(self, passage: PassageRow, number: int) -> Sweep:
        path = self._campaign.sweep_file(passage, self.panel)
        with as_input_error(path):
            sweep = read_sweep(path, frame=number, mapping=self._mapping)
            check_same_setup(f"sweep {number}", sweep, self._first)
        return sweep

    def _corrections(self) -> Calibration:
        """Background, the mean of all its sweeps against their noise, and gain."""
        found: dict[str, NDArray[np.complex64]] = {}
        for kind, path in self._campaign.correction_files(self.panel).items():
            count = frame_count(path, mapping=self._mapping) if kind == "background" else 1
            total = np.zeros(self._first.samples.shape, dtype=np.complex128)
            with as_input_error(path):
                for number in range(count):
                    sweep = read_sweep(path, frame=number, mapping=self._mapping)
                    check_same_setup(kind, sweep, self._first)
                    total += sweep.samples
            found[kind] = (total / count).astype(np.complex64)
        gains = self._campaign.correction_files(self.panel).get("gain", self._campaign.folder)
        with as_input_error(gains):
            return Calibration(found.get("gain"), found.get("background"))
