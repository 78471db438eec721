"""Emission and exposure against the figures of the acts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.scattering.radar import Finding, LinkBudget, Verdict
from clearway.scattering.radar.emission import (
    EMISSION_MASKS,
    Emission,
    EmissionBand,
    EmissionMask,
    licence_mask,
)
from clearway.scattering.radar.exposure import (
    EXPOSURE_LIMITS,
    exposure_findings,
    power_density_w_m2,
)

EU, FCC = EMISSION_MASKS["eu_generic_uwb"], EMISSION_MASKS["fcc_indoor_uwb"]
BAND_HZ = np.linspace(8e9, 18e9, 100)


def by_name(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


@pytest.mark.parametrize(
    ("mask", "frequency_ghz", "mean", "peak"),
    [
        (EU, 7.0, -41.3, 0.0),
        (EU, 8.5, -41.3, 0.0),
        (EU, 8.500001, -65.0, -25.0),
        (EU, 10.6, -65.0, -25.0),
        (EU, 18.0, -85.0, -45.0),
        (FCC, 10.6, -41.3, 0.0),
        (FCC, 13.0, -51.3, 0.0),
        (FCC, 2.5, -51.3, 0.0),
    ],
)
def test_masks_say_what_the_acts_say(
    mask: EmissionMask, frequency_ghz: float, mean: float, peak: float
) -> None:
    assert mask.at(frequency_ghz * 1e9)[1:] == (mean, peak)


def test_a_mask_that_ends_says_so() -> None:
    mask = EmissionMask("short", "own", (EmissionBand(1e9, 0.0, 0.0),))
    with pytest.raises(ArgumentError, match="stay inside short"):
        mask.at(2e9)


def test_the_reference_radar_needs_a_licence_everywhere() -> None:
    emission = Emission(LinkBudget(), 6.0, BAND_HZ, 96)
    assert emission.eirp_dbm == pytest.approx(14.0)
    europe = by_name(emission.findings(EU))
    # Seven passes of 150 us touch a millisecond; each has the line on for 1 us.
    assert europe["mean emission"].figure == pytest.approx(14.0 + 10 * np.log10(7e-3))
    assert europe["mean emission"].limit == -85.0
    assert europe["peak emission"].figure == pytest.approx(14.0)
    america = by_name(emission.findings(FCC))
    assert america["mean emission"].figure == pytest.approx(14.0)
    assert america["emission band"].figure == 18.0
    found = [*europe.values(), *america.values()]
    assert {finding.verdict for finding in found} == {Verdict.NEEDS_LICENCE}
    assert "needs a licence: 18 against 10.6 GHz" in str(america["emission band"])


def test_a_weak_radar_below_8_5_ghz_keeps_to_the_european_mask() -> None:
    band_hz = np.linspace(6.1e9, 8.4e9, 100)
    weak = Emission(LinkBudget(transmit_power_dbm=-24.0), 6.0, band_hz, 96)
    assert all(finding.passes for finding in weak.findings(EU))
    strong = Emission(LinkBudget(transmit_power_dbm=-22.0), 6.0, band_hz, 96)
    assert [finding.passes for finding in strong.findings(EU)] == [False, True]


def test_a_licence_is_kept_or_exceeded() -> None:
    emission = Emission(LinkBudget(), 6.0, BAND_HZ, 96)
    enough = by_name(emission.findings(licence_mask(14.0, 8e9, 18e9, "office, number")))
    assert {name: finding.passes for name, finding in enough.items()} == {
        "peak emission": True,
        "emission band": True,
    }
    short = by_name(emission.findings(licence_mask(13.0, 8.5e9, 18e9, "office, number")))
    assert {finding.verdict for finding in short.values()} == {Verdict.ABOVE}
    assert short["emission band"].figure == 8.0
    assert short["emission band"].limit == 8.5


@given(
    st.floats(1e-7, 1e-3),
    st.floats(0.0, 1e-3),
    st.integers(1, 300),
    st.integers(1, 128),
    st.floats(1e5, 2e8),
)
def test_mean_is_below_peak_and_bounds_a_count_by_hand(
    dwell_s: float, settling_s: float, n_frequencies: int, n_tx: int, step_hz: float
) -> None:
    budget = LinkBudget(dwell_s=dwell_s, settling_s=settling_s)
    emission = Emission(budget, 6.0, 8e9 + step_hz * np.arange(n_frequencies), n_tx)
    mean = emission.mean_dbm_per_mhz()
    assert mean <= emission.mean_dbm_per_mhz(sweep_stopped=True) <= emission.peak_dbm + 1e-9
    # Whole lines that start in the first millisecond, of those within 1 MHz of the first one.
    near = np.flatnonzero(step_hz * np.arange(n_frequencies) <= 1e6)
    slots = np.arange(n_tx)[:, None] * n_frequencies + near
    starts = slots * budget.step_time_s
    on_s = np.clip(1e-3 - starts, 0.0, dwell_s).sum()
    spread = min(1.0, 1e6 * dwell_s)
    assert 10 ** ((mean - emission.eirp_dbm) / 10) >= spread * on_s / 1e-3 * (1 - 1e-9)


@given(st.floats(-20.0, 40.0), st.floats(0.05, 5.0), st.floats(0.01, 1.0))
def test_power_through_any_sphere_is_what_is_radiated(
    eirp_dbm: float, distance_m: float, share: float
) -> None:
    density = power_density_w_m2(eirp_dbm, distance_m, share)
    through_w = density * 4 * np.pi * distance_m**2
    assert through_w == pytest.approx(share * 10 ** (eirp_dbm / 10 - 3))


def exposure(limit: str, eirp_dbm: float, distance_m: float) -> dict[str, Finding]:
    return by_name(
        exposure_findings(
            EXPOSURE_LIMITS[limit],
            eirp_dbm=eirp_dbm,
            distance_m=distance_m,
            share=1.0,
            highest_frequency_hz=18e9,
        )
    )


def test_exposure_limits_are_those_of_the_tables() -> None:
    found = exposure("icnirp_2020_general_public", 14.0, 0.3)
    assert found["whole-body exposure"].limit == 10.0
    assert found["local exposure"].limit == pytest.approx(55 * 18**-0.177)
    # At 6 GHz the two branches of the table meet, at 300 GHz the limit is 20 W/m2.
    local = EXPOSURE_LIMITS["icnirp_2020_general_public"].local_w_m2
    assert local is not None
    assert local(6e9) == 40.0
    assert local(6.001e9) == pytest.approx(40.0, rel=0.01)
    assert local(300e9) == pytest.approx(20.0, rel=0.01)
    assert all(finding.passes for finding in found.values())
    assert "at 0.3 m" in found["whole-body exposure"].remark
    assert set(exposure("fcc_general_population", 14.0, 0.3)) == {"whole-body exposure"}


def test_too_much_power_is_above_the_limit() -> None:
    # 25 W at 0.3 m are 22 W/m2: over the whole-body limit, below the local one of 33 W/m2.
    found = exposure("icnirp_2020_general_public", 44.0, 0.3)
    assert found["whole-body exposure"].verdict is Verdict.ABOVE
    assert found["local exposure"].passes


@pytest.mark.parametrize(("distance_m", "share"), [(0.0, 1.0), (np.nan, 1.0), (1.0, 1.1)])
def test_impossible_exposures_are_refused(distance_m: float, share: float) -> None:
    with pytest.raises(ArgumentError):
        power_density_w_m2(10.0, distance_m, share)
