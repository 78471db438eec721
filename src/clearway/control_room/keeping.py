"""Writes down in order what has happened already, whenever the disk lets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from clearway.alarms import AlarmDesk, Output
from clearway.control_room.record import AlarmRecord
from clearway.errors import OutputError
from clearway.service.outputs import NoticeLevel

_AT_ONCE: Final = 500
"""Changes in one transaction: each of its own would wait for the disk as long."""
_MOST: Final = 10_000
"""Changes that may wait; beyond, old ones give way."""
_RETRY_S: Final = 1.0


class Keeping:
    """What waits to be kept.

    Parameters
    ----------
    record : AlarmRecord
    tell : callable
        Tells everybody in the room one sentence.
    """

    def __init__(self, record: AlarmRecord, tell: Callable[[str, NoticeLevel], object]) -> None:
        self._record = record
        self._tell = tell
        self._waiting: list[tuple[AlarmDesk, Sequence[Output]]] = []
        self._lost = 0
        self._woken = asyncio.Event()
        self._refused = False

    def add(self, desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        """Keep this soon.

        Parameters
        ----------
        desk : AlarmDesk
            As it is after that.
        outputs : sequence of Output
        """
        if len(self._waiting) >= _MOST:
            del self._waiting[_AT_ONCE]  # those before may be on their way to the disk
            self._lost += 1
        self._waiting.append((desk, outputs))
        self._woken.set()

    async def flush(self) -> None:
        """Keep all that waits; one caller at a time.

        Raises
        ------
        OutputError
            The disk is full or gone; what waits goes on waiting.
        """
        while self._waiting:
            batch = self._waiting[:_AT_ONCE]
            outputs = [output for _, told in batch for output in told]
            desk, _ = batch[-1]
            try:
                await asyncio.to_thread(self._record.keep, desk, outputs)
            except OutputError as error:
                self._note_refusal(error)
                raise
            del self._waiting[: len(batch)]
        self._note_success()

    async def run(self, turn: asyncio.Lock) -> None:
        """Keep what comes, until cancelled.

        Parameters
        ----------
        turn : Lock
            Held while something is written.
        """
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                async with turn:
                    await self.flush()
            except OutputError:
                await asyncio.sleep(_RETRY_S)
                self._woken.set()

    def _note_refusal(self, error: OutputError) -> None:
        if not self._refused:
            self._refused = True
            self._tell(f"NOTHING THAT IS DONE CAN BE KEPT: {error}", NoticeLevel.ALARM)

    def _note_success(self) -> None:
        if self._refused:
            self._refused = False
            lost = f"; {self._lost} changes of alarms were not kept" if self._lost else ""
            self._lost = 0
            self._tell(f"what is done is kept again{lost}", NoticeLevel.INFO)
