"""Writes down what has happened, in order, whenever the disk lets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from clearway.alarms import AlarmChanged, AlarmDesk, Change, Output
from clearway.control_room.record import AlarmRecord
from clearway.errors import OutputError
from clearway.service.outputs import NoticeLevel

_AT_ONCE: Final = 500
"""Changes in one transaction: each of its own would wait for the disk as long."""
_MOST: Final = 10_000
"""Changes that may wait; beyond, old ones give way."""
_RETRY_S: Final = 1.0


class _Change(NamedTuple):
    desk: AlarmDesk
    """As it was after that."""
    outputs: Sequence[Output]

    @property
    def figures_only(self) -> bool:
        """Whether only the machine's figures of alarms have changed."""
        return all(
            isinstance(one, AlarmChanged) and one.what is Change.UPDATED for one in self.outputs
        )


class Keeping:
    """What waits to be kept, and the one thread in which it is.

    Parameters
    ----------
    record : AlarmRecord
    tell : callable
        Tells everybody in the room one sentence.
    """

    def __init__(self, record: AlarmRecord, tell: Callable[[str, NoticeLevel], object]) -> None:
        self._record = record
        self._tell = tell
        # Of its own: what others read must not keep an act waiting.
        self._thread = ThreadPoolExecutor(1, "alarm record")
        self._writing: asyncio.Future[None] | None = None
        self._under_way = 0
        """How many of those that wait are being written."""
        self._waiting: list[_Change] = []
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
            self._drop_one()
        self._waiting.append(_Change(desk, outputs))
        self._woken.set()

    async def keep(self, desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        """Keep this now, nothing else being under way; whoever asks must stay until it is.

        Raises
        ------
        OutputError
            The disk is full or gone; it was not kept.
        """
        try:
            await self._write([_Change(desk, outputs)])
        except OutputError as error:
            self._note_refusal(error)
            raise

    async def flush(self) -> None:
        """Keep all that waits; one caller at a time.

        Raises
        ------
        OutputError
            The disk is full or gone; what waits goes on waiting.
        """
        try:
            while self._waiting:
                if self._writing is None:
                    batch = self._waiting[:_AT_ONCE]
                    self._under_way = len(batch)
                    self._writing = asyncio.ensure_future(self._write(batch))
                # Whoever waits may be cancelled; the disk is not, and must not be given it twice.
                await asyncio.shield(self._writing)
                self._writing = None
                del self._waiting[: self._under_way]
                self._under_way = 0
        except OutputError as error:
            self._writing, self._under_way = None, 0
            self._note_refusal(error)
            raise
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

    async def _write(self, batch: Sequence[_Change]) -> None:
        outputs = [output for change in batch for output in change.outputs]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._record.keep, batch[-1].desk, outputs)

    def _drop_one(self) -> None:
        """Let go of the oldest change of mere figures, or else of the oldest of all."""
        free = range(self._under_way, len(self._waiting))
        old = next((at for at in free if self._waiting[at].figures_only), self._under_way)
        del self._waiting[old]
        self._lost += 1

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
