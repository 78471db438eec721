"""What waits for one client: the latest of everything, and never more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

__all__ = ["Outbox", "Text"]

_MOST_NOTICES: Final = 100
_AT_ONCE: Final = 20
"""Messages that are made in one go: of a thousand, all else would wait for a fifth of a second."""

Text: TypeAlias = Callable[[], str | None]
"""Makes a message when its turn has come; None if there is nothing to say by then."""


class Outbox:
    """Takes messages for a client that may be slow.

    Frames: only the latest waits, and how many were passed over is counted.  All else waits under
    a name, and a later message takes the place of an earlier one of the same name, so that what
    waits is bounded by what there is to be told of, and nobody is left without the last word on an
    alarm.
    """

    def __init__(self) -> None:
        self._frame: bytes | None = None
        self._skipped = 0
        self._texts: dict[tuple[str, str | int], Text] = {}
        self._notices = 0
        self._woken = asyncio.Event()

    def put_frame(self, frame: bytes) -> None:
        """Let a frame be sent, in place of one that still waits."""
        self._skipped += self._frame is not None
        self._frame = frame
        self._woken.set()

    def put(self, kind: str, text: Text, name: str = "") -> None:
        """Let a message be sent, in place of one of the same kind and name that still waits."""
        self._texts[kind, name] = text
        self._woken.set()

    def put_notice(self, text: str) -> None:
        """Let a notice be sent; of very many that wait the oldest gives way."""
        self._notices += 1
        self._texts["notice", self._notices] = lambda: text
        self._texts.pop(("notice", self._notices - _MOST_NOTICES), None)
        self._woken.set()

    @property
    def has_more(self) -> bool:
        """Whether anything waits."""
        return self._woken.is_set()

    async def wait(self) -> None:
        """Wait until there is something to be sent."""
        await self._woken.wait()

    def take_text(self) -> str | None:
        """The next message, the longest waiting first; None if there is none to be sent yet.

        Of very many that may come to nothing only a few are looked at in one go; whoever takes them
        asks again, as `wait` tells.
        """
        for _ in range(min(len(self._texts), _AT_ONCE)):
            text = self._texts.pop(next(iter(self._texts)))()
            if text is not None:
                return text
        self._rest()
        return None

    def take_frame(self) -> tuple[bytes | None, int]:
        """The latest frame, if it was not taken yet, and how many were passed over before it."""
        taken = (self._frame, self._skipped if self._frame is not None else 0)
        if self._frame is not None:
            self._frame, self._skipped = None, 0
        self._rest()
        return taken

    def _rest(self) -> None:
        if self._frame is None and not self._texts:
            self._woken.clear()
