r"""How much is asked of the operators, and how much of it was for nothing.

An alarm demands a response.  EEMUA 191 and ISA-18.2 give about one alarm per operator and ten
minutes as what a person can handle for a whole shift; the rate stands beside that guide here.

*Nuisance* (a harmless object) and *false* (nothing at all) are kept apart: the first is the
sensor's doing and the crowd's, the second the sensor's alone.  Both count only what people have
judged; how many alarms nobody has judged is stated beside them.

Each figure carries its 95 % interval, exact Poisson for a rate and Wilson's for a share.  Times to
acknowledge are quantiles of the product-limit estimate (Kaplan and Meier, JASA 53, 1958), in which
an alarm that still waits counts as having waited at least that long; left out, the alarms that
nobody answers would make the operators look fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from scipy import stats

from clearway.alarms.alarm import Alarm, DismissReason, Outcome
from clearway.domain import seconds
from clearway.domain.intervals import poisson_rate, wilson_share

GUIDE_PER_OPERATOR_10MIN = 1.0
"""Alarms per operator and ten minutes."""

_TEN_MINUTES_S = 600.0


class Estimate(Struct, frozen=True, kw_only=True):
    """``count`` per ``exposure``, with its 95 % interval; None where there is no exposure."""

    count: int
    exposure: float
    """Number of cases of a share; otherwise in the unit that the field's name gives."""
    value: float | None = None
    low: float | None = None
    high: float | None = None


class Waits(Struct, frozen=True, kw_only=True):
    """Times from the first ring to the first acknowledgement."""

    n: int
    waiting: int
    """How many of them were not acknowledged by the end."""
    median_s: float | None = None
    """None where fewer than half have been acknowledged."""
    p95_s: float | None = None


class Load(Struct, frozen=True, kw_only=True):
    """The alarms of one period; drills and alarms that never rang do not count."""

    rings: Estimate
    """Per operator and ten minutes."""
    guide: float = GUIDE_PER_OPERATOR_10MIN
    waits: Waits
    nuisance: Estimate
    """Per 1,000 people who passed."""
    false: Estimate
    """Per 1,000 people who passed."""
    nuisance_share: Estimate
    """Of the alarms judged."""
    false_share: Estimate
    """Of the alarms judged."""
    threats: int
    unjudged: int
    """Resolved without anybody having said what it was, or still in the queue."""


def measure_load(alarms: Iterable[Alarm], *, end_ns: int, operator_s: float, people: int) -> Load:
    """Measure one period.

    Parameters
    ----------
    alarms : iterable of Alarm
        That were listed within the period, as they are now.
    end_ns : int
        End of the period, or now.
    operator_s : float
        Seconds that operators were present, added up over all of them.
    people : int
        Who passed within the period.

    Notes
    -----
    An alarm that rang again counts as often as it rang, for each time somebody had to look.  One
    that was merged has demanded attention, so it counts there; what it was is counted with the
    alarm that went on.  Tests with a test object are neither nuisance nor false.
    """
    real = [one for one in alarms if one.rings > 0 and not one.drill]
    judged = [one for one in real if _is_judged(one)]
    nuisance = sum(one.resolution is not None and one.resolution.nuisance for one in judged)
    false = sum(one.resolution is not None and one.resolution.false for one in judged)
    threats = len(judged) - nuisance - false
    unjudged = sum(not _is_judged(one) and not _is_counted_elsewhere(one) for one in real)
    return Load(
        rings=_rate(sum(one.rings for one in real), operator_s / _TEN_MINUTES_S),
        waits=_waits(real, end_ns),
        nuisance=_rate(nuisance, people / 1000),
        false=_rate(false, people / 1000),
        nuisance_share=_share(nuisance, len(judged)),
        false_share=_share(false, len(judged)),
        threats=threats,
        unjudged=unjudged,
    )


def _is_judged(alarm: Alarm) -> bool:
    """Whether somebody has said what it was."""
    resolution = alarm.resolution
    return resolution is not None and (
        resolution.nuisance or resolution.false or resolution.outcome is Outcome.THREAT
    )


def _is_counted_elsewhere(alarm: Alarm) -> bool:
    resolution = alarm.resolution
    return resolution is not None and (
        resolution.outcome is Outcome.MERGED
        or resolution.reason in {DismissReason.TEST, DismissReason.DUPLICATE}
    )


def _waits(alarms: Sequence[Alarm], end_ns: int) -> Waits:
    acknowledged, waiting = [], []
    for alarm in alarms:
        rung_ns = alarm.first_rung_ns
        seen_ns = alarm.first_acknowledged_ns
        if rung_ns is None or (seen_ns is not None and seen_ns < rung_ns):
            continue  # seen while it was shelved
        if seen_ns is not None:
            acknowledged.append(seconds(seen_ns - rung_ns))
        else:
            over_ns = end_ns if alarm.resolution is None else alarm.resolution.at_ns
            waiting.append(max(seconds(over_ns - rung_ns), 0.0))
    n = len(acknowledged) + len(waiting)
    if not acknowledged:
        return Waits(n=n, waiting=len(waiting))
    curve = stats.ecdf(stats.CensoredData(uncensored=acknowledged, right=waiting)).sf
    times = list(zip(curve.quantiles.tolist(), curve.probabilities.tolist(), strict=True))

    def quantile(share: float) -> float | None:
        # A count of 95 in 100 must not miss 0.05 by a rounding error.
        return next((time for time, left in times if left <= 1.0 - share + 1e-12), None)

    return Waits(n=n, waiting=len(waiting), median_s=quantile(0.5), p95_s=quantile(0.95))


def _rate(count: int, exposure: float) -> Estimate:
    value, low, high = poisson_rate(count, exposure)
    return Estimate(count=count, exposure=exposure, value=value, low=low, high=high)


def _share(count: int, cases: int) -> Estimate:
    value, low, high = wilson_share(count, cases)
    return Estimate(count=count, exposure=cases, value=value, low=low, high=high)
