"""What a radar's power, noise and time make of an echo: the link budget.

Signal-to-noise is never chosen, it follows from here.  Samples are wave ratios at the antenna
ports (scattering parameter S21), so that noise is stated as the variance that it has in that
ratio::

    sigma^2 = k (T + (F - 1) T0) B L_tx L_rx / P_t          B = 1 / dwell

with the scene and cables at temperature T, the receiver's noise factor F, defined for T0 = 290 K
(IEEE Std 686-2017, "noise figure"), and a sample that is the mean over its dwell, whose noise
bandwidth is 1 / dwell (M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, chapter 2).
Antenna gain is part of the echo and enters no variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["BOLTZMANN_J_K", "STANDARD_TEMPERATURE_K", "LinkBudget"]

BOLTZMANN_J_K = 1.380649e-23
STANDARD_TEMPERATURE_K = 290.0
"""To which noise figures refer."""


@dataclass(frozen=True, slots=True)
class LinkBudget:
    """Power, noise and time of a stepped-frequency radar that switches through its transmitters.

    One transmitter at a time steps through all frequencies while every receiver listens.  The
    defaults are those of a fast X/Ku-band instrument with a receiver behind each antenna; they are
    assumed, not measured.

    Raises
    ------
    ArgumentError
        A dwell or temperature that is not positive, a negative loss, or a figure below 0 dB.

    Examples
    --------
    >>> budget = LinkBudget()
    >>> round(budget.noise_floor_db, 1)
    -112.0
    >>> round(budget.sweep_time_s(96, 100) * 1e3, 1)
    14.4
    >>> round(budget.snr_db(rcs_m2=0.0316, distance_m=1.2, frequency_hz=13e9, gain_dbi=6.0), 1)
    40.1
    """

    transmit_power_dbm: float = 10.0
    """Of the transmitter, before the cables and switches to its antenna."""
    noise_figure_db: float = 8.0
    """Of the receiver, behind the cables from its antenna."""
    tx_loss_db: float = 2.0
    """From the transmitter to the antenna: cables, switches, mismatch."""
    rx_loss_db: float = 2.0
    """From the antenna to the receiver."""
    dwell_s: float = 1.0e-6
    """For which one sample is averaged, per frequency and transmitter."""
    settling_s: float = 0.5e-6
    """Before each dwell, for synthesiser and switches; the transmitter is off."""
    temperature_k: float = STANDARD_TEMPERATURE_K
    """Of the scene and the cables."""

    def __post_init__(self) -> None:
        for name in ("dwell_s", "temperature_k"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise ArgumentError(name, f"is {getattr(self, name)}", "give a value above 0")
        for name in ("noise_figure_db", "tx_loss_db", "rx_loss_db", "settling_s"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ArgumentError(name, f"is {getattr(self, name)}", "give at least 0")
        if not np.isfinite(self.transmit_power_dbm):
            raise ArgumentError("transmit_power_dbm", "is not finite", "give a power in dBm")

    @property
    def noise_variance(self) -> float:
        """Mean square of the thermal noise of one complex sample, as a power ratio to S21 = 1."""
        noise_k = self.temperature_k + (_ratio(self.noise_figure_db) - 1) * STANDARD_TEMPERATURE_K
        power_w = 1e-3 * _ratio(self.transmit_power_dbm)
        losses = _ratio(self.tx_loss_db + self.rx_loss_db)
        return BOLTZMANN_J_K * noise_k / self.dwell_s * losses / power_w

    @property
    def noise_floor_db(self) -> float:
        """The same in decibels."""
        return float(10 * np.log10(self.noise_variance))

    @property
    def step_time_s(self) -> float:
        """From one frequency to the next."""
        return self.dwell_s + self.settling_s

    def sweep_time_s(self, n_tx: int, n_frequencies: int) -> float:
        """Duration of a sweep over all transmitters and frequencies."""
        return n_tx * n_frequencies * self.step_time_s

    def tx_times_s(self, n_tx: int, n_frequencies: int) -> NDArray[np.float64]:
        """When each transmitter fires, from the middle of the sweep: (n_tx,), as `Array` takes it.

        The time of a transmitter is the middle of its pass through the frequencies, during which
        a walking person moves by well below a wavelength.
        """
        from_middle = np.arange(n_tx, dtype=np.float64) - (n_tx - 1) / 2
        return from_middle * (n_frequencies * self.step_time_s)

    def highest_frame_rate_hz(self, n_tx: int, n_frequencies: int, n_panels: int = 1) -> float:
        """Most frames per second when panels take turns and nothing else costs time."""
        return 1.0 / (n_panels * self.sweep_time_s(n_tx, n_frequencies))

    def eirp_dbm(self, gain_dbi: float) -> float:
        """Equivalent isotropic radiated power in the direction of that gain, while transmitting."""
        return self.transmit_power_dbm - self.tx_loss_db + gain_dbi

    def mean_power_share(
        self, n_tx: int, n_frequencies: int, frame_rate_hz: float, n_panels: int = 1
    ) -> float:
        """Share of the time that anything is transmitted, averaged over many frames."""
        on_s = n_panels * n_tx * n_frequencies * self.dwell_s
        return min(1.0, on_s * frame_rate_hz)

    def snr_db(
        self,
        *,
        rcs_m2: float,
        distance_m: float,
        frequency_hz: float,
        gain_dbi: float,
        n_samples: int = 1,
    ) -> float:
        """Signal-to-noise of a target in front of one transmitter and receiver side by side.

        The radar equation ``|S|^2 = G^2 lambda^2 sigma / ((4 pi)^3 R^4)`` over the noise variance.
        It holds where the target is in both antennas' far field and small against the distance.

        Parameters
        ----------
        rcs_m2 : float
            Radar cross-section; a metal sphere of radius a >> lambda has ``pi a^2``.
        distance_m : float
        frequency_hz : float
        gain_dbi : float
            Of each antenna towards the target.
        n_samples : int
            Samples that are summed in phase, as an image does.  Their number is the most that an
            image can gain: no target is seen by all pairs at all frequencies alike.
        """
        wavelength_m = SPEED_OF_LIGHT_M_S / frequency_hz
        spread = (4 * np.pi) ** 3 * distance_m**4
        echo = _ratio(2 * gain_dbi) * wavelength_m**2 * rcs_m2 / spread
        return float(10 * np.log10(n_samples * echo / self.noise_variance))


def _ratio(decibels: float) -> float:
    return float(10.0 ** (decibels / 10.0))
