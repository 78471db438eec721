"""The figures of the control room: now, and of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from msgspec import Struct, structs

from clearway.alarms import Alarm
from clearway.alarms.load import GUIDE_PER_OPERATOR_10MIN, Load, Waits, measure_load
from clearway.alarms.load import Estimate as LoadEstimate
from clearway.control_room.checks import DailyChecks
from clearway.control_room.tally import Counts, Tally
from clearway.domain import nanoseconds, seconds
from clearway.domain.intervals import wilson_share

__all__ = ["DailyReport", "Estimate", "HourCount", "Measures", "OperatorLoad", "Statistics"]

_TEN_MINUTES_NS: Final = nanoseconds(600.0)
_HOUR_NS: Final = nanoseconds(3600.0)
_DAY_NS: Final = 24 * _HOUR_NS
_CHECKED_NS: Final = 30 * _DAY_NS
_LEAST_NS: Final = nanoseconds(60.0)
"""Nothing is said of how many people pass in a minute before one has passed."""
_FRESH_NS: Final = nanoseconds(10.0)
"""Figures that need the database or much arithmetic are computed anew after this."""
_MISSED_NS: Final = nanoseconds(60.0)
"""After longer without a question alarms may have come and gone from the desk unseen."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure with its 95 % interval; None where there is nothing to compute it from."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    """The people, or checks, that it is a share or a rate of."""
    basis: str


class OperatorLoad(Struct, frozen=True, kw_only=True):
    """Alarms that an operator was rung for in ten minutes, beside what one can handle."""

    per_operator_10min: float | None
    """None where no operator was present."""
    guide: float = GUIDE_PER_OPERATOR_10MIN


class Statistics(Struct, frozen=True, kw_only=True):
    """What the control room knows of its own work; drills count nowhere."""

    throughput_per_min: float | None
    """People who passed per minute."""
    people_now: int | None
    """Who are followed."""
    alarms_per_hour: float | None
    nuisance_per_1000: Estimate
    """Alarms for a harmless object, per 1,000 people who passed."""
    false_per_1000: Estimate
    """Alarms for nothing, per 1,000 people who passed."""
    pd: Estimate
    """Share of daily checks in which the sensor found the test object."""
    load: OperatorLoad
    time_to_acknowledge: Waits


class HourCount(Struct, frozen=True, kw_only=True):
    """The alarms that came within one hour."""

    hour: int
    """Counted from the day's beginning, from 0."""
    alarms: int
    nuisance: int
    false: int


class DailyReport(Statistics, frozen=True, kw_only=True):
    """A day in figures."""

    start_ns: int
    end_ns: int
    per_hour: tuple[HourCount, ...]
    """Every hour that has begun."""


class _Known(NamedTuple):
    """What is not computed anew every time."""

    at_ns: int
    recent: Counts
    """Of the last ten minutes."""
    per_operator_10min: float | None
    """In the last ten minutes."""
    day: Load
    """Of the last 24 hours."""
    pd: Estimate


