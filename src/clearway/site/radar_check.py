"""What a curtain's radar can do, whether it may, and what of it deserves a second look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.radar.findings import Finding
from clearway.site.floor import floor_polygon
from clearway.site.radar_budget import link_budget_of, radar_findings
from clearway.site.radar_schema import PanelTable, RadarTable
from clearway.site.schema import Curtain, Site
from clearway.site.view_frame import ViewFrame

__all__ = ["HANDGUN_RCS_DBSM", "RadarCheck", "check_radar"]

HANDGUN_RCS_DBSM = -15.0
"""Radar cross-section for which signal-to-noise is stated: the order of a handgun's broad side
off its specular flash; assumed."""

LEAST_ROWS_AT_ENDS = 0.25
"""Assumed: with a quarter of the aperture, head and feet are resolved four times as coarsely."""


@dataclass(frozen=True, slots=True)
class RadarCheck:
    """Facts of one curtain's radar."""

    curtain_id: str
    sweep_time_s: float
    """Of all panels, one after the other."""
    frame_time_s: float
    snr_db: float
    """Per sample, of a target of `HANDGUN_RCS_DBSM` in mid-lane at mid-band."""
    imaged_share: float
    """Of the curtain's coverage on the floor, that lies in a panel's lane."""
    unambiguous_range_m: float
    """Echoes farther apart than this fold onto each other: c / 2 df."""
    lane_depth_m: float
    rows_at_ends: float
    """Share of a panel's rows whose half-power beams reach the height of its upper and lower edge
    at the lane's near end: what images a head and feet."""
    limits: tuple[Finding, ...]
    """Emission and exposure."""

    @property
    def summary(self) -> str:
        """The main figures in one line."""
        return (
            f"sweep {self.sweep_time_s * 1e3:.1f} ms of {self.frame_time_s * 1e3:.0f} ms, "
            f"SNR {self.snr_db:.0f} dB per sample for {HANDGUN_RCS_DBSM:g} dBsm in mid-lane"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What deserves a second look, in words."""
        return tuple(f"radar of {self.curtain_id}: {text}" for text in self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.sweep_time_s > self.frame_time_s:
            yield (
                f"a sweep of {self.sweep_time_s * 1e3:.1f} ms does not fit a frame of "
                f"{self.frame_time_s * 1e3:.1f} ms"
            )
        if self.imaged_share < 0.995:
            yield (
                f"its panels image {self.imaged_share:.0%} of the curtain's coverage; who crosses "
                "the rest is not examined"
            )
        if self.rows_at_ends < LEAST_ROWS_AT_ENDS:
            yield (
                f"at the lane's near end only {self.rows_at_ends:.0%} of its rows reach head and "
                "feet within their half-power beam; move the lane away or widen the beam"
            )
        if self.unambiguous_range_m < self.lane_depth_m:
            yield (
                f"echoes {self.unambiguous_range_m:.2f} m apart fold onto each other, the lane is "
                f"{self.lane_depth_m:.2f} m deep; use more frequencies"
            )
        yield from (str(finding) for finding in self.limits if not finding.passes)


def check_radar(site: Site, curtain: Curtain, radar: RadarTable) -> RadarCheck:
    """Work out what a curtain's radar can do and whether it may.

    Parameters
    ----------
    site : Site
    curtain : Curtain
        Of that site.
    radar : RadarTable
        Of that curtain.
    """
    budget = link_budget_of(radar)
    n_tx = sum(panel.n_tx for panel in radar.panels)
    step_hz = (radar.stop_hz - radar.start_hz) / (radar.n_frequencies - 1)
    return RadarCheck(
        curtain_id=curtain.id,
        sweep_time_s=budget.sweep_time_s(n_tx, radar.n_frequencies),
        frame_time_s=1.0 / radar.frame_rate_hz,
        snr_db=budget.snr_db(
            rcs_m2=10 ** (HANDGUN_RCS_DBSM / 10),
            distance_m=(radar.lane_near_m + radar.lane_far_m) / 2,
            frequency_hz=(radar.start_hz + radar.stop_hz) / 2,
            gain_dbi=radar.antenna_gain_dbi,
        ),
        imaged_share=_imaged_share(site, curtain, radar),
        unambiguous_range_m=SPEED_OF_LIGHT_M_S / (2 * step_hz),
        lane_depth_m=radar.lane_far_m - radar.lane_near_m,
        rows_at_ends=min(_rows_at_ends(radar, panel) for panel in radar.panels),
        limits=radar_findings(radar),
    )


def _imaged_share(site: Site, curtain: Curtain, radar: RadarTable) -> float:
    floor = shapely.Polygon(curtain.coverage).intersection(floor_polygon(site))
    lanes = shapely.union_all([_lane(radar, panel) for panel in radar.panels])
    return float(floor.intersection(lanes).area / floor.area)


def _lane(radar: RadarTable, panel: PanelTable) -> shapely.Polygon:
    """The floor before a panel, as wide as it is, where its lane runs."""
    half_m = panel.width_m / 2
    sides = ((-half_m, radar.lane_near_m), (half_m, radar.lane_near_m))
    ends = ((half_m, radar.lane_far_m), (-half_m, radar.lane_far_m))
    frame = ViewFrame(panel.position_m[:2], panel.heading_deg)
    corners = frame.to_site([(x, y, 0.0) for x, y in (*sides, *ends)])
    return shapely.Polygon(corners[:, :2])


def _rows_at_ends(radar: RadarTable, panel: PanelTable) -> float:
    if radar.pattern_exponent == 0:
        return 1.0
    half_power = np.arccos(0.5 ** (1 / radar.pattern_exponent))
    return min(1.0, float(radar.lane_near_m * np.tan(half_power) / panel.height_m))
