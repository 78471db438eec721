"""What a page that looks at the past may ask for."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

__all__ = [
    "COMMANDS",
    "FASTEST",
    "LATEST_US",
    "SLOWEST",
    "Command",
    "Commands",
    "Pause",
    "Play",
    "Seek",
    "SetSpeed",
]

SLOWEST: Final = 0.25
FASTEST: Final = 20.0
LATEST_US: Final = (2**63 - 1) // 2000
"""Of the year 2116; later times do not fit all databases once something is added to them."""


class Command(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Any of these."""


class Seek(Command, frozen=True, tag="seek"):
    """Show another moment."""

    time_us: Annotated[int, Meta(ge=0, le=LATEST_US)]


class SetSpeed(Command, frozen=True, tag="speed"):
    """Go on faster or slower."""

    speed: Annotated[float, Meta(ge=SLOWEST, le=FASTEST)]


class Pause(Command, frozen=True, tag="pause"):
    """Stand still."""


class Play(Command, frozen=True, tag="play"):
    """Go on."""


Commands: TypeAlias = Seek | SetSpeed | Pause | Play
COMMANDS: Final = (Seek, SetSpeed, Pause, Play)
