"""What a run shows while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

if TYPE_CHECKING:
    from clearway.engine import Event
    from clearway.trial.run import RunProgress


@contextmanager
def showing_progress(console: Console, *, live: bool) -> Iterator[RunProgress]:
    """Show stages, a bar and each alert as it opens.

    Parameters
    ----------
    console : Console
    live : bool
        Whether to draw a moving bar; otherwise one line per stage and alert.
    """
    from clearway.domain import AlertState, ThreatClass
    from clearway.engine import AlertChanged, TracksReported
    from clearway.trial.run import RunProgress

    bar = Progress(
        TextColumn("{task.description:<20}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        disable=not live,
    )
    present: TaskID | None = None

    def stage(name: str) -> None:
        nonlocal present
        if present is not None:
            bar.update(present, completed=1.0)
        present = bar.add_task(name, total=1.0, note="")
        if not live:
            console.print(f"{name} ...")

    def fraction(done: float) -> None:
        if present is not None:
            bar.update(present, completed=done)

    def events(found: list[Event]) -> None:
        for event in found:
            if isinstance(event, TracksReported) and present is not None:
                bar.update(present, note=f"{len(event.tracks):3d} people followed")
            if isinstance(event, AlertChanged) and event.alert.state is AlertState.OPEN:
                alert = event.alert
                threat = max(ThreatClass, key=alert.belief.probability_of)
                who = (
                    f"person {alert.leading_track_id}"
                    if len(alert.candidates) == 1
                    else f"one of {len(alert.candidates)} people"
                )
                bar.console.print(
                    f"alert {alert.alert_id}: {who}, {threat.value.replace('_', ' ')}, "
                    f"probability {alert.probability:.2f}",
                    highlight=False,
                )

    with bar:
        yield RunProgress(stage, fraction, events, bar.console.print)


@contextmanager
def counting(console: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many things of a known number are done; a terminal alone is shown the bar.

    Yields
    ------
    callable
        To be told the number done.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def telling(console: Console, what: str) -> Iterator[Callable[[str], None]]:
    """Print what has been done, line by line; a terminal also sees that work goes on.

    Yields
    ------
    callable
        To be told in words.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        bar.add_task(what, total=None)
        yield console.print
