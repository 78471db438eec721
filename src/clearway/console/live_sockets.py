"""Which WebSockets are open, so that they end with the session that opened them.

A WebSocket is asked who it is once, when it opens.  Without this it would go on showing people to
somebody who has signed out since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clearway.accounts.tokens import token_hash

__all__ = ["LiveSockets"]


@dataclass(eq=False, slots=True)
class _Open:
    session: str
    user_name: str
    over: asyncio.Event = field(default_factory=asyncio.Event)


class LiveSockets:
    """The open WebSockets of a server; to be used in its event loop."""

    def __init__(self) -> None:
        self._open: set[_Open] = set()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def present(self) -> frozenset[str]:
        """Names of those who have a page open."""
        return frozenset(one.user_name for one in self._open)

    @contextmanager
    def entered(self, token: str, user_name: str) -> Iterator[asyncio.Event]:
        """Count a socket among the open ones.

        Parameters
        ----------
        token : str
            Of its session.
        user_name : str

        Yields
        ------
        asyncio.Event
            Is set when the session is over: the socket must close then.
        """
        one = _Open(token_hash(token), user_name)
        self._open.add(one)
        try:
            yield one.over
        finally:
            self._open.discard(one)

    def end_session(self, token: str) -> None:
        """Close the sockets of a session, which has just ended."""
        ended = token_hash(token)
        for one in self._open:
            if one.session == ended:
                one.over.set()

    def end_user(self, user_name: str) -> None:
        """Close all sockets of somebody, whose sessions have just ended."""
        for one in self._open:
            if one.user_name == user_name:
                one.over.set()
