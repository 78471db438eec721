"""The radar table: read, checked, and made into what simulates and images."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from typer.testing import CliRunner

from clearway.cli.main import app
from clearway.errors import ArgumentError, InputError
from clearway.imaging import Sweep
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.files import write_sweeps
from clearway.scattering.radar import PERFECT, Instrument, InstrumentErrors, LinkBudget
from clearway.scattering.radar.emission import EMISSION_MASKS
from clearway.scattering.radar.exposure import EXPOSURE_LIMITS
from clearway.site.check import check_site
from clearway.site.radar import Radar, radar_of
from clearway.site.radar_budget import radar_findings
from clearway.site.radar_check import RadarCheck
from clearway.site.radar_schema import RadarTable, ToleranceTable
from clearway.site.reading import site_from_text, site_to_toml
from clearway.site.schema import Site

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
TEXT = STATION.read_text(encoding="utf-8")
EAST = '[[sensors]]\nid = "curtain-east"'
COVERAGE = "coverage = [[15.5, 0.0], [16.5, 0.0], [16.5, 6.0], [15.5, 6.0]]"
LANE = "coverage = [[15.5, 4.2], [16.5, 4.2], [16.5, 5.2], [15.5, 5.2]]"
RADAR = """
[sensors.radar]
source = "assumed: a fast X/Ku-band instrument"
{more}
[[sensors.radar.panels]]
position_m = [16.0, 6.0, 0.0]
heading_deg = 180.0
"""
LICENCE = """
[sensors.radar.licence]
eirp_dbm = 15.0
start_hz = 8e9
stop_hz = 18e9
reference = "assumed: trial licence of an authority"
"""


def site_of(more: str = "", after: str = "", *changes: tuple[str, str]) -> Site:
    text = TEXT.replace(EAST, RADAR.format(more=more) + after + "\n" + EAST, 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return site_from_text(text, STATION)


def radar_in(site: Site) -> Radar:
    return radar_of(site.curtains[0])


def checked(more: str) -> RadarCheck:
    return check_site(site_of(more)).radars[0]


def table(site: Site) -> RadarTable:
    found = site.curtains[0].radar
    assert found is not None
    return found


def test_defaults_are_those_of_the_hardware() -> None:
    radar = radar_in(site_of())
    assert radar.budget == LinkBudget()
    assert radar.errors == InstrumentErrors()
    assert {field.name for field in fields(PERFECT)} == set(ToleranceTable.model_fields)


def test_names_are_those_of_the_limits() -> None:
    model = RadarTable.model_fields
    assert set(get_args(model["emission_mask"].annotation)) == set(EMISSION_MASKS)
    assert set(get_args(model["exposure_limit"].annotation)) == set(EXPOSURE_LIMITS)


def test_every_figure_of_the_table_arrives() -> None:
    more = """
