"""The kinds of values that requests hold, and their limits.

Text that cannot be printed is refused before it reaches a database, of which each has its own idea
of it, or a log.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from litestar.di import Provide
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

__all__ = [
    "MOST",
    "PRINTABLE",
    "AccountName",
    "Day",
    "Language",
    "OneTimeCode",
    "PathText",
    "Remark",
    "Secret",
    "ShortText",
    "given",
]

T = TypeVar("T")

# A dollar alone lets a line break follow in Python and none in JavaScript.
_END: Final = r"$(?!\n)"
PRINTABLE: Final = rf"^[^\u0000-\u001f\u007f-\u009f]*{_END}"
MOST: Final = 2**63 - 1
"""The greatest number that a database keeps."""

_LINES: Final = rf"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*{_END}"

ShortText: TypeAlias = Annotated[str, Meta(max_length=200, pattern=PRINTABLE)]
Remark: TypeAlias = Annotated[
    str, Meta(max_length=2000, pattern=_LINES, description="May have several lines.")
]
AccountName: TypeAlias = Annotated[
    str,
    Meta(
        pattern=rf"^[a-z][a-z0-9._-]{{1,31}}{_END}",
        description="Small letters, digits, dots, dashes and underscores; a letter first.",
    ),
]
Secret: TypeAlias = Annotated[str, Meta(max_length=256)]
OneTimeCode: TypeAlias = Annotated[
    str, Meta(max_length=16, description="Six digits, as the authenticator shows them.")
]
Language: TypeAlias = Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z0-9-]+" + _END)]
PathText: TypeAlias = Annotated[str, PathParameter(max_length=100)]
Day: TypeAlias = Annotated[
    date | None, QueryParameter(name="date", description="Of the station's own time zone.")
]


def given(value: Any) -> Provide:
    """What is handed to every handler of a router that asks for it by name."""
    return Provide(lambda: value, sync_to_thread=False)
