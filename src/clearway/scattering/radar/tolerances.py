"""How far a radar that was built and calibrated may lie from the one that was drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields

from clearway.errors import ArgumentError

__all__ = ["PERFECT", "InstrumentErrors"]

_LEVELS = {"leakage_db", "interference_db", "adc_full_scale_db"}


@dataclass(frozen=True, slots=True)
class InstrumentErrors:
    """What is left of a radar's errors after its calibration, and what every frame adds.

    Standard deviations are of normal distributions.  Levels are power ratios as S21 is.  The
    defaults are of a good laboratory instrument some hours after its calibration; they are
    assumed, not measured.

    Raises
    ------
    ArgumentError
        A negative deviation, a share of dead elements outside 0 to 1 or an ADC below 2 bits.
    """

    gain_sigma_db: float = 0.2
    """Drift of each element's gain since the calibration."""
    phase_sigma_deg: float = 3.0
    """Drift of each element's phase, alike at all frequencies."""
    delay_sigma_s: float = 0.5e-12
    """Drift of each element's cable delay; 1 ps is 0.3 mm of path and 4.7 degrees at 13 GHz."""
    position_sigma_m: float = 0.2e-3
    """Of each phase centre, along each axis."""
    dead_share: float = 0.0
    """Of the transmitters, and of the receivers, that do not work."""
    iq_gain_sigma_db: float = 0.1
    """Of each receiver's in-phase channel against its quadrature channel."""
    iq_phase_sigma_deg: float = 0.5
    """Of each receiver's quadrature from 90 degrees."""
    leakage_db: float | None = -70.0
    """Mean direct coupling of a transmitter to a receiver 1 m away, falling with the distance
    squared; None for none."""
    adc_bits: int | None = 14
    """Effective number of bits of a sample, after averaging over its dwell; None for an ideal
    converter."""
    adc_full_scale_db: float = -30.0
    """Signal that drives the converter to its end, per in-phase and quadrature channel."""
    clock_jitter_s: float = 50e-15
    """Of receiver against transmitter, fresh at each frequency of each transmitter."""
    interferers_per_frame: float = 0.0
    """Mean number of frequencies of a frame that another emitter disturbs."""
    interference_db: float = -80.0
    """Its mean power at the receivers, as a ratio to the power at the transmitting antenna."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in _LEVELS and value is not None and not value >= 0:
                raise ArgumentError(field.name, f"is {value}", "give at least 0")
        if self.dead_share > 1:
            raise ArgumentError("dead_share", f"is {self.dead_share}", "give a share, 0 to 1")
        if self.adc_bits is not None and self.adc_bits < 2:
            raise ArgumentError("adc_bits", f"is {self.adc_bits}", "give at least 2, or None")


PERFECT = InstrumentErrors(
    gain_sigma_db=0.0,
    phase_sigma_deg=0.0,
    delay_sigma_s=0.0,
    position_sigma_m=0.0,
    iq_gain_sigma_db=0.0,
    iq_phase_sigma_deg=0.0,
    leakage_db=None,
    adc_bits=None,
    clock_jitter_s=0.0,
)
"""Nothing but thermal noise."""
