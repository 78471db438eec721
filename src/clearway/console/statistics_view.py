"""The figures of the control room as the API gives them."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from clearway.console.context import ConsoleContext
from clearway.control_room.measures import (
    DailyReport,
    Estimate,
    HourCount,
    OperatorLoad,
    Statistics,
)

__all__ = [
    "DailyReportView",
    "StatisticsView",
    "WaitsView",
    "fields_of",
    "measured",
    "report_view",
    "statistics_view",
]


class WaitsView(Struct, frozen=True):
    """Times from the first ring of an alarm to its first acknowledgement, in seconds."""

    median: float | None
    """None while fewer than half have been acknowledged."""
    p95: float | None
    n: int


class StatisticsView(Struct, frozen=True, kw_only=True):
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
    time_to_acknowledge_s: WaitsView


class DailyReportView(StatisticsView, frozen=True, kw_only=True):
    """A day in figures."""

    date: str
    per_hour: tuple[HourCount, ...]


async def measured(context: ConsoleContext) -> Statistics:
    """The figures as of now; only one question at a time may be asked.

    Raises
    ------
    InputError
        The database is damaged or gone.
    """
    async with context.measuring:
        on_desk = tuple(context.room.desk.alarms.values())
        return await asyncio.to_thread(context.measures.statistics, context.clock_ns(), on_desk)


def statistics_view(statistics: Statistics) -> StatisticsView:
    """The figures as of now."""
    return StatisticsView(**fields_of(statistics))


def report_view(date: str, report: DailyReport) -> DailyReportView:
    """The figures of a day."""
    return DailyReportView(date=date, per_hour=report.per_hour, **fields_of(report))


def fields_of(statistics: Statistics) -> dict[str, Any]:
    """The figures by the names that the API gives them."""
    waits = statistics.time_to_acknowledge
    return {
        "throughput_per_min": statistics.throughput_per_min,
        "people_now": statistics.people_now,
        "alarms_per_hour": statistics.alarms_per_hour,
        "nuisance_per_1000": statistics.nuisance_per_1000,
        "false_per_1000": statistics.false_per_1000,
        "pd": statistics.pd,
        "load": statistics.load,
        "time_to_acknowledge_s": WaitsView(waits.median_s, waits.p95_s, waits.n),
    }
