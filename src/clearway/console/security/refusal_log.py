"""A line of the log for each request that no page of this server sends.

Whoever looks after the station sees by these lines that somebody tries the doors.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from litestar.types import Message

from clearway.console.security.problems import Refusal
from clearway.console.security.rates import RateLimit

__all__ = ["RefusalLog"]

_LOG = logging.getLogger(__name__)

# Not 401, 404 or 422, which people come upon whose session has ended or who mistype something.
_STATUSES: Final = frozenset({400, 403, 405, 413, 415, 421, 429, 431})
# A WebSocket is closed with 4000 more, or because a policy forbids it (RFC 6455, 7.4.1).
_TELLING: Final = _STATUSES | {4000 + status for status in _STATUSES} | {1008}
_PER_MIN: Final = 6.0
_AT_ONCE: Final = 20


class RefusalLog:
    """Notes refusals: which request, from where, and the status with which it was answered.

    Nothing that was sent is noted: an address may hold the token of an invitation, and content a
    password.  Of one network address some lines a minute are noted and no more, so that nobody
    fills the disk with them.

    Parameters
    ----------
    clock_ns : callable
        UTC.
    """

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self._clock_ns = clock_ns
        self._rate = RateLimit(_PER_MIN, _AT_ONCE)

    def note(self, message: Message, request_id: str, address: str) -> None:
        """Look at a message to a client, and note it if it is such a refusal.

        Parameters
        ----------
        message : Message
            Of ASGI.
        request_id, address : str
        """
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "websocket.close":
            status = message["code"]
        else:
            return
        if status not in _TELLING:
            return
        try:
            self._rate.take(address, self._clock_ns())
        except Refusal:
            return
        _LOG.warning("request %s of %s was refused: %d", request_id, address, status)
