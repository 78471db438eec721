"""The radar of a curtain in the site file: panels, band, power, what may be radiated, tolerances.

The defaults are figures that a real instrument could have; none is measured.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from clearway.site.section import NonNegative, Positive, Section, Source, Text

__all__ = ["LicenceTable", "PanelTable", "Polarisation", "RadarTable", "ToleranceTable"]

ElementCount: TypeAlias = Annotated[int, Field(ge=1, le=1024)]
RadarFrequency: TypeAlias = Annotated[float, Field(ge=2e9, le=4e10)]
Share: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0)]


class Polarisation(StrEnum):
    """Direction of an antenna's electric field."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class PanelTable(Section):
    """A flat, upright panel of antennas."""

    position_m: tuple[float, float, float]
    """Middle of its lower edge: east, north, height above the floor."""
    heading_deg: float
    """Bearing that it looks to, clockwise from site north; a facing panel has 180 degrees more."""
    width_m: Positive = 2.0
    """Along the wall."""
    height_m: Positive = 2.0
    """Upwards from its lower edge."""
    n_tx: ElementCount = 96
    """Transmitters."""
    n_rx: ElementCount = 96
    """Receivers."""
    layout_seed: Annotated[int, Field(ge=0)] = 1
    """Of the random places of the elements."""
    layout_jitter: Share = 1.0
    """Part of its raster cell that each element's place is drawn from; 0 is a regular panel."""
    array_file: Text | None = None
    """Sweep file whose array is taken instead of a drawn one: x along the panel from its middle, y
    ahead, z above the floor; relative to the site file."""


class ToleranceTable(Section):
    """How far the instrument may lie from its calibration; deviations are standard deviations."""

    gain_sigma_db: NonNegative = 0.2
    """Drift of each element's gain since the calibration."""
    phase_sigma_deg: NonNegative = 3.0
    """Drift of each element's phase."""
    delay_sigma_s: NonNegative = 0.5e-12
    """Drift of each element's cable delay."""
    position_sigma_m: NonNegative = 0.2e-3
    """Of each phase centre, along each axis."""
    dead_share: Share = 0.0
    """Of the transmitters, and of the receivers, that do not work."""
    iq_gain_sigma_db: NonNegative = 0.1
    """Of each receiver's in-phase channel against its quadrature channel."""
    iq_phase_sigma_deg: NonNegative = 0.5
    """Of each receiver's quadrature from 90 degrees."""
    leakage_db: float = -70.0
    """Mean coupling of a transmitter to a receiver 1 m away, as a ratio of powers."""
    adc_bits: Annotated[int, Field(ge=2, le=24)] = 14
    """Effective number of bits of a sample, after averaging over its dwell."""
    adc_full_scale_db: float = -30.0
    """Signal that drives the converter to its end, relative to the transmitted one."""
    clock_jitter_s: NonNegative = 50e-15
    """Of receiver against transmitter, fresh at each frequency of each transmitter."""
    interferers_per_frame: NonNegative = 0.0
    """Mean number of frequencies of a frame that another emitter disturbs."""
    interference_db: float = -80.0
    """Its mean power at the receivers, relative to the transmitted one."""


class LicenceTable(Section):
    """An individual licence to radiate; the emission is then checked against it."""

    eirp_dbm: float
    """Most power, equivalent isotropic, in the direction of the peak gain."""
    start_hz: RadarFrequency
    """Lowest frequency that it covers."""
    stop_hz: RadarFrequency
    """Highest frequency that it covers."""
    reference: Source
    """Authority and number."""


class RadarTable(Section):
    """The instrument of a curtain and its link budget.

    One transmitter at a time steps through all frequencies; every receiver listens.  Two panels
    take turns.
    """

    panels: Annotated[tuple[PanelTable, ...], Field(min_length=1, max_length=2)]
    """One, or two that face each other across the lane."""
    start_hz: RadarFrequency = 8e9
    """Lowest frequency."""
    stop_hz: RadarFrequency = 18e9
    """Highest frequency."""
    n_frequencies: Annotated[int, Field(ge=2, le=4096)] = 100
    """Evenly spaced, both ends included."""
    dwell_s: Positive = 1.0e-6
    """For which one sample is averaged, per frequency and transmitter."""
    settling_s: NonNegative = 0.5e-6
    """Before each dwell, for synthesiser and switches."""
    transmit_power_dbm: Annotated[float, Field(ge=-60.0, le=50.0)] = 10.0
    """Of the transmitter, before the cables to its antenna."""
    noise_figure_db: NonNegative = 8.0
    """Of the receiver."""
    tx_loss_db: NonNegative = 2.0
    """From the transmitter to the antenna."""
    rx_loss_db: NonNegative = 2.0
    """From the antenna to the receiver."""
    antenna_gain_dbi: Annotated[float, Field(le=30.0)] = 6.0
    """Peak gain of each antenna, along the panel's heading."""
    pattern_exponent: NonNegative = 2.0
    """The power gain falls with this power of the cosine of the angle from there; a loss-free
    antenna with exponent n has a gain of 2 (n + 1)."""
    polarisation: Polarisation = Polarisation.VERTICAL
    """Of all antennas."""
    frame_rate_hz: Positive = 10.0
    """Frames per second, each a sweep of all panels."""
    lane_near_m: Positive = 0.8
    """Least distance of a walking person's middle from the panel."""
    lane_far_m: Positive = 1.8
    """Largest distance of it."""
    closest_person_m: Annotated[float, Field(ge=0.05)] = 0.3
    """Least distance that any person can come to an antenna, held off by a barrier or the panel's
    own cover; nearer, power density says nothing of exposure."""
    emission_mask: Literal["eu_generic_uwb", "fcc_indoor_uwb"] = "eu_generic_uwb"
    """Limits for operation without an individual licence: Decision (EU) 2019/785, or 47 CFR
    15.517."""
    exposure_limit: Literal["icnirp_2020_general_public", "fcc_general_population"] = (
        "icnirp_2020_general_public"
    )
    """Limit of the power density at a person."""
    licence: LicenceTable | None = None
    """Without one the emission must keep to the mask."""
    tolerances: ToleranceTable = ToleranceTable()
    """What is left of the instrument's errors after calibration."""
    source: Source
    """Where the figures come from: a data sheet, a measurement, or "assumed" with the reason."""
