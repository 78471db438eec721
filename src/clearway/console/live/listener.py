"""One open page: whose it is, what waits for it, and which alarms it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from litestar import WebSocket

from clearway.accounts import Session
from clearway.alarms import Actor, Permission
from clearway.console.alarm_shapes import AlarmView
from clearway.console.alarm_view import may_see
from clearway.console.live.alarm_board import AlarmBoard, Shown
from clearway.console.live.messages import Alarms, Skipped, groups_of, text_of
from clearway.console.live.outbox import Outbox

__all__ = ["Listener"]

_PATIENCE_S: Final = 10.0
"""A page that takes nothing for this long has given the line up itself long before."""
_AT_ONCE: Final = 20
"""Alarms that are written in one go: of a thousand, all others would wait for a second."""


class Listener:
    """A page.

    Parameters
    ----------
    actor : Actor
        Whose it is.
    board : AlarmBoard
    on_shown : callable
        Is told the ids of alarms that were sent to the page, again and again where they change.
    """

    def __init__(
        self, actor: Actor, board: AlarmBoard, on_shown: Callable[[Iterable[str]], object]
    ) -> None:
        self.actor = actor
        self.outbox = Outbox()
        self._board = board
        self._on_shown = on_shown
        self._shown: dict[str, Shown] = {}
        """Alarms as the page was shown them last."""
        self._sending: tuple[str, ...] = ()
        """The alarm that the message is about which is being sent, if any."""
        self._taken_s: float | None = None
        """When something was sent that may still be on its way."""

    def may(self, permission: Permission) -> bool:
        """Whether this person may do that."""
        return self.actor.may(permission)

    def tell(self, kind: str, text: str, name: str = "") -> None:
        """Let a message be sent, in place of an earlier one of its kind and name."""
        self.outbox.put(kind, lambda: text, name)

    @property
    def is_stuck(self) -> bool:
        """Whether the client takes nothing any more."""
        if self._taken_s is None:
            return False
        return asyncio.get_running_loop().time() - self._taken_s >= _PATIENCE_S

    def look_at(self, alarm_id: str) -> None:
        """Let an alarm be shown as it is by the time that it is sent, if that is news."""
        self.outbox.put("alarm", partial(self._news_of, alarm_id), alarm_id)

    async def send(self, socket: WebSocket[Session, str, Any]) -> None:
        """Send all alarms and then whatever comes, as fast as the client takes it."""
        await socket.send_text(await self._all_alarms())
        self._on_shown(tuple(self._shown))
        loop = asyncio.get_running_loop()
        while True:
            self._taken_s = None
            await self.outbox.wait()
            self._taken_s = loop.time()
            text = self.outbox.take_text()
            if text is not None:
                await socket.send_text(text)
                self._on_shown(self._sending)
                self._sending = ()
            frame, skipped = self.outbox.take_frame()
            if skipped:
                await socket.send_text(text_of(Skipped(frames=skipped)))
            if frame is not None:
                await socket.send_bytes(frame)
            if self.outbox.has_more:
                await asyncio.sleep(0)  # sending alone lets nobody else run

    async def _all_alarms(self) -> str:
        views: list[AlarmView] = []
        # What comes in between is looked at again; see `look_at`.
        for count, alarm_id in enumerate(self._board.alarm_ids):
            shown = self._board.shown(alarm_id, self.actor)
            if shown is not None and may_see(shown.alarm, self.actor):
                self._shown[alarm_id] = shown
                views.append(self._board.view(shown))
            if count % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        groups = self._board.groups if self.may(Permission.SEE_ALARMS) else ()
        return text_of(Alarms(alarms=tuple(views), groups=groups_of(groups)))

    def _news_of(self, alarm_id: str) -> str | None:
        before = self._shown.pop(alarm_id, None)
        shown = self._board.shown(alarm_id, self.actor)
        if shown is None:
            return None
        if may_see(shown.alarm, self.actor):
            self._shown[alarm_id] = shown
        elif before is None:
            return None
        # Who was shown an alarm that has become somebody else's is told so, once.
        if shown == before:
            return None
        self._sending = (alarm_id,)
        return self._board.text(shown)
