"""Those who are given everything that the service tells."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from clearway.sapient.bindings import SapientMessage
from clearway.service.notices import Notices

_LOG = logging.getLogger(__name__)

Listener = Callable[[SapientMessage], object]
"""A higher fusion node, a bridge, a console.  It must not wait, and must not change the message."""


class Listeners:
    """Tells everything to each of them; one that fails costs the others nothing.

    Parameters
    ----------
    listeners : iterable of Listener
    notices : Notices
        Is told of those that fail.
    """

    def __init__(self, listeners: Iterable[Listener], notices: Notices) -> None:
        self._listeners = list(listeners)
        self._notices = notices

    def add(self, listener: Listener) -> None:
        """One more from here on."""
        self._listeners.append(listener)

    def tell(self, message: SapientMessage) -> None:
        """Tell all of them."""
        for listener in self._listeners:
            self.tell_one(listener, message)

    def tell_one(self, listener: Listener, message: SapientMessage) -> None:
        """Tell one of them only."""
        try:
            listener(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, it stays the listener's own
            what = f"could not take what was told ({type(error).__name__}: {error})"
            if self._notices.now_and_then(_name(listener), what):
                _LOG.exception("a listener failed")


def _name(listener: Listener) -> str:
    """Whose method it is, or the function's own name."""
    owner = getattr(listener, "__self__", None)
    return type(owner).__name__ if owner is not None else getattr(listener, "__name__", "listener")
