"""A curtain node's status report: whether it works, and how fast."""

from __future__ import annotations

from clearway.nodes.curtain.figures import Figures
from clearway.profile import status_message
from clearway.sapient.bindings import Location, StatusReport

__all__ = ["curtain_status", "in_words"]


def curtain_status(
    node_id: str, time_ns: int, location: Location, figures: Figures, rate_hz: float, fault: str
) -> StatusReport:
    """Report of a node.

    Parameters
    ----------
    node_id : str
    time_ns : int
    location : Location
        Of the sensor.
    figures : Figures
    rate_hz : float
        Frames examined per second since the last report.
    fault : str
        Why nothing is examined at present; empty while something is.

    Returns
    -------
    StatusReport
        With a fault, a warning that nobody is examined (6.3); the figures as information.
    """
    faults = (fault,) if fault else ()
    report = status_message(
        node_id, time_ns, new=True, location=location, faults=faults
    ).status_report
    if fault:
        report.status[0].status_type = StatusReport.STATUS_TYPE_NOT_DETECTING
    report.status.add(
        status_level=StatusReport.STATUS_LEVEL_INFORMATION_STATUS,
        status_type=StatusReport.STATUS_TYPE_OTHER,
        status_value=in_words(figures, rate_hz),
    )
    return report


def in_words(figures: Figures, rate_hz: float) -> str:
    """Rate, losses and latency.

    Examples
    --------
    >>> figures = Figures(frames=12, skipped=1, missing=2)
    >>> in_words(figures, 8.0)
    '8.0 frames/s, 12 examined, 3 dropped (1 late, 0 bad, 2 lost)'
    >>> figures.reading_latencies_s += [0.1, 0.2]
    >>> in_words(figures, 8.0).partition("; ")[2]
    'reading after 150 ms (median), 195 ms (95 %)'
    """
    words = (
        f"{rate_hz:.1f} frames/s, {figures.frames} examined, {figures.dropped} dropped "
        f"({figures.skipped} late, {figures.bad} bad, {figures.missing} lost)"
    )
    middle_s, late_s = figures.latency_s(50), figures.latency_s(95)
    if middle_s is not None and late_s is not None:
        words += f"; reading after {1e3 * middle_s:.0f} ms (median), {1e3 * late_s:.0f} ms (95 %)"
    return words