start_hz = 9e9
stop_hz = 17e9
n_frequencies = 5
dwell_s = 2e-6
settling_s = 1e-6
transmit_power_dbm = 5.0
noise_figure_db = 4.0
tx_loss_db = 1.0
rx_loss_db = 3.0
antenna_gain_dbi = 3.0
pattern_exponent = 1.0
polarisation = "horizontal"
frame_rate_hz = 8.0
tolerances = { phase_sigma_deg = 7.0 }
"""
    radar = radar_in(site_of(more))
    np.testing.assert_allclose(radar.frequencies_hz, [9e9, 11e9, 13e9, 15e9, 17e9])
    assert radar.budget == LinkBudget(5.0, 4.0, 1.0, 3.0, 2e-6, 1e-6)
    assert radar.errors == InstrumentErrors(phase_sigma_deg=7.0)
    assert radar.frame_time_s == pytest.approx(0.125)
    antenna = radar.panels[0].elements.tx_antenna
    assert antenna.peak_gain == pytest.approx(10**0.3)
    assert antenna.pattern_exponent == 1.0
    np.testing.assert_allclose(antenna.polarisation, [[1.0, 0.0, 0.0]])


def test_two_panels_take_turns() -> None:
    facing = "[[sensors.radar.panels]]\nposition_m = [16.0, 3.4, 0.1]\nheading_deg = 0.0\n"
    radar = radar_in(site_of("n_frequencies = 50", f"{facing}n_tx = 64\nlayout_seed = 2\n"))
    first, second = radar.panels
    drawn = jittered_panel(96, 96, np.random.default_rng(1))
    np.testing.assert_array_equal(first.array.tx_positions_m, drawn.tx_positions_m)
    assert (second.array.n_tx, second.array.n_rx) == (64, 96)
    assert second.array.tx_positions_m[:, 2].min() >= 0.1
    assert first.sweep_middle_s == pytest.approx(96 * 50 * 1.5e-6 / 2)
    assert second.sweep_middle_s == pytest.approx((96 + 32) * 50 * 1.5e-6)
    times = first.array.tx_times_s
    assert times is not None
    assert np.ptp(times) == pytest.approx(95 * 50 * 1.5e-6)
    # A person in mid-lane, as both panels see them.
    person = [16.2, 4.7, 1.0]
    np.testing.assert_allclose(first.frame.to_view(person), [-0.2, 1.3, 1.0])
    np.testing.assert_allclose(second.frame.to_view(person), [0.2, 1.3, 1.0])


def test_an_array_may_come_from_a_file(tmp_path: Path) -> None:
    array = jittered_panel(3, 4, np.random.default_rng(7))
    sweep = Sweep.of(np.zeros(array.sample_shape(2)), [8e9, 9e9], array)
    write_sweeps(tmp_path / "built.h5", [sweep])
    more = 'n_tx = 3\nn_rx = 4\narray_file = "built.h5"\n'
    curtain = site_of("", more).curtains[0]
    found = radar_of(curtain, tmp_path).panels[0].array
    np.testing.assert_allclose(found.tx_positions_m, array.tx_positions_m)
    assert found.tx_times_s is not None
    other = site_of("", more.replace("n_tx = 3", "n_tx = 5")).curtains[0]
    with pytest.raises(InputError, match="3 transmitters and 4 receivers"):
        radar_of(other, tmp_path)


def test_a_curtain_without_a_radar_is_as_before() -> None:
    site = site_from_text(TEXT, STATION)
    with pytest.raises(ArgumentError, match="no radar table"):
        radar_of(site.curtains[0])
    assert "radar" not in site.model_dump_json()
    assert "radar" not in site_to_toml(site)
    assert check_site(site).radars == ()


def test_a_radar_survives_writing() -> None:
    site = site_of("tolerances = { dead_share = 0.05 }", LICENCE)
    assert site_from_text(site_to_toml(site), STATION) == site
    digests = {
        hashlib.sha256(given.model_dump_json().encode()).hexdigest()
        for given in (site, site_from_text(TEXT, STATION))
    }
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("more", "after", "place", "words"),
    [
        ("stop_hz = 7e9", "", "radar.stop_hz", "ends at 7e+09 Hz and starts at 8e+09"),
        ("lane_far_m = 0.5", "", "radar.lane_far_m", "ends at 0.5 m and starts at 0.8"),
        ("antenna_gain_dbi = 9.0", "", "radar.antenna_gain_dbi", "has 7.8 dBi at most"),
        ("", LICENCE.replace("stop_hz = 18e9", "stop_hz = 8e9"), "licence.stop_hz", "before it"),
        ('emission_mask = "none"', "", "radar.emission_mask", '"eu_generic_uwb"'),
        ("power_dbm = 3", "", "radar.power_dbm", "did you mean `transmit_power_dbm`"),
        ("", "n_tx = 0", "radar.panels[0].n_tx", "a whole number at least 1"),
    ],
)
def test_contradictions_are_found(more: str, after: str, place: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        site_of(more, after)
    (fault,) = caught.value.faults
    assert fault.field is not None
    assert place in fault.field
    assert words in f"{fault.problem} {fault.remedy}"


def test_a_licensed_radar_whose_lane_is_the_coverage_has_no_warnings() -> None:
    check = check_site(site_of("", LICENCE, (COVERAGE, LANE))).radars[0]
    assert check.imaged_share == pytest.approx(1.0)
    assert check.sweep_time_s == pytest.approx(0.0144)
    assert check.unambiguous_range_m == pytest.approx(1.484, abs=0.001)
    assert check.rows_at_ends == pytest.approx(0.4)
    assert check.warnings == ()
    assert "SNR 39 dB per sample for -15 dBsm" in check.summary


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        ("frame_rate_hz = 100.0", "a sweep of 14.4 ms does not fit a frame of 10.0 ms"),
        ("n_frequencies = 50", "echoes 0.73 m apart fold onto each other, the lane is 1.00 m deep"),
        ("pattern_exponent = 12.0", "only 14% of its rows reach head and feet"),
        ("transmit_power_dbm = 12.0", "peak emission above the limit: 16 against 15 dBm"),
        ("stop_hz = 18.1e9", "emission band above the limit: 18.1 against 18 GHz"),
    ],
)
def test_one_thing_wrong_gives_one_warning(more: str, warning: str) -> None:
    check = check_site(site_of(more, LICENCE, (COVERAGE, LANE))).radars[0]
    (found,) = check.warnings
    assert found.startswith("radar of curtain-west: ")
    assert warning in found


def test_a_licence_to_radiate_is_none_to_expose() -> None:
    licence = LICENCE.replace("eirp_dbm = 15.0", "eirp_dbm = 44.0")
    more = "transmit_power_dbm = 40.0\nclosest_person_m = 0.1"
    check = check_site(site_of(more, licence, (COVERAGE, LANE))).radars[0]
    (warning,) = check.warnings
    # 25.1 W for 9.6 % of the time at 0.1 m; the local limit of 33 W/m2 holds.
    assert "whole-body exposure above the limit: 19.2 against 10 W/m2" in warning


def test_the_figures_of_the_documentation_are_true() -> None:
    page = (STATION.parents[1] / "docs" / "curtain" / "link-budget.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    site = site_from_text(TEXT.replace(EAST, f"{example}\n{EAST}").replace(COVERAGE, LANE), STATION)
    radar = radar_in(site)
    assert check_site(site).warnings[1:] == ()
    budget, gain_dbi = radar.budget, table(site).antenna_gain_dbi
    assert f"| thermal noise of a sample | {budget.noise_floor_db:.0f} dB |" in page
    for rcs_dbsm in (-20, -15, -10):
        snr_db = budget.snr_db(
            rcs_m2=10 ** (rcs_dbsm / 10), distance_m=1.2, frequency_hz=13e9, gain_dbi=gain_dbi
        )
        assert f"| {rcs_dbsm} | {snr_db + budget.noise_floor_db:.1f} | {snr_db:.1f} |" in page
    for finding in radar_findings(radar.table.model_copy(update={"licence": None})):
        assert f"| {finding.name} | {finding.figure:.3g} | {finding.limit:.3g} |" in page
    rng = np.random.default_rng(1)
    built = Instrument(rng, radar.errors, radar.panels[0].array, radar.frequencies_hz, budget)
    left = built.calibration().apply(built.measure(np.zeros(built.sample_shape), rng))
    assert "-63 dB in the mean, comes back at -81 dB" in page
    for samples, level_db in ((built.leakage, -63.0), (left, -81.0)):
        assert 10 * np.log10(np.mean(np.abs(samples) ** 2)) == pytest.approx(level_db, abs=1.0)


def test_without_a_licence_the_mask_is_exceeded_and_a_wide_hall_is_not_imaged() -> None:
    check = checked("")
    assert check.imaged_share == pytest.approx(1 / 6)
    imaged, mean, peak = check.warnings
    assert "image 17% of the curtain's coverage" in imaged
    assert "mean emission needs a licence: -7.55 against -85 dBm/MHz" in mean
    assert "peak emission needs a licence: 14 against -45 dBm" in peak
    american = radar_findings(table(site_of('emission_mask = "fcc_indoor_uwb"')))
    assert [finding.passes for finding in american] == [False, False, False, True, True]


def test_an_even_pattern_reaches_everywhere() -> None:
    assert checked("pattern_exponent = 0.0\nantenna_gain_dbi = 0.0").rows_at_ends == 1.0


def test_site_check_prints_the_radar(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(site_to_toml(site_of()), encoding="utf-8")
    picture = str(tmp_path / "plan.png")
    result = CliRunner().invoke(app, ["site", "check", str(path), "--picture", picture])
    assert result.exit_code == 0
    printed = " ".join(result.output.split())
    assert "radar of curtain-west sweep 14.4 ms of 100 ms, SNR 39 dB" in printed
    assert "warning: radar of curtain-west: mean emission needs a licence" in printed
