"""What is written together with a change, so that neither is there without the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection

__all__ = ["Recorder", "unrecorded"]

Recorder: TypeAlias = Callable[[Connection], object]
"""Writes, within the transaction of a change that was just made, whatever belongs to it, such as
its audit record.  If it raises, the change has not happened."""


def unrecorded(_: Connection) -> None:
    """Write nothing else: for changes that somebody else answers for."""
