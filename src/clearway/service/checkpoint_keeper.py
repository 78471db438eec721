"""A checkpoint every half minute, at little cost to those who wait for the service."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.service.checkpoint import save_checkpoint, state_of
from clearway.service.fusion_node import FusionNode
from clearway.service.notices import Notices
from clearway.site.schema import Site

_LOG = logging.getLogger(__name__)
_INTERVAL_NS = nanoseconds(30.0)
_SETTLED_NS = nanoseconds(3.0)
"""A checkpoint is put on the disk when the log surely holds all that went into it."""


class CheckpointKeeper:
    """Takes checkpoints of a node at work; a thread writes them.

    Parameters
    ----------
    path : Path
    site : Site
    notices : Notices
        Is told when one could not be taken or written, which costs nothing before the next crash.
    now_ns : int
        The first is due now.
    """

    def __init__(self, path: Path, site: Site, notices: Notices, now_ns: int) -> None:
        self._path = path
        self._site = site
        self._notices = notices
        self._due_ns = now_ns
        self._taken: tuple[int, bytes] | None = None
        self._writer = ThreadPoolExecutor(1, "clearway-checkpoint")
        self._writing: Future[None] | None = None

    def advance(self, node: FusionNode, now_ns: int) -> None:
        """Do what is due by now, which is the time of the node's last input."""
        if self._writing is not None and self._writing.done():
            self.settle()
        if self._taken is not None and self._taken[0] + _SETTLED_NS <= now_ns:
            self._write()
        if self._taken is None and self._due_ns <= now_ns:
            self._due_ns = now_ns + _INTERVAL_NS
            self._take(node, now_ns)

    def forget(self) -> None:
        """Never write what was taken lately: its node has failed since."""
        self._taken = None

    def settle(self) -> None:
        """Wait until what is being written is on the disk."""
        writing, self._writing = self._writing, None
        error = None if writing is None else writing.exception()
        if error is not None:
            self._notices.now_and_then("disk", str(error))

    def finish(self, node: FusionNode, time_ns: int) -> None:
        """Keep the last state; ``time_ns`` is that of the node's last input."""
        self.settle()
        self._take(node, time_ns)
        self._write()
        self.settle()
        self._writer.shutdown()

    def _take(self, node: FusionNode, time_ns: int) -> None:
        self._taken = None
        try:
            self._taken = time_ns, state_of(node)
        except Exception as error:  # noqa: BLE001 - people are followed without it too
            _LOG.exception("no checkpoint can be taken")
            self._notices.now_and_then("checkpoint", f"cannot be taken: {error}")

    def _write(self) -> None:
        if self._taken is not None and self._writing is None:
            self._writing = self._writer.submit(
                save_checkpoint, self._path, self._site, *self._taken
            )
            self._taken = None
