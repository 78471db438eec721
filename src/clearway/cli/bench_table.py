"""What `clearway bench` found, on the terminal: ratios first, absolute figures beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from clearway.bench.results import ImagingBench, Rate
    from clearway.bench.scaling import ScalingPoint
    from clearway.bench.timing import Spread


def print_bench(console: Console, found: ImagingBench) -> None:
    """Print ratios, rates, accuracy, memory and what they were measured on."""
    ratios = _table(
        "Time per update over that of Clearway, end to end",
        ("peer", "ratio", "peer", "Clearway", "peer timed"),
    )
    for one in found.comparisons:
        ratios.add_row(
            f"{one.peer} ({one.version})",
            _spread(one.ratio, 1, 3),
            _rate_words(one.other),
            _rate_words(one.clearway),
            one.scope.value,
        )
    for name in found.missing:
        ratios.add_row(name, "not installed")
    console.print(ratios)

    rates = _table(
        "Clearway, end to end", ("setting", "voxels", "images/s", "one image, ms", "1e9 updates/s")
    )
    for one_setting in found.rates:
        for voxels, rate in (
            (found.roi_voxels, one_setting.roi),
            (found.volume_voxels, one_setting.volume),
        ):
            if rate is not None:
                rates.add_row(
                    str(one_setting.setting),
                    f"{voxels:,}",
                    f"{rate.frames_per_s:.3g}",
                    _spread(rate.seconds, 1e3, 4),
                    f"{rate.giga_updates_per_s:.3g}",
                )
    console.print(rates)

    accuracy = _table(
        f"Error at {found.checked_voxels} voxels of the region of interest",
        ("method", "window", "NRMSE", "largest, dB of peak"),
    )
    for entry in found.accuracy:
        window = entry.window or "none"
        accuracy.add_row(entry.name, window, f"{entry.nrmse:.2%}", f"{entry.max_error_db:.1f}")
    console.print(accuracy)

    memory = _table("Peak memory of a process with one image", ("method", "voxels", "MB"))
    for peak in found.memory:
        memory.add_row(peak.name, f"{peak.voxels:,}", f"{peak.bytes / 1e6:.0f}")
    console.print(memory)

    console.print(f"{found.channels:,} channels; {found.machine}", highlight=False)
    for problem in found.missing.values():
        console.print(escape(problem), highlight=False, soft_wrap=True)


def print_scaling(console: Console, points: Sequence[ScalingPoint]) -> None:
    """Print one line per size."""
    table = _table("Cost of imaging", ("varied", "count", "ms"))
    for point in points:
        table.add_row(point.axis.value, f"{point.count:,}", _spread(point.seconds, 1e3, 4))
    console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    first, *rest = columns
    table.add_column(first)
    for column in rest:
        table.add_column(column, justify="right")
    return table


def _rate_words(rate: Rate) -> str:
    return f"{rate.giga_updates_per_s:.3g} e9/s, {rate.seconds.median:.3g} s"


def _spread(spread: Spread, scale: float, digits: int) -> str:
    median, low, high = (
        f"{scale * value:.{digits}g}" for value in (spread.median, spread.smallest, spread.largest)
    )
    return f"{median} ({low} to {high})"
