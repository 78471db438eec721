"""How much of a radar's power reaches a person, against the limits for the general public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clearway.errors import ArgumentError
from clearway.scattering.radar.findings import Finding, Verdict

__all__ = ["EXPOSURE_LIMITS", "ExposureLimit", "exposure_findings", "power_density_w_m2"]


@dataclass(frozen=True, slots=True)
class ExposureLimit:
    """Power density that the general public may be exposed to, from 2 to 300 GHz."""

    name: str
    source: str
    whole_body_w_m2: float
    """Averaged over the body and half an hour."""
    local_w_m2: Callable[[float], float] | None = None
    """Of the frequency in hertz, averaged over 4 cm2 and six minutes; None where nothing says."""


def _icnirp_local_w_m2(frequency_hz: float) -> float:
    """ICNIRP 2020, table 6, general public: 40 W/m2 up to 6 GHz, 55 f^-0.177 above, f in GHz."""
    frequency_ghz = frequency_hz / 1e9
    return 40.0 if frequency_ghz <= 6.0 else float(55.0 * frequency_ghz**-0.177)


EXPOSURE_LIMITS = {
    limit.name: limit
    for limit in (
        ExposureLimit(
            "icnirp_2020_general_public",
            "ICNIRP 2020, Health Physics 118(5) 483-524, tables 5 and 6",
            10.0,
            _icnirp_local_w_m2,
        ),
        ExposureLimit(
            "fcc_general_population",
            "47 CFR 1.1310(e), table 1, limits for general population",
            10.0,
        ),
    )
}
"""By name."""


def power_density_w_m2(eirp_dbm: float, distance_m: float, share: float = 1.0) -> float:
    """Mean power per area at a distance, ``share EIRP / (4 pi R^2)``.

    Parameters
    ----------
    eirp_dbm : float
        While transmitting.
    distance_m : float
        From the antenna, in its far field.
    share : float
        Of the time that it transmits.

    Raises
    ------
    ArgumentError
        A distance that is not positive or a share outside 0 to 1.

    Examples
    --------
    >>> f"{power_density_w_m2(14.0, 0.3):.3f}"
    '0.022'
    """
    if not distance_m > 0:
        raise ArgumentError("distance_m", f"is {distance_m}", "give a distance above 0 m")
    if not 0 <= share <= 1:
        raise ArgumentError("share", f"is {share}", "give a share of the time, 0 to 1")
    power_w = 1e-3 * 10.0 ** (eirp_dbm / 10.0)
    return float(share * power_w / (4 * np.pi * distance_m**2))


def exposure_findings(
    limit: ExposureLimit,
    *,
    eirp_dbm: float,
    distance_m: float,
    share: float,
    highest_frequency_hz: float,
) -> tuple[Finding, ...]:
    """Set a person's exposure against a limit: ``whole-body exposure`` and ``local exposure``.

    A bound from above: every transmitter is taken to stand at the least distance and to point at
    the person, and whole-body exposure to be as high as at the nearest spot.

    Parameters
    ----------
    limit : ExposureLimit
    eirp_dbm : float
    distance_m : float
        The least that a person can come to an antenna.
    share : float
        Of the time that any transmitter is on.
    highest_frequency_hz : float
        Where the local limit is strictest.
    """
    density = power_density_w_m2(eirp_dbm, distance_m, share)
    limits = [("whole-body exposure", limit.whole_body_w_m2)]
    if limit.local_w_m2 is not None:
        limits.append(("local exposure", limit.local_w_m2(highest_frequency_hz)))
    return tuple(
        Finding(
            name,
            Verdict.WITHIN if density <= allowed else Verdict.ABOVE,
            density,
            allowed,
            "W/m2",
            limit.source,
            f"{density / allowed:.2g} of the limit at {distance_m:g} m",
        )
        for name, allowed in limits
    )
