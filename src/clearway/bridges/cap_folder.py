"""The folder of CAP files: what was told of each alert, and what is told next."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from clearway.bridges.cap_message import (
    CapSettings,
    Said,
    cap_document,
    reference,
    reference_in,
)
from clearway.bridges.place import distance_m
from clearway.store.atomic import atomic_write

__all__ = ["CapFolder"]

_MOST_REMEMBERED = 1000
_MOST_REFERENCES = 32


@dataclass(frozen=True, slots=True)
class _Story:
    """What has been told of an alert."""

    references: tuple[str, ...] = ()
    files: int = 0
    said: Said | None = None
    """The last message; None where an earlier run of the bridge has written it."""


class CapFolder:
    """Tells of alerts by files, at the speed of the disk.

    A network folder may hang for hours.  All that touches the folder therefore happens in a thread
    of its own, one at a time, for which neither the loop nor the end of the process waits.

    Parameters
    ----------
    folder : Path
        Where the files go.
    settings : CapSettings
        What they say.
    """

    def __init__(self, folder: Path, settings: CapSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._work: asyncio.Future[Exception | None] | None = None

    async def send(self, item: Said) -> None:
        """Write the file that is due, if one is; return when the disk has it."""
        if self._work is not None:  # given up before, and perhaps still at it
            await asyncio.wait([self._work])
        self._work = _aside(lambda: self._tell(item))
        await asyncio.wait([self._work])
        if (error := self._work.result()) is not None:
            raise error

    async def watch(self) -> None:
        """Never return: a folder is not lost, only files are refused."""
        await asyncio.Event().wait()

    def _tell(self, said: Said) -> None:
        story = self._stories.get(said.alert_id) or self._read(said.alert_id)
        if said.over and not story.references:
            return  # nobody was told of it
        if not said.over and story.said is not None and self._nothing_new(story.said, said):
            return
        number, path = self._next_file(said.alert_id, story.files)
        kind = "Cancel" if said.over else "Update" if story.references else "Alert"
        content = cap_document(said, self._settings, path.stem, kind, story.references)
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
        told = reference(said, self._settings, path.stem)
        references = () if said.over else (*story.references, told)
        self._remember(said.alert_id, _Story(references[-_MOST_REFERENCES:], number, said))

    def _remember(self, alert_id: str, story: _Story) -> None:
        self._stories[alert_id] = story
        self._stories.move_to_end(alert_id)
        if len(self._stories) > _MOST_REMEMBERED:
            self._stories.popitem(last=False)

    def _read(self, alert_id: str) -> _Story:
        """What an earlier run has told of an alert, as far as its files are still there."""
        story = _Story()
        while (content := _content(self._path(alert_id, story.files + 1))) is not None:
            told = reference_in(content, self._settings)
            references = () if told is None else (*story.references, told)
            story = _Story(references[-_MOST_REFERENCES:], files=story.files + 1)
        return story

    def _next_file(self, alert_id: str, last: int) -> tuple[int, Path]:
        """A file that is not there yet: none is ever overwritten."""
        return next(
            (number, path)
            for number in count(last + 1)
            if not (path := self._path(alert_id, number)).exists()
        )

    def _path(self, alert_id: str, number: int) -> Path:
        return self._folder / f"{alert_id}-{number}.xml"

    def _nothing_new(self, before: Said, now: Said) -> bool:
        if before.place is None or now.place is None:
            moved = before.place is not now.place
        else:
            moved = distance_m(before.place, now.place) > self._settings.moved_m
        return not moved and before == replace(now, place=before.place, sent=before.sent)


def _content(path: Path) -> bytes | None:
    """What a file holds, nothing if it cannot be read; None if there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _aside(work: Callable[[], None]) -> asyncio.Future[Exception | None]:
    """Do something in a thread that nobody need wait for; its fault, if any, is the result."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Exception | None] = loop.create_future()

    def run() -> None:
        fault: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            fault = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(outcome.set_result, fault)

    # The interpreter waits for the threads of a pool before it ends, but not for this one.
    threading.Thread(target=run, name="cap", daemon=True).start()
    return outcome
