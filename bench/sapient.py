"""What the live service takes: sensors in processes of their own over mutual TLS, on one machine.

Walking people are reported by cameras that tile the corridor, and looked at by the curtains that
they pass; the service validates, logs to disk, follows everybody and keeps alerts, as `clearway
serve` does.  The scale beside its validator is sapient-pydantic on the same messages, run in turn
on one core.

    python bench/sapient.py [--nodes 8] [--rate 25] [--people 10] [--looks 3] [--seconds 60]
        [--repeats 3] [--messages 1_000_000] [--output sapient.json]
        [--figure docs/sapient/memory.svg]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clearway.bench.machine import cpu_name, usable_cores
from clearway.bench.sapient import (
    PEER,
    Load,
    Measurement,
    ValidatorRates,
    best_of,
    measure,
    memory_figure,
    validator_rates,
)
from clearway.bench.timing import Spread
from clearway.errors import ClearwayError
from clearway.store.atomic import atomic_write

QUANTILES = ("p50", "p95", "p99", "longest")


def main() -> None:
    """Print the tables; write figures and picture where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=8, help="cameras, each a process")
    parser.add_argument("--rate", type=float, default=25.0, help="scans per second of each")
    parser.add_argument("--people", type=int, default=10, help="in view of each, mean")
    parser.add_argument(
        "--looks", type=int, default=3, help="of each curtain at everybody who passes, 0 for none"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="measured, after a warm-up")
    parser.add_argument("--messages", type=int, help="of the cameras to measure, not --seconds")
    parser.add_argument("--repeats", type=int, default=1, help="runs, of which the best is shown")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="JSON file")
    parser.add_argument("--figure", type=Path, help="SVG file of the service's memory")
    arguments = parser.parse_args()
    try:
        load = Load(
            nodes=arguments.nodes,
            rate_hz=arguments.rate,
            people=arguments.people,
            looks=arguments.looks,
            seconds=arguments.seconds,
            seed=arguments.seed,
        )
        if arguments.messages is not None:
            load = replace(load, seconds=arguments.messages / load.offered_per_s)
        cores = usable_cores()
        runs = [measure(load) for _ in range(arguments.repeats)]
        # On the core that the service had.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        validators = validator_rates(load)
        machine = {
            "cpu": cpu_name(),
            "cores": cores,
            "load_average": os.getloadavg(),
            "clearway": version("clearway"),
        }
        print(service_table(runs), validator_table(validators), sep="\n\n")
        print(f"\n{machine['cpu']}, {cores} cores; load of the machine: {machine['load_average']}")
        if arguments.output is not None:
            found = {"machine": machine} | figures(runs, validators)
            with atomic_write(arguments.output) as temporary:
                temporary.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        if arguments.figure is not None:
            with atomic_write(arguments.figure) as temporary:
                picture = memory_figure(best_of(runs))
                picture.savefig(temporary, format="svg", metadata={"Date": None})
    except ClearwayError as error:
        sys.exit(str(error))


def figures(runs: list[Measurement], validators: ValidatorRates) -> dict[str, Any]:
    """Everything measured, for other programs."""
    load = runs[0].load
    return {
        "load": asdict(load) | {"offered_per_s": load.offered_per_s},
        "best": runs.index(best_of(runs)),
        "runs": [
            {
                "accepted_per_s": run.accepted_per_s,
                "looks_per_s": run.looks_per_s,
                "processor_share": run.processor_share,
                "waiting_share": run.waiting_share,
                "service": asdict(run.service),
                "nodes": [asdict(node) for node in run.nodes],
            }
            for run in runs
        ],
        "validators": asdict(validators),
    }


def service_table(runs: list[Measurement]) -> str:
    """The best run, beside the smallest and largest value of all."""
    best = best_of(runs)
    lines = [
        f"| service, {best.load.seconds:g} s | best of {len(runs)} | smallest | largest |",
        "|---|---:|---:|---:|",
    ]
    for name, digits, value in rows(best.load):
        values = [value(run) for run in runs]
        cells = [f"{one:.{digits}f}" for one in (value(best), min(values), max(values))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def rows(load: Load) -> list[tuple[str, int, Callable[[Measurement], float]]]:
    """Name, decimals and value of each line."""
    of_curtains = [
        ("looks of the curtains accepted, 1/s", 1, lambda run: run.looks_per_s),
        *((f"socket to engine, of looks, {name}, ms", 1, of_looks(name)) for name in QUANTILES),
    ]
    return [
        ("detections offered, 1/s", 0, lambda run: run.load.offered_per_s),
        ("detections accepted, 1/s", 0, lambda run: run.accepted_per_s),
        *(
            (f"socket to engine, {name}, ms", 1, from_socket(name))
            for name in QUANTILES
        ),
        *((f"scan to engine, {name}, ms", 1, from_scan(name)) for name in QUANTILES),
        *(of_curtains if load.looks else ()),
        ("messages refused", 0, lambda run: run.service.refused),
        ("detections and looks of no use to the engine", 0, lambda run: run.service.unused),
        ("times a node was slowed down", 0, lambda run: run.service.throttled),
        ("messages that a node could not send", 0, not_sent),
        ("records that the log lost", 0, lambda run: run.service.log_lost),
        ("people followed, mean", 1, lambda run: run.service.people),
        ("processor of the service, share of a core", 2, lambda run: run.processor_share),
        ("kept from its core by others, share of time", 2, lambda run: run.waiting_share),
        ("resident memory at the end, MB", 0, lambda run: run.service.sampled_bytes[-1] / 1e6),
        ("log, MB", 0, lambda run: run.service.log_bytes / 1e6),
    ]  # fmt: skip


def from_socket(name: str) -> Callable[[Measurement], float]:
    return lambda run: run.service.from_socket_ms[name]


def from_scan(name: str) -> Callable[[Measurement], float]:
    return lambda run: run.service.from_scan_ms[name]


def of_looks(name: str) -> Callable[[Measurement], float]:
    # Nothing to tell where nobody has passed.
    return lambda run: run.service.looks_ms.get(name, math.nan)


def not_sent(run: Measurement) -> float:
    return sum(node.not_sent for node in run.nodes)


def validator_table(found: ValidatorRates) -> str:
    """Rates of one core, and their ratio within each pair of runs."""

    def row(name: str, digits: int, spread: Spread) -> str:
        cells = (spread.median, spread.smallest, spread.largest)
        return f"| {name} | {' | '.join(f'{cell:.{digits}f}' for cell in cells)} |"

    lines = [
        f"| {found.messages} messages, one core | median | smallest | largest |",
        "|---|---:|---:|---:|",
        row("Clearway, messages/s", 0, found.own_per_s),
    ]
    if found.peer_per_s is None or found.ratio is None:
        return "\n".join([*lines, "", found.peer_version])
    lines.append(row(f"{PEER} {found.peer_version}, messages/s", 0, found.peer_per_s))
    lines.append(row("ratio", 1, found.ratio))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
