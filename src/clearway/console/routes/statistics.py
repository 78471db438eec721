"""Figures of the control room's own work: now, and of a day."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from clearway.alarms import Permission
from clearway.console.context import ConsoleContext
from clearway.console.days import bounds_of, day_of
from clearway.console.routes.values import Day
from clearway.console.security.access import needs
from clearway.console.statistics_view import (
    DailyReportView,
    StatisticsView,
    measured,
    report_view,
    statistics_view,
)
from clearway.domain import NANOSECONDS

__all__ = ["router"]

_MINUTE_NS: Final = 60 * NANOSECONDS
"""The measures count by minutes; the one that goes on is left out."""

_SEER = needs(Permission.SEE_STATISTICS)

Context = NamedDependency[ConsoleContext]


@get("/statistics", access=_SEER, operation_id="see_statistics")
async def see_statistics(context: Context) -> StatisticsView:
    """The figures as of now."""
    return statistics_view(await measured(context))


@get("/reports/daily", access=_SEER, operation_id="see_daily_report")
async def see_daily_report(context: Context, day: FromQuery[Day] = None) -> DailyReportView:
    """The figures of a day of the station's own time zone; without a date, of today."""
    now_ns = context.clock_ns()
    day = day or day_of(now_ns)
    start_ns, end_ns = bounds_of(day, now_ns)
    until_ns = max(start_ns, min(end_ns, now_ns // _MINUTE_NS * _MINUTE_NS))
    report = await asyncio.to_thread(context.measures.daily_report, start_ns, until_ns)
    return report_view(day.isoformat(), report)


def router(_: ConsoleContext) -> Router:
    """The addresses of this module."""
    return Router("/", route_handlers=[see_statistics, see_daily_report], tags=["statistics"])
