"""What the console costs, how late its pages are, and whether they last, on this machine.

Server, control room and built pages are the real ones; only what a service would show is made
beforehand.  `load` needs no browser; the others need Chromium and Playwright (`clearway[test]`).

    python bench/console.py load [--people 500] [--rate 12.5] [--pages 50] [--seconds 20]
        [--repeats 3]
    python bench/console.py latency [--people 100 500] [--rate 12.5] [--seconds 48]
    python bench/console.py flood [--people 100] [--rate 12.5] [--alarms 1000] [--seconds 60]
    python bench/console.py heap [--people 100] [--rate 1000] [--first 5_000] [--frames 200_000]

Each takes `--output FILE.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from clearway.bench.console.flood import measure_flood
from clearway.bench.console.heap import measure_heap
from clearway.bench.console.latency import measure_latency
from clearway.bench.console.load import NOBODY, PEER, Served, measure_load
from clearway.bench.console.station import Scene
from clearway.bench.console.tables import (
    flood_table,
    heap_table,
    latency_table,
    load_table,
    ratios,
)
from clearway.bench.machine import cpu_name, usable_cores
from clearway.errors import ClearwayError
from clearway.store.atomic import atomic_write

ALARMS_PER_S = 1.25
"""Slow enough for each to be dismissed before the next."""


def main() -> None:
    """Measure, print a table, and write the figures where asked."""
    arguments = parsed()
    cores = usable_cores()
    before = os.getloadavg()
    try:
        table, found = MEASURES[arguments.what](arguments)
        machine = {
            "cpu": cpu_name(),
            "cores": cores,
            "load_average_before": before,
            "load_average_after": os.getloadavg(),
            "clearway": version("clearway"),
        }
        console = Console(width=None if sys.stdout.isatty() else 140)
        console.print(table)
        console.print(place(machine, found), highlight=False)
        if arguments.output is not None:
            with atomic_write(arguments.output) as temporary:
                text = json.dumps({"machine": machine} | found, indent=2)
                temporary.write_text(text + "\n", encoding="utf-8")
    except ClearwayError as error:
        sys.exit(str(error))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="what", required=True)
    for name, people, rate_hz, seconds in (
        ("load", [500], 12.5, 20.0),
        ("latency", [100, 500], 12.5, 48.0),
        ("flood", [100], 12.5, 60.0),
        ("heap", [100], 1000.0, 5.0),
    ):
        part = parts.add_parser(name)
        several = "+" if name == "latency" else 1
        part.add_argument("--people", type=positive, nargs=several, default=people)
        part.add_argument("--rate", type=above_0, default=rate_hz, help="reports per second")
        part.add_argument("--seconds", type=above_0, default=seconds, help="of each measurement")
        part.add_argument("--output", type=Path, help="JSON file")
        if name == "load":
            part.add_argument("--pages", type=positive, default=50, help="open at once")
            part.add_argument("--repeats", type=positive, default=3)
        if name == "flood":
            part.add_argument("--alarms", type=positive, default=1000, help="in that time")
        if name == "heap":
            part.add_argument("--first", type=positive, default=5_000, help="frames, first look")
            part.add_argument("--frames", type=positive, default=200_000, help="frames, last look")
            part.add_argument("--looks", type=positive, default=10, help="after the first")
    return parser.parse_args()


def positive(text: str) -> int:
    """A whole number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def above_0(text: str) -> float:
    """A number above 0."""
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def load(arguments: argparse.Namespace) -> tuple[Table, dict[str, Any]]:
    """Processor time of the server."""

    def tell(one: Served) -> None:
        print(f"{one.name}: {100 * one.processor_share:.2f} %", file=sys.stderr)

    scene = Scene(arguments.seconds, arguments.people[0], arguments.rate)
    found = measure_load(scene, arguments.pages, arguments.repeats, tell)
    names = dict.fromkeys(one.name for one in found if one.name.startswith(PEER))
    return load_table(found), {
        "load": [asdict(one) | {"processor_share": one.processor_share} for one in found],
        "ratios": {name: ratios(found, name) for name in names},
        "ratios of sending": {name: ratios(found, name, without=NOBODY) for name in names},
    }


def latency(arguments: argparse.Namespace) -> tuple[Table, dict[str, Any]]:
    """From report and alert to the picture."""
    found = measure_latency(
        [
            Scene(arguments.seconds, people, arguments.rate, ALARMS_PER_S, dismissed=True)
            for people in arguments.people
        ]
    )
    return latency_table(found), {"latency": [asdict(one) for one in found]} | browser(found[0])


def flood(arguments: argparse.Namespace) -> tuple[Table, dict[str, Any]]:
    """A page under many alarms."""
    per_s = arguments.alarms / arguments.seconds
    found = measure_flood(Scene(arguments.seconds, arguments.people[0], arguments.rate, per_s))
    return flood_table(found), {"flood": asdict(found)} | browser(found)


def heap(arguments: argparse.Namespace) -> tuple[Table, dict[str, Any]]:
    """What frames leave behind."""

    def tell(frames: int, size: int) -> None:
        print(f"{frames} frames: {size / 1e6:.3f} MB", file=sys.stderr)

    found = measure_heap(
        Scene(arguments.seconds, arguments.people[0], arguments.rate),
        first=arguments.first,
        frames=arguments.frames,
        looks=arguments.looks,
        tell=tell,
    )
    return heap_table(found), {"heap": asdict(found) | {"growth": found.growth}} | browser(found)


def browser(found: Any) -> dict[str, Any]:
    return {"browser": found.browser}


def place(machine: dict[str, Any], found: dict[str, Any]) -> str:
    """Where this was measured, in one sentence."""
    loads = (machine["load_average_before"][0], machine["load_average_after"][0])
    seen = f", {found['browser']} without a window" if "browser" in found else ""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, Clearway {machine['clearway']}{seen}; "
        f"load average of the machine {loads[0]:.1f} before and {loads[1]:.1f} after."
    )


MEASURES = {"load": load, "latency": latency, "flood": flood, "heap": heap}


if __name__ == "__main__":
    main()
