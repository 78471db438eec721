"""Bounds of a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from clearway.errors import ArgumentError
from clearway.sapient.link import LinkSettings
from clearway.sapient.session.settings import FusionSettings

__all__ = ["ServerSettings"]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Bounds of a server, and the rules of its connections."""

    peers: int = 256
    """Connections at once, those included that have not registered."""
    connections_per_s: float = 50.0
    """New connections on the long run."""
    connection_burst: float = 200.0
    """New connections at once: all nodes of a site may come back together."""
    handshake_s: float = 10.0
    """Time for the TLS handshake."""
    tick_s: float = 0.25
    """How often timers are looked at."""
    link: LinkSettings = field(default_factory=LinkSettings)
    """Bounds of each connection."""
    session: FusionSettings = field(default_factory=FusionSettings)
    """Who may say what when."""

    def __post_init__(self) -> None:
        """Refuse bounds that would stop everything."""
        for name in ("peers", "connections_per_s", "connection_burst", "handshake_s", "tick_s"):
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"{getattr(self, name)} is not positive", "give more")
