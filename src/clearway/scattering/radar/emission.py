"""What a radar may radiate: masks of equivalent isotropic radiated power, and how it stands to one.

A stepped-frequency radar radiates one line at a time.  A mask limits it twice: by the mean power
in 1 MHz, averaged over a millisecond, and by the highest power in 50 MHz.  No mask here admits 8
to 18 GHz at a power that gives a good image of a walking person: the generic limits end at 10.6
GHz in substance, in Europe already at 8.5 GHz.  Such a radar needs an individual licence, or a
hall that shields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import checked_frequencies
from clearway.scattering.radar.findings import Finding, Verdict
from clearway.scattering.radar.link_budget import LinkBudget

__all__ = ["EMISSION_MASKS", "Emission", "EmissionBand", "EmissionMask", "licence_mask"]

_MEAN_BANDWIDTH_HZ = 1e6
_PEAK_BANDWIDTH_HZ = 50e6
_AVERAGING_S = 1e-3
"""Root-mean-square detector over 1 ms at most: 47 CFR 15.521(d); in Europe Decision 2007/131/EC,
article 2(7), whose wording the measurement standards keep."""


class EmissionBand(NamedTuple):
    """Limits from the band below up to and including a frequency; None where there is none."""

    upper_hz: float
    mean_dbm_per_mhz: float | None
    peak_dbm: float | None
    """In 50 MHz."""


@dataclass(frozen=True, slots=True)
class EmissionMask:
    """Limits of radiated power over frequency."""

    name: str
    source: str
    """Act and clause."""
    bands: tuple[EmissionBand, ...]
    """Of rising frequency."""
    admitted_hz: tuple[float, float] | None = None
    """Where the emission must lie as a whole, if anything says so."""
    sweep_stopped: bool = False
    """Whether swept equipment is measured with the sweep stopped, and so always on."""
    beyond: Verdict = Verdict.NEEDS_LICENCE
    """What an emission outside the limits is called."""

    def at(self, frequency_hz: float) -> EmissionBand:
        """Limits at a frequency.

        Raises
        ------
        ArgumentError
            Above the last band.
        """
        for band in self.bands:
            if frequency_hz <= band.upper_hz:
                return band
        raise ArgumentError("frequency_hz", f"is {frequency_hz:g}", f"stay inside {self.name}")


_ABOVE_ALL_HZ = np.inf

EMISSION_MASKS = {
    mask.name: mask
    for mask in (
        EmissionMask(
            "eu_generic_uwb",
            "Decision (EU) 2019/785, annex, table 1, without mitigation techniques",
            tuple(
                EmissionBand(upper_ghz * 1e9, mean, peak)
                for upper_ghz, mean, peak in (
                    (1.6, -90.0, -50.0),
                    (2.7, -85.0, -45.0),
                    (3.4, -70.0, -36.0),
                    (3.8, -80.0, -40.0),
                    (6.0, -70.0, -30.0),
                    (8.5, -41.3, 0.0),
                    (10.6, -65.0, -25.0),
                    (_ABOVE_ALL_HZ, -85.0, -45.0),
                )
            ),
        ),
        EmissionMask(
            "fcc_indoor_uwb",
            "47 CFR 15.517(b), (c) and (e)",
            tuple(
                EmissionBand(upper_ghz * 1e9, mean, 0.0)
                for upper_ghz, mean in (
                    (1.61, -75.3),
                    (1.99, -53.3),
                    (3.1, -51.3),
                    (10.6, -41.3),
                    (_ABOVE_ALL_HZ, -51.3),
                )
            ),
            admitted_hz=(3.1e9, 10.6e9),
            sweep_stopped=True,  # 47 CFR 15.31(c)
        ),
    )
}
"""Masks for operation without an individual licence, indoors."""


def licence_mask(eirp_dbm: float, start_hz: float, stop_hz: float, reference: str) -> EmissionMask:
    """Limits of an individual licence: so much power, between two frequencies."""
    bands = (EmissionBand(_ABOVE_ALL_HZ, None, eirp_dbm),)
    return EmissionMask(
        "individual_licence", reference, bands, (start_hz, stop_hz), beyond=Verdict.ABOVE
    )


@dataclass(frozen=True, eq=False)
class Emission:
    """What a sweep radiates.

    Parameters
    ----------
    budget : LinkBudget
    gain_dbi : float
        Peak gain of a transmitting antenna.
    frequencies_hz : (n_freq,) array_like of float
        Of the sweep.
    n_tx : int
        Transmitters, one after another.
    """

    budget: LinkBudget
    gain_dbi: float
    frequencies_hz: ArrayLike
    n_tx: int

    @property
    def eirp_dbm(self) -> float:
        """In the direction of the peak gain while a transmitter is on."""
        return self.budget.eirp_dbm(self.gain_dbi)

    @property
    def peak_dbm(self) -> float:
        """Highest power in 50 MHz: that of one line, as no two are on at once."""
        return self.eirp_dbm + _part_within(_PEAK_BANDWIDTH_HZ, self.budget.dwell_s)

    def mean_dbm_per_mhz(self, *, sweep_stopped: bool = False) -> float:
        """Highest mean power in 1 MHz over the worst millisecond.

        A line is on for one dwell in each pass of a transmitter through the frequencies.  A dwell
        below a microsecond spreads its power over more than 1 MHz.  Both are bounds from above.
        """
        line = self.eirp_dbm + _part_within(_MEAN_BANDWIDTH_HZ, self.budget.dwell_s)
        share = 1.0 if sweep_stopped else self._on_share()
        return float(line + 10 * np.log10(share))

    def _on_share(self) -> float:
        frequencies = np.sort(checked_frequencies(self.frequencies_hz))
        n = len(frequencies)
        step_hz = float(np.ptp(frequencies)) / (n - 1) if n > 1 else np.inf
        lines = min(n, int(_MEAN_BANDWIDTH_HZ // step_hz) + 1)
        passes = min(self.n_tx, int(_AVERAGING_S // (n * self.budget.step_time_s)) + 1)
        return min(1.0, passes * lines * self.budget.dwell_s / _AVERAGING_S)

    def findings(self, mask: EmissionMask) -> tuple[Finding, ...]:
        """Set the emission against a mask: ``mean emission``, ``peak emission``, ``emission band``.

        Only what is meant to be radiated is checked.  Harmonics and other unwanted emissions are
        a matter of measurement.
        """
        frequencies = checked_frequencies(self.frequencies_hz)
        mean = self.mean_dbm_per_mhz(sweep_stopped=mask.sweep_stopped)
        levels = (
            ("mean emission", mean, "dBm/MHz", [mask.at(f).mean_dbm_per_mhz for f in frequencies]),
            ("peak emission", self.peak_dbm, "dBm", [mask.at(f).peak_dbm for f in frequencies]),
        )
        found = [
            _level_finding(name, figure, unit, limits, frequencies, mask)
            for name, figure, unit, limits in levels
            if None not in limits
        ]
        return (*found, *self._band_finding(frequencies, mask))

    def _band_finding(
        self, frequencies: NDArray[np.float64], mask: EmissionMask
    ) -> tuple[Finding, ...]:
        if mask.admitted_hz is None:
            return ()
        start_ghz, stop_ghz = (edge / 1e9 for edge in mask.admitted_hz)
        below_hz = mask.admitted_hz[0] - frequencies.min()
        above_hz = frequencies.max() - mask.admitted_hz[1]
        verdict = mask.beyond if max(below_hz, above_hz) > 0 else Verdict.WITHIN
        edge, limit = (
            (frequencies.max(), stop_ghz)
            if above_hz >= below_hz
            else (frequencies.min(), start_ghz)
        )
        remark = f"admitted from {start_ghz:g} to {stop_ghz:g} GHz"
        figure = float(edge) / 1e9
        return (Finding("emission band", verdict, figure, limit, "GHz", mask.source, remark),)


def _level_finding(
    name: str,
    figure: float,
    unit: str,
    limits: list[float | None],
    frequencies: NDArray[np.float64],
    mask: EmissionMask,
) -> Finding:
    strictest = np.array(limits, dtype=np.float64)
    worst = int(strictest.argmin())
    limit = float(strictest[worst])
    verdict = Verdict.WITHIN if figure <= limit else mask.beyond
    remark = f"strictest at {frequencies[worst] / 1e9:.3g} GHz"
    return Finding(name, verdict, figure, limit, unit, mask.source, remark)


def _part_within(bandwidth_hz: float, dwell_s: float) -> float:
    """Decibels of a burst's power that a bandwidth can hold, at most: its density is P dwell."""
    return float(10 * np.log10(min(1.0, bandwidth_hz * dwell_s)))
