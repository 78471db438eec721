"""Sensors and statistics, each looked at once for all who are shown them."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from clearway.console.context import ConsoleContext
from clearway.console.live.messages import Sensors, StatisticsTold, text_of
from clearway.console.sensor_view import sensors_now
from clearway.console.statistics_view import fields_of, measured
from clearway.errors import ClearwayError

__all__ = ["Figures"]

_LOG = logging.getLogger(__name__)

_SENSORS_S: Final = 0.9
_STATISTICS_S: Final = 1.9


class Figures:
    """The latest figures as messages.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._sensors = ""
        self._sensors_s: float | None = None
        self._statistics: str | None = None
        self._statistics_s: float | None = None

    def sensors(self) -> str:
        """How the sensors do, as of this second."""
        now_s = asyncio.get_running_loop().time()
        if self._sensors_s is None or now_s - self._sensors_s >= _SENSORS_S:
            self._sensors_s = now_s
            self._sensors = text_of(Sensors(sensors=sensors_now(self._context)))
        return self._sensors

    def look_anew(self) -> None:
        """Sensors were shelved, or ring again."""
        self._sensors_s = None

    async def statistics(self) -> str | None:
        """The figures as of the last two seconds; None where they cannot be computed."""
        now_s = asyncio.get_running_loop().time()
        if self._statistics_s is None or now_s - self._statistics_s >= _STATISTICS_S:
            self._statistics_s = now_s
            try:
                statistics = await measured(self._context)
                self._statistics = text_of(StatisticsTold(**fields_of(statistics)))
            except ClearwayError as error:
                _LOG.error("statistics: %s", error)
                self._statistics = None
        return self._statistics
