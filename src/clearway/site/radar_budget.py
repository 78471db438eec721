"""What follows from the figures of a radar table alone: noise, times, emission and exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.radar.emission import EMISSION_MASKS, Emission, licence_mask
from clearway.scattering.radar.exposure import EXPOSURE_LIMITS, exposure_findings
from clearway.scattering.radar.findings import Finding
from clearway.scattering.radar.link_budget import LinkBudget
from clearway.site.radar_schema import RadarTable

__all__ = ["frequencies_of", "link_budget_of", "radar_findings"]


def link_budget_of(table: RadarTable) -> LinkBudget:
    """Power, noise and time of a radar table."""
    return LinkBudget(
        transmit_power_dbm=table.transmit_power_dbm,
        noise_figure_db=table.noise_figure_db,
        tx_loss_db=table.tx_loss_db,
        rx_loss_db=table.rx_loss_db,
        dwell_s=table.dwell_s,
        settling_s=table.settling_s,
    )


def frequencies_of(table: RadarTable) -> NDArray[np.float64]:
    """(n_freq,) frequencies of a radar table."""
    frequencies: NDArray[np.float64] = np.linspace(
        table.start_hz, table.stop_hz, table.n_frequencies
    )
    return frequencies


def radar_findings(table: RadarTable) -> tuple[Finding, ...]:
    """Set a radar's emission and a person's exposure against the limits that its table names."""
    budget, frequencies_hz = link_budget_of(table), frequencies_of(table)
    n_tx = max(panel.n_tx for panel in table.panels)
    emission = Emission(budget, table.antenna_gain_dbi, frequencies_hz, n_tx)
    mask = EMISSION_MASKS[table.emission_mask]
    if table.licence is not None:
        licence = table.licence
        mask = licence_mask(licence.eirp_dbm, licence.start_hz, licence.stop_hz, licence.reference)
    exposure = exposure_findings(
        EXPOSURE_LIMITS[table.exposure_limit],
        eirp_dbm=emission.eirp_dbm,
        distance_m=table.closest_person_m,
        share=budget.mean_power_share(
            sum(panel.n_tx for panel in table.panels), table.n_frequencies, table.frame_rate_hz
        ),
        highest_frequency_hz=table.stop_hz,
    )
    return (*emission.findings(mask), *exposure)
