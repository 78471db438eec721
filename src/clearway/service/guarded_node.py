"""The fusion node at work, whose defects end neither the service nor a sensor's connection."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from clearway.domain import nanoseconds
from clearway.sapient.bindings import SapientMessage
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import Output

_LOG = logging.getLogger(__name__)
_OFTEN = 5
_WITHIN_NS = nanoseconds(60.0)


class GuardedNode:
    """A fusion node that a fresh one replaces when it raises.

    A state in which something went wrong half-way is not to be trusted; people are followed from
    the beginning again.

    Parameters
    ----------
    node : FusionNode
    on_failure : callable
        Is told what was raised, when the fresh node is in its place.
    """

    def __init__(self, node: FusionNode, on_failure: Callable[[Exception], None]) -> None:
        self.node = node
        """The one that works now."""
        self._on_failure = on_failure

    def receive(self, message: SapientMessage, received_ns: int) -> list[Output]:
        """See `FusionNode.receive`; nothing if it failed."""
        try:
            return self.node.receive(message, received_ns)
        except Exception as error:  # noqa: BLE001 - a defect, whatever it is
            return self._replaced(error)

    def tick(self, clock_ns: int) -> list[Output]:
        """See `FusionNode.tick`; nothing if it failed."""
        try:
            return self.node.tick(clock_ns)
        except Exception as error:  # noqa: BLE001 - the same
            return self._replaced(error)

    def start_afresh(self) -> None:
        """Put a fresh node in the place of this one, to which nobody is known."""
        self.node = self.node.afresh()

    def _replaced(self, error: Exception) -> list[Output]:
        _LOG.error("the engine failed and starts afresh", exc_info=error)
        self.start_afresh()
        self._on_failure(error)
        return []


class Failures:
    """Knows when something fails again and again: five times within a minute."""

    def __init__(self) -> None:
        self._times_ns: deque[int] = deque(maxlen=_OFTEN)
        self._told = False

    def one_more(self, now_ns: int) -> bool:
        """Whether this one makes it again and again; once, until a minute was without any."""
        if self._times_ns and now_ns - self._times_ns[-1] >= _WITHIN_NS:
            self._told = False
        self._times_ns.append(now_ns)
        often = len(self._times_ns) == _OFTEN and now_ns - self._times_ns[0] < _WITHIN_NS
        news = often and not self._told
        self._told |= often
        return news