class Measures:
    """Computes the figures; cheap enough to be asked once a second.

    Parameters
    ----------
    tally : Tally
    checks : DailyChecks
    opened_between : callable
        All alarms that were listed from a time until before another, UTC nanoseconds, as they are
        now.  Asked once after a start, and for a daily report.
    """

    def __init__(
        self,
        tally: Tally,
        checks: DailyChecks,
        opened_between: Callable[[int, int], Sequence[Alarm]],
    ) -> None:
        self._tally = tally
        self._checks = checks
        self._opened_between = opened_between
        self._alarms: dict[str, Alarm] = {}
        """Of the last day.  One that has left the desk is as it was there last."""
        self._asked_ns: int | None = None
        self._last_known: _Known | None = None

    def statistics(self, now_ns: int, on_desk: Iterable[Alarm]) -> Statistics:
        """The figures as of now.

        Throughput and load are of the last ten minutes, alarms per hour of the last hour; nuisance
        and false alarms and times to acknowledge are of the last 24 hours, in which few enough
        happen.  All but the people now and the alarms per hour may be ten seconds old.

        Parameters
        ----------
        now_ns : int
            UTC.
        on_desk : iterable of Alarm
            All that are on the desk, resolved ones too.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        self._note(now_ns, on_desk)
        known = self._known(now_ns)
        rung = (_counts(one) and now_ns - one.listed_ns < _HOUR_NS for one in self._alarms.values())
        return Statistics(
            throughput_per_min=_throughput(known.recent),
            people_now=self._tally.people_now(now_ns),
            alarms_per_hour=float(sum(rung)),
            nuisance_per_1000=_per_1000(known.day.nuisance, "last 24 h"),
            false_per_1000=_per_1000(known.day.false, "last 24 h"),
            pd=known.pd,
            load=OperatorLoad(per_operator_10min=known.per_operator_10min),
            time_to_acknowledge=known.day.waits,
        )

    def daily_report(self, day_start_ns: int, day_end_ns: int) -> DailyReport:
        """The figures of a day.

        Rates are per time that the control room was running, loads per time that operators were
        present.

        Parameters
        ----------
        day_start_ns, day_end_ns : int
            UTC; the end is that of the day, or now.  Whole minutes.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        alarms = self._opened_between(day_start_ns, day_end_ns)
        counts = self._tally.between(day_start_ns, day_end_ns)
        load = _load(alarms, counts, day_end_ns)
        watched_h = counts.watched_ns / _HOUR_NS
        enough = counts.watched_ns >= _LEAST_NS
        return DailyReport(
            throughput_per_min=_throughput(counts),
            people_now=None,
            alarms_per_hour=sum(map(_counts, alarms)) / watched_h if enough else None,
            nuisance_per_1000=_per_1000(load.nuisance, "this day"),
            false_per_1000=_per_1000(load.false, "this day"),
            pd=self._pd(day_end_ns),
            load=OperatorLoad(per_operator_10min=load.rings.value),
            time_to_acknowledge=load.waits,
            start_ns=day_start_ns,
            end_ns=day_end_ns,
            per_hour=_per_hour(alarms, day_start_ns, day_end_ns),
        )

    def _note(self, now_ns: int, on_desk: Iterable[Alarm]) -> None:
        """Take note of how the alarms are now; what has been filed is not read again."""
        if self._asked_ns is None or now_ns - self._asked_ns > _MISSED_NS:
            opened = self._opened_between(now_ns - _DAY_NS, now_ns)
            self._alarms = {alarm.alarm_id: alarm for alarm in opened}
        self._asked_ns = now_ns
        self._alarms.update((alarm.alarm_id, alarm) for alarm in on_desk)

    def _known(self, now_ns: int) -> _Known:
        known = self._last_known
        if known is not None and 0 <= now_ns - known.at_ns < _FRESH_NS:
            return known
        self._alarms = {one.alarm_id: one for one in self._since(now_ns - _DAY_NS)}
        recent = self._tally.between(now_ns - _TEN_MINUTES_NS, now_ns)
        day = self._tally.between(now_ns - _DAY_NS, now_ns)
        # Of a run that is younger than ten minutes the rest counts as quiet: the first alarm after
        # ten seconds is not sixty in ten minutes.
        operators = recent.operator_ns / recent.watched_ns if recent.watched_ns else 0.0
        ten_minutes = structs.replace(recent, operator_ns=round(operators * _TEN_MINUTES_NS))
        load = _load(self._since(now_ns - _TEN_MINUTES_NS), ten_minutes, now_ns)
        self._last_known = known = _Known(
            at_ns=now_ns,
            recent=recent,
            per_operator_10min=load.rings.value,
            day=_load(self._alarms.values(), day, now_ns),
            pd=self._pd(now_ns),
        )
        return known

    def _since(self, start_ns: int) -> list[Alarm]:
        return [alarm for alarm in self._alarms.values() if alarm.listed_ns > start_ns]

    def _pd(self, end_ns: int) -> Estimate:
        found = self._checks.seen(end_ns - _CHECKED_NS, end_ns)
        value, low, high = wilson_share(found.seen, found.checks)
        basis = (
            f"daily checks with a test object, last 30 days, n = {found.checks}: how often the "
            "sensors find that object, not how often they find what somebody hides"
        )
        return Estimate(value=value, low=low, high=high, n=found.checks, basis=basis)


def _load(alarms: Iterable[Alarm], counts: Counts, end_ns: int) -> Load:
    return measure_load(
        alarms, end_ns=end_ns, operator_s=seconds(counts.operator_ns), people=counts.people
    )


def _counts(alarm: Alarm) -> bool:
    """Whether it has rung in earnest, as those that `measure_load` counts."""
    return alarm.rings > 0 and not alarm.drill


def _throughput(counts: Counts) -> float | None:
    if counts.watched_ns < _LEAST_NS:
        return None
    return counts.people / (seconds(counts.watched_ns) / 60.0)


def _per_1000(estimate: LoadEstimate, basis: str) -> Estimate:
    return Estimate(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=round(1000 * estimate.exposure),
        basis=basis,
    )


def _per_hour(alarms: Sequence[Alarm], start_ns: int, end_ns: int) -> tuple[HourCount, ...]:
    hours: list[list[Alarm]] = [[] for _ in range(-((start_ns - end_ns) // _HOUR_NS))]
    for alarm in filter(_counts, alarms):
        hours[(alarm.listed_ns - start_ns) // _HOUR_NS].append(alarm)
    resolved = [[one.resolution for one in hour if one.resolution] for hour in hours]
    return tuple(
        HourCount(
            hour=number,
            alarms=len(hours[number]),
            nuisance=sum(one.nuisance for one in resolutions),
            false=sum(one.false for one in resolutions),
        )
        for number, resolutions in enumerate(resolved)
    )
