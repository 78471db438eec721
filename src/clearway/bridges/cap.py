"""Common Alerting Protocol 1.2 (OASIS, 1 July 2010): alerts as files for a control room.

Only alerts of type WARNING are exported: they ask a human to look at a person.  The first file of
an alert is an ``Alert``, a later one an ``Update``, and the last a ``Cancel``; each refers to those
before it, and a file is never changed.  A new one is written when it would say something else, or
when the person has gone far; persons walk, and a control room is not a map.

===========================  =============================================================
CAP                          from
===========================  =============================================================
``status``                   ``Exercise`` in a drill, else ``Actual``
``scope``                    ``Restricted``: never for the public
``urgency``, ``severity``    priority: HIGH is ``Immediate`` and ``Extreme``, MEDIUM
                             ``Expected`` and ``Severe``, LOW ``Expected`` and ``Moderate``
``certainty``                confidence: above one half ``Likely``, else ``Possible``, as the
                             protocol defines them; never ``Observed``, as nobody has seen it
``area``                     a circle about the place, at least twice its standard deviation
===========================  =============================================================
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from clearway.bridges.bridge import Bridge, Link, Pace
from clearway.bridges.cap_message import CapSettings, Said, cap_document, reference, said_by
from clearway.bridges.outbox import ENDED, Outbox
from clearway.bridges.place import distance_m
from clearway.errors import ArgumentError, OutputError
from clearway.sapient.bindings import Alert, SapientMessage, content_of
from clearway.store.atomic import atomic_write

__all__ = ["CapBridge", "CapSettings"]

_MOST_REMEMBERED = 1000
_MOST_REFERENCES = 32


@dataclass(frozen=True, slots=True)
class _Story:
    """What has been told of an alert."""

    references: tuple[str, ...] = ()
    files: int = 0
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content: bytes
    alert_id: str
    story: _Story | None = field(repr=False)


class CapBridge(Bridge[_File]):
    """Writes a CAP file per change of an alert into a folder, each whole or not at all.

    Parameters
    ----------
    folder : Path
        Must exist.  A file is named by the alert and a running number.
    settings : CapSettings
        What the files say.
    pace : Pace, optional
        Times.
    outbox : Outbox, optional
        The queue, where other limits are wanted.

    Raises
    ------
    OutputError
        If there is no such folder.

    Notes
    -----
    What was told is remembered while the bridge lives.  An alert that goes on after a restart
    begins anew with an ``Alert``, under an id of its own.
    """

    def __init__(
        self,
        folder: Path,
        settings: CapSettings,
        pace: Pace | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        super().__init__("cap", pace or Pace(), outbox)
        if not folder.is_dir():
            raise OutputError(folder, "is no folder", "create it first")
        self._folder = folder
        self._settings = settings
        self._stories: OrderedDict[str, _Story] = OrderedDict()

    def _translate(self, message: SapientMessage) -> list[_File]:
        if content_of(message) != "alert":
            return []
        alert = message.alert
        if alert.alert_type != Alert.ALERT_TYPE_WARNING:
            return []
        if not (alert.alert_id.isascii() and alert.alert_id.isalnum()):
            raise ArgumentError("alert_id", f"{alert.alert_id!r} is no id", "send a ULID")
        story = self._stories.get(alert.alert_id)
        over = alert.status in ENDED
        if over and story is None:
            return []  # nobody was told of it
        said = said_by(message, self._settings)
        story = story or _Story()
        if story.said is not None and not over and self._nothing_new(story.said, said):
            return []
        number = self._free_number(alert.alert_id, story.files + 1)
        identifier = f"{alert.alert_id}-{number}"
        kind = "Cancel" if over else "Update" if story.references else "Alert"
        content = cap_document(said, self._settings, identifier, kind, story.references)
        told = (*story.references, reference(said, self._settings, identifier))
        after = None if over else _Story(told[-_MOST_REFERENCES:], number, said)
        return [_File(self._folder / f"{identifier}.xml", content, alert.alert_id, after)]

    def _free_number(self, alert_id: str, number: int) -> int:
        while (self._folder / f"{alert_id}-{number}.xml").exists():
            number += 1
        return number

    def _nothing_new(self, before: Said, now: Said) -> bool:
        if before.place is None or now.place is None:
            moved = before.place is not now.place
        else:
            moved = distance_m(before.place, now.place) > self._settings.moved_m
        return not moved and before == replace(now, place=before.place, sent=before.sent)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Link[_File]]:
        yield _Folder(self._stories)


class _Folder:
    def __init__(self, stories: OrderedDict[str, _Story]) -> None:
        self._stories = stories

    async def send(self, item: _File) -> None:
        await asyncio.to_thread(_write, item)
        self._stories.pop(item.alert_id, None)
        if item.story is not None:
            self._stories[item.alert_id] = item.story
            if len(self._stories) > _MOST_REMEMBERED:
                self._stories.popitem(last=False)

    async def watch(self) -> None:
        await asyncio.Event().wait()


def _write(item: _File) -> None:
    with atomic_write(item.path) as temporary:
        temporary.write_bytes(item.content)
