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

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from clearway.bridges.bridge import Bridge, Link, Pace
from clearway.bridges.cap_folder import CapFolder
from clearway.bridges.cap_message import CapSettings, Said, said_by
from clearway.bridges.outbox import Outbox
from clearway.errors import ArgumentError, OutputError
from clearway.sapient.bindings import Alert, SapientMessage, content_of

__all__ = ["CapBridge", "CapSettings"]


class CapBridge(Bridge[Said]):
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
    After a restart the files say what was told: an alert that goes on is updated and cancelled.  If
    its files are no longer in the folder, it begins anew with an ``Alert``.
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
        self._folder = CapFolder(folder, settings)
        self._settings = settings

    def _translate(self, message: SapientMessage) -> list[Said]:
        if content_of(message) != "alert":
            return []
        alert = message.alert
        if alert.alert_type != Alert.ALERT_TYPE_WARNING:
            return []
        if not (alert.alert_id.isascii() and alert.alert_id.isalnum()):
            raise ArgumentError("alert_id", f"{alert.alert_id!r} is no id", "send a ULID")
        return [said_by(message, self._settings)]

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Link[Said]]:
        yield self._folder
