"""The control room and its console beside a running service.

`Station.observe` takes in what the service shows from its first moment; `Station.beside` serves
the pages and does what is due, as long as the service runs.  Nothing in here can end the service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from clearway.accounts import Invitations, Sessions, Users
from clearway.alarms import Permission
from clearway.audit import AuditLog, export_checkpoints, signing_key
from clearway.console.context import ConsoleContext
from clearway.console.first_admin import first_admin_link
from clearway.console.server import ServerSettings, serving
from clearway.console.site_view import site_view
from clearway.control_room.checks import DailyChecks
from clearway.control_room.measures import Measures
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.record import AlarmRecord
from clearway.control_room.retention import Retention
from clearway.control_room.room import ControlRoom
from clearway.control_room.sensors import SensorBoard
from clearway.control_room.tally import Tally
from clearway.errors import ClearwayError, InputError, OutputError
from clearway.history import TrackHistory, TrackRecorder
from clearway.profile import site_node_id
from clearway.service.alert_desk import Answer
from clearway.service.clock import SteadyClock
from clearway.service.live import LiveService
from clearway.service.outputs import (
    AlertEnded,
    AlertTold,
    EngineBegan,
    Notice,
    Observed,
    PeopleReported,
)
from clearway.site.schema import Site
from clearway.store.database import open_database

__all__ = ["Station", "StationSettings"]

_LOG = logging.getLogger(__name__)

DATABASE_FILE: Final = "site.sqlite"
KEY_FILE: Final = "checkpoint-key.pem"
CHECKPOINTS_FOLDER: Final = "checkpoints"
TRACKS_FOLDER: Final = "tracks"

_LANGUAGES: Final = ("en", "sr-Latn")
_CHECKPOINT_S: Final = 600.0
"""Longest time whose records nothing off the machine testifies to."""
_RETENTION_S: Final = 60.0
_WHO: Final = "control room"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """Where a station keeps what must last, and where it is served."""

    site: Site
    folder: Path
    """Of the service's log."""
    simulated: bool
    """Whether the people are simulated, which the pages must say."""
    database: str | None = None
    """``postgresql://USER@HOST/NAME``; None for a file in the folder."""
    checkpoints: Path | None = None
    """Where signed checkpoints of the audit log go; None for a folder beside it, which proves
    less: whoever can rewrite the log can reach them too."""
    is_demonstration: bool = False
    """Whether people enter by links that the terminal shows."""
    server: ServerSettings = field(default_factory=ServerSettings)
    clock: Callable[[], int] = field(default_factory=SteadyClock)
    """UTC nanoseconds."""
    on_address: Callable[[str], object] = lambda _: None
    """Is told the address once the pages are served."""
    on_first_admin: Callable[[str], object] = lambda _: None
    """Is told the link by which the first administrator gets in, where there is none yet."""


