"""What a service or node has to say, line by line with the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console


def printer(console: Console) -> Callable[[str], None]:
    """Print notices with the time in UTC, whatever characters they hold."""

    def notice(text: str) -> None:
        moment = datetime.now(UTC).strftime("%H:%M:%S")
        console.print(f"{moment} {text}", highlight=False, markup=False, soft_wrap=True)

    return notice
