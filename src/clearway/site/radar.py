"""A curtain's radar, ready to simulate and to image with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError, Fault, InputError
from clearway.imaging import Array
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.files import read_sweep
from clearway.scattering.antennas import Antenna, Elements
from clearway.scattering.radar.link_budget import LinkBudget
from clearway.scattering.radar.tolerances import InstrumentErrors
from clearway.site.radar_budget import frequencies_of, link_budget_of
from clearway.site.radar_schema import PanelTable, Polarisation, RadarTable
from clearway.site.schema import Curtain
from clearway.site.view_frame import ViewFrame

__all__ = ["Panel", "Radar", "radar_of"]


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel of a radar."""

    elements: Elements
    """In the panel's own frame, with the times at which its transmitters fire, counted from the
    middle of its sweep."""
    frame: ViewFrame
    """Where it stands."""
    sweep_middle_s: float
    """From the start of a frame: panels take turns."""

    @property
    def array(self) -> Array:
        """Places of the elements and times of the transmitters."""
        return self.elements.array


@dataclass(frozen=True, eq=False)
class Radar:
    """Everything that a simulator or an imager needs to know of a curtain's instrument."""

    table: RadarTable
    """As the site file states it: antennas, lane and frame rate."""
    panels: tuple[Panel, ...]
    frequencies_hz: NDArray[np.float64]
    budget: LinkBudget
    errors: InstrumentErrors

    @property
    def frame_time_s(self) -> float:
        """From one frame to the next."""
        return 1.0 / self.table.frame_rate_hz

    @classmethod
    def of(cls, table: RadarTable, folder: Path | None = None) -> Radar:
        """Make a radar from its table.

        Parameters
        ----------
        table : RadarTable
        folder : Path, optional
            Where a panel's array file is looked for; default: the current one.

        Raises
        ------
        InputError
            An array file that cannot be read or holds other numbers of elements.
        """
        budget, antenna = link_budget_of(table), _antenna(table)
        panels, start_s = [], 0.0
        for panel in table.panels:
            sweep_s = budget.sweep_time_s(panel.n_tx, table.n_frequencies)
            drawn = _array(panel, folder or Path())
            times_s = budget.tx_times_s(panel.n_tx, table.n_frequencies)
            array = Array(
                drawn.tx_positions_m, drawn.rx_positions_m, pairs=drawn.pairs, tx_times_s=times_s
            )
            frame = ViewFrame(panel.position_m[:2], panel.heading_deg)
            elements = Elements(array, antenna, antenna)
            panels.append(Panel(elements, frame, start_s + sweep_s / 2))
            start_s += sweep_s
        errors = InstrumentErrors(**table.tolerances.model_dump())
        return cls(table, tuple(panels), frequencies_of(table), budget, errors)


def radar_of(curtain: Curtain, folder: Path | None = None) -> Radar:
    """Make a curtain's radar.

    Parameters
    ----------
    curtain : Curtain
    folder : Path, optional
        That of the site file.

    Raises
    ------
    ArgumentError
        A curtain without a radar table.
    InputError
        As `Radar.of`.
    """
    if curtain.radar is None:
        problem = f"`{curtain.id}` has no radar table"
        raise ArgumentError("curtain", problem, "add a table `[sensors.radar]` to the site file")
    return Radar.of(curtain.radar, folder)


def _antenna(table: RadarTable) -> Antenna:
    along_x = table.polarisation is Polarisation.HORIZONTAL
    return Antenna(
        peak_gain=10 ** (table.antenna_gain_dbi / 10),
        pattern_exponent=table.pattern_exponent,
        polarisation=(1.0, 0.0, 0.0) if along_x else (0.0, 0.0, 1.0),
    )


def _array(panel: PanelTable, folder: Path) -> Array:
    """Elements in the panel's own frame, whose floor is the site's."""
    if panel.array_file is not None:
        return _array_from_file(panel, folder / panel.array_file)
    drawn = jittered_panel(
        panel.n_tx,
        panel.n_rx,
        np.random.default_rng(panel.layout_seed),
        width_m=panel.width_m,
        height_m=panel.height_m,
        jitter=panel.layout_jitter,
    )
    raised = np.array([0.0, 0.0, panel.position_m[2]])
    return Array(drawn.tx_positions_m + raised, drawn.rx_positions_m + raised)


def _array_from_file(panel: PanelTable, path: Path) -> Array:
    array = read_sweep(path).array
    if (array.n_tx, array.n_rx) != (panel.n_tx, panel.n_rx):
        problem = (
            f"the array has {array.n_tx} transmitters and {array.n_rx} receivers, the site file "
            f"says {panel.n_tx} and {panel.n_rx}"
        )
        raise InputError(path, Fault(problem, "correct n_tx and n_rx of the panel"))
    return array