class Station:
    """A control room with its console; `closing` it releases the database.

    Parameters
    ----------
    settings : StationSettings

    Raises
    ------
    InputError
        What an earlier run has left cannot be read.
    OutputError
        The folder or the database cannot be written.
    """

    def __init__(self, settings: StationSettings) -> None:
        folder, site = settings.folder, settings.site
        self._settings = settings
        self._clock = settings.clock
        self._service: LiveService | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        with ExitStack() as opened:
            database = open_database(settings.database or folder / DATABASE_FILE)
            opened.enter_context(closing(database))
            audit = AuditLog(database, site_node_id(site), version("clearway"))
            record = AlarmRecord(database, audit)
            checks = DailyChecks(database)
            self._key = signing_key(folder / KEY_FILE)
            self._checkpoints = settings.checkpoints or folder / CHECKPOINTS_FOLDER
            self._recorder = TrackRecorder(folder / TRACKS_FOLDER, tell=self._warn)
            self._tally = Tally(database)
            self.context = ConsoleContext(
                users=Users(database),
                sessions=Sessions(database),
                invitations=Invitations(database),
                audit=audit,
                site=site_view(site, simulated=settings.simulated, languages=_LANGUAGES),
                room=ControlRoom(
                    record,
                    self._clock,
                    numbers=PersonNumbers(database),
                    answer=self._answer,
                ),
                board=SensorBoard(site, self._clock()),
                measures=Measures(self._tally, checks, record.opened_between),
                checks=checks,
                history=TrackHistory(folder / TRACKS_FOLDER, self._recorder, tell=self._warn),
                database=database,
                clock_ns=self._clock,
                is_demonstration=settings.is_demonstration,
                checkpoints=(self._checkpoints, self._key.public_key()),
            )
            self._opened = opened.pop_all()

    def observe(self, what: Observed) -> None:
        """Take what the service shows."""
        match what:
            case PeopleReported(tracks=tracks):
                self.context.board.people(tracks)
                self._tally.people(tracks)
                self.context.room.observe(what)
                if self.context.room.picture is not None:
                    self._recorder.add(self.context.room.picture)
            case AlertTold() | AlertEnded() | EngineBegan() | Notice():
                self.context.room.observe(what)
            case _:
                self.context.board.event(what)

    @asynccontextmanager
    async def beside(self, service: LiveService) -> AsyncIterator[None]:
        """Serve the pages, and do what is due, as long as the block runs.

        Pages that cannot be served are complained of; alarms are kept all the same.
        """
        room = self.context.room
        self._service, self._loop = service, asyncio.get_running_loop()
        room.end_all_but(service.open_alerts)
        room.people_are_present(())  # or whoever held an alarm before a restart would hold it yet
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._keep_what_is_left)
            jobs = [asyncio.create_task(job) for job in self._jobs(service)]
            stack.push_async_callback(_cancelled, jobs)
            try:
                server = await stack.enter_async_context(
                    serving(self.context, self._settings.server)
                )
            except (InputError, OutputError) as error:
                service.complain(_WHO, f"IS NOT SERVED, restart the service when mended: {error}")
            else:
                self._settings.on_address(server.address)
                self._invite_first_admin(server.address)
                for part in server.tasks:
                    part.add_done_callback(self._served_no_longer)
                    stack.callback(part.remove_done_callback, self._served_no_longer)
            yield

    def close(self) -> None:
        """Release the database."""
        self._opened.close()

    def _invite_first_admin(self, address: str) -> None:
        if not self._settings.is_demonstration:
            link = first_admin_link(self.context, address)
            if link is not None:
                self._settings.on_first_admin(link)

    def _jobs(self, service: LiveService) -> Iterator[Coroutine[Any, Any, None]]:
        """All that is done again and again."""
        context = self.context
        retention = Retention(
            self._settings.site.service.keep,
            tracks=self._settings.folder / TRACKS_FOLDER,
            alerts=service.alert_store,
            database=context.database,
            audit=context.audit,
            tell=self._warn,
        )

        async def write_tracks() -> None:
            await asyncio.to_thread(self._recorder.write_due, self._clock())

        async def count() -> None:
            now_ns = self._clock()
            deciding = [one for one in context.room.desk.people if one.may(Permission.DECIDE)]
            self._tally.tick(now_ns, len(deciding))
            await self._tally.keep_due(now_ns)

        async def export() -> None:
            await asyncio.to_thread(self._export_checkpoint)

        async def forget() -> None:
            now_ns = self._clock()
            if retention.due(now_ns):
                await asyncio.to_thread(retention.enforce, now_ns)

        yield self._again("alarms", context.room.run)
        yield self._again("track history", write_tracks)
        yield self._again("counting people", count)
        yield self._again("who was shown what", self._keep_late_records)
        yield self._again("checkpoints", export, _CHECKPOINT_S)
        yield self._again("retention", forget, _RETENTION_S)

    async def _again(
        self, name: str, job: Callable[[], Coroutine[Any, Any, None]], every_s: float = 1.0
    ) -> None:
        """Do a job again and again, whatever becomes of it."""
        while True:
            try:
                await job()
            except ClearwayError as error:
                self._warn(f"{name}: {error}")
            except Exception as error:  # noqa: BLE001 - a defect of one job is no other's
                _LOG.exception("%s failed", name)
                self._warn(f"{name} failed ({type(error).__name__}: {error})")
            await asyncio.sleep(every_s)

    def _export_checkpoint(self) -> None:
        export_checkpoints(self.context.audit, self._checkpoints, self._key, time_ns=self._clock())

    async def _keep_late_records(self) -> None:
        await asyncio.to_thread(self.context.keep_late_records)

    async def _keep_what_is_left(self) -> None:
        for keep in (
            self.context.room.close,
            self._keep_late_records,
            self._tally.keep_all,
            partial(asyncio.to_thread, self._recorder.close),
            partial(asyncio.to_thread, self._export_checkpoint),
        ):
            try:
                await keep()
            except ClearwayError as error:
                self._warn(str(error))

    def _answer(self, alert_id: str, answer: Answer, why: str) -> None:
        if self._service is not None:
            reasons = [why] if why else []
            self._service.answer(alert_id, answer, reasons=reasons, who=_WHO)

    def _served_no_longer(self, part: asyncio.Task[None]) -> None:
        error = None if part.cancelled() else part.exception()
        _LOG.error("the pages are no longer served", exc_info=error)
        if self._service is not None:
            self._service.complain("console", "is served no longer: restart the service")

    def _warn(self, sentence: str) -> None:
        """Let everybody know now and then; from any thread."""
        if self._loop is None or self._service is None:
            _LOG.warning(sentence)
            return
        self._loop.call_soon_threadsafe(self._service.complain, _WHO, sentence)


async def _cancelled(jobs: Sequence[asyncio.Task[None]]) -> None:
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
