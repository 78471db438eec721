"""Bounds of a client."""

from __future__ import annotations

from dataclasses import dataclass, field

from clearway.errors import ArgumentError
from clearway.sapient.link_settings import LinkSettings
from clearway.sapient.session.settings import EdgeSettings

__all__ = ["ClientSettings"]


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Bounds of a client."""

    connect_s: float = 10.0
    """Time for the connection and the TLS handshake."""
    tick_s: float = 0.25
    """How often timers are looked at."""
    link: LinkSettings = field(default_factory=LinkSettings)
    """Bounds of the connection."""
    session: EdgeSettings = field(default_factory=EdgeSettings)
    """Times of the session."""

    def __post_init__(self) -> None:
        """Refuse bounds that would stop everything."""
        for name in ("connect_s", "tick_s"):
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"{getattr(self, name)} is not positive", "give more")
