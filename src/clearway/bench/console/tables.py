"""What was measured, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from statistics import median

from rich.table import Table

from clearway.bench.console.flood import Flood
from clearway.bench.console.heap import Heap
from clearway.bench.console.latency import Delays, Latency
from clearway.bench.console.load import NOBODY, OWN, PEER, Served
from clearway.bench.timing import Spread

__all__ = ["flood_table", "heap_table", "latency_table", "load_table", "ratios"]


def load_table(found: Sequence[Served]) -> Table:
    """Each server's share of a core, beside the console's over a peer's within a round.

    Making the picture is part of what a console does and not of what the peers do: the last ratio
    leaves it out.
    """
    own = [one for one in found if one.name == OWN]
    scene = own[0].scene
    table = _table(
        f"{scene.people} people at {scene.rate_hz:g} Hz to {own[0].pages} pages, "
        f"{len(own)} x {scene.seconds:g} s",
        "server's process, share of one core",
        "median",
        "smallest",
        "largest",
        "Clearway / it",
        "its sending / it",
        "frames due",
        "taken",
        "skipped",
    )
    for name in dict.fromkeys(one.name for one in found):
        runs = [one for one in found if one.name == name]
        share = Spread.of([one.processor_share for one in runs])
        is_peer = name.startswith(PEER)
        counts = [one.counts for one in runs]
        table.add_row(
            name,
            *(f"{100 * value:.2f} %" for value in (share.median, share.smallest, share.largest)),
            f"{median(ratios(found, name)):.2f}" if is_peer else "",
            f"{median(ratios(found, name, without=NOBODY)):.2f}" if is_peer else "",
            f"{sum(one.due for one in runs)}",
            f"{sum(one.frames for one in counts)}",
            f"{sum(one.skipped for one in counts)}",
        )
    return table


def ratios(found: Sequence[Served], name: str, without: str | None = None) -> list[float]:
    """The console's share over another server's, in each round.

    Parameters
    ----------
    found : sequence of Served
    name : str
        Of the other server.
    without : str, optional
        Whose share is taken from the console's first: that of `NOBODY` leaves what is spent on
        sending.
    """
    own, other, base = (
        [one.processor_share for one in found if one.name == wanted]
        for wanted in (OWN, name, without)
    )
    base = base or [0.0] * len(own)
    return [(one - less) / two for one, two, less in zip(own, other, base, strict=True)]


def latency_table(found: Sequence[Latency]) -> Table:
    """Delays of people and alarms, by the number of people."""
    table = _delay_table("From the control room's being told to the picture")
    for one in found:
        people = f"{one.scene.people} people at {one.scene.rate_hz:g} Hz"
        _add(table, f"{people}: report to end of drawing", one.to_drawing, one.reports)
        _add(table, f"{people}: report to next animation frame", one.to_pixel, one.reports)
        _add(table, f"{people}: alert to its row", one.alarm_to_row, one.alarms)
    return table


def flood_table(found: Flood) -> Table:
    """How a page fared."""
    scene = found.scene
    table = _delay_table(
        f"{found.alarms} alarms in {scene.seconds:g} s, all critical, "
        f"and {scene.people} people at {scene.rate_hz:g} Hz"
    )
    _add(table, "between animation frames", found.gaps)
    _add(table, "the same before the flood", found.quiet)
    if found.tasks is not None:
        _add(table, "tasks of more than 50 ms", found.tasks)
    _add(table, "key to the row that it chose", found.keys, found.keys_pressed)
    _add(table, "alert to its being counted", found.alarm_to_count, found.alarms)
    _add(table, "report to next animation frame", found.to_pixel, found.reports)
    before, after = found.heap_before_bytes / 1e6, found.heap_after_bytes / 1e6
    table.caption = (
        f"Browser's heap {before:.1f} MB before, {after:.1f} MB after; "
        f"server's process {100 * found.processor_share:.1f} % of one core, "
        f"at most {found.late_ms:.0f} ms late with a report."
    )
    return table


def heap_table(found: Heap) -> Table:
    """The heap after so many frames."""
    table = _table(
        f"Frames of {found.people} people, faster than life",
        "frames taken",
        "heap in use",
        "change",
    )
    for frames, size in zip(found.frames, found.heap_bytes, strict=True):
        change = size / found.heap_bytes[0] - 1.0
        table.add_row(f"{frames}", f"{size / 1e6:.3f} MB", f"{100 * change:+.1f} %")
    return table


def _delay_table(title: str) -> Table:
    return _table(title, "milliseconds", "p50", "p95", "longest", "n", "of")


def _add(table: Table, name: str, delays: Delays, of: int | None = None) -> None:
    cells = [f"{value:.1f}" for value in (delays.p50, delays.p95, delays.longest)]
    table.add_row(name, *cells, f"{delays.n}", "" if of is None else f"{of}")


def _table(title: str, name: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    for heading, side in zip_longest((name, *columns), ("left",), fillvalue="right"):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    return table
