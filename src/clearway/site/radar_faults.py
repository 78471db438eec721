"""Whether the figures of a curtain's radar agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10

from clearway.site.lines import Place
from clearway.site.radar_schema import RadarTable
from clearway.site.wording import Finding

__all__ = ["radar_faults"]


def radar_faults(place: Place, radar: RadarTable) -> Iterator[Finding]:
    """Find figures of a radar table that contradict each other."""
    if radar.stop_hz <= radar.start_hz:
        problem = f"the band ends at {radar.stop_hz:g} Hz and starts at {radar.start_hz:g} Hz"
        yield (*place, "stop_hz"), problem, "choose a stop_hz above start_hz"
    if radar.lane_far_m <= radar.lane_near_m:
        problem = f"the lane ends at {radar.lane_far_m:g} m and starts at {radar.lane_near_m:g} m"
        yield (*place, "lane_far_m"), problem, "choose a lane_far_m above lane_near_m"
    most_dbi = 10 * log10(2 * (radar.pattern_exponent + 1))
    if radar.antenna_gain_dbi > most_dbi + 0.1:
        problem = (
            f"an antenna with pattern_exponent {radar.pattern_exponent:g} has {most_dbi:.1f} dBi "
            f"at most, not {radar.antenna_gain_dbi:g} dBi"
        )
        yield (*place, "antenna_gain_dbi"), problem, "lower it, or raise pattern_exponent"
    if radar.licence is not None and radar.licence.stop_hz <= radar.licence.start_hz:
        problem = "the licence's band ends before it starts"
        yield (*place, "licence", "stop_hz"), problem, "choose a stop_hz above start_hz"
