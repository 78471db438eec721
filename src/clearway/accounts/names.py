"""Names of accounts, and of people as others are shown them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from clearway.errors import ArgumentError

__all__ = ["check_name", "displayed"]

_NAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_RESERVED: Final = frozenset(
    {"clearway", "console", "control-room", "nobody", "terminal", "unknown"}
)
"""By these the audit log names the machine, its terminal and whoever is not known, or a reader
would think so: what such an account does would be taken for theirs."""
_DISPLAY_LENGTH: Final = 60


def check_name(name: str) -> None:
    """See whether an account may have this name.

    Raises
    ------
    ArgumentError
        It may not; the name of an account that is there already is none of its business.
    """
    if not _NAME.fullmatch(name):
        raise ArgumentError(
            "name",
            f"{name[:40]!r} cannot be used",
            "use 2 to 32 small letters, digits, dots, dashes and underscores; a letter first",
        )
    if name in _RESERVED:
        raise ArgumentError(
            "name",
            f"{name} is not for people: the audit log uses it for the station itself",
            "choose another",
        )


def displayed(display: str) -> str:
    """A name as it may be shown: one line, without characters that reorder or hide others.

    Raises
    ------
    ArgumentError
        Nothing is left of it, or too much.
    """
    plain = unicodedata.normalize("NFC", display)
    shown = " ".join("".join(c for c in plain if c.isprintable()).split())
    if not 0 < len(shown) <= _DISPLAY_LENGTH:
        raise ArgumentError(
            "display", "cannot be shown", f"use 1 to {_DISPLAY_LENGTH} printable characters"
        )
    return shown
