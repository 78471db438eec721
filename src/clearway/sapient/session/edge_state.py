"""How far an edge node is."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EdgeState"]


class EdgeState(StrEnum):
    """How far the node is."""

    IDLE = "idle"
    """It was not started, or was stopped."""
    CONNECTING = "connecting"
    """The shell opens the connection."""
    REGISTERING = "registering"
    """The Registration is sent; nothing else may be until it is answered."""
    ACTIVE = "active"
    """It takes part."""
    CLOSING = "closing"
    """The shell closes the connection."""
    WAITING = "waiting"
    """It waits for the time of the next attempt."""
