"""Whose alarm was it: how often the hand-over names the right person in a real crowd.

Recorded people cross the lines of a simulated threat sensor; its alarms are handed over to
Clearway's tracks of the same people under two simulated person sensors, to the nearest track, and
to ideal tracks.

    python bench/attribution.py [--data ../shared/data/hermes] [--recordings bot-300-085-085 ...]
        [--seeds 1 2] [--cases "one look 0.1 m" ...] [--output output/bench-attribution]
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clearway.bench.tracking.comparison import RECORDINGS
from clearway.bench.tracking.crossings import (
    CASES,
    Case,
    Outcome,
    Row,
    calibration_error,
    followed,
    hand_over,
    summarise,
)
from clearway.bench.tracking.scenario import BASE, load_scenario
from clearway.errors import ClearwayError
from clearway.store.atomic import atomic_write, refusal
from clearway.trial.statistics import Proportion

HEADINGS = (
    "people/m²",
    "n",
    "right person, %",
    "nearest track, %",
    "ideal tracks, %",
    "95 % set holds the carrier, %",
    "claimed, %",
    "set size",
    "set size / ideal",
)
LEGEND = """\
Shares with their 95 % Wilson interval. *Right person*: the hand-over's most probable track is the
carrier's. *Nearest track*: the last look goes to the track nearest to it when it arrives. *Ideal
tracks*: the hand-over on true positions but for 0.05 m per axis, a ceiling. *Claimed*: the
probability that the set is said to hold. People/m²: those within 1 m, the carrier included.
"""


def main() -> None:
    """Print the tables and write them as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/hermes"))
    parser.add_argument("--recordings", nargs="+", default=RECORDINGS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=CASES)
    parser.add_argument("--output", type=Path, default=Path("output/bench-attribution"))
    arguments = parser.parse_args()
    console = Console()
    try:
        outcomes = with_progress(
            console,
            [arguments.data / f"{name}.txt.gz" for name in arguments.recordings],
            arguments.seeds,
            [CASES[name] for name in arguments.cases],
        )
        text = report(outcomes, arguments.recordings, arguments.seeds)
        path = arguments.output / "attribution.md"
        write(path, text)
    except ClearwayError as error:
        sys.exit(str(error))
    console.print(Markdown(text))
    console.print(f"Tables: {path}", soft_wrap=True)


def write(path: Path, text: str) -> None:
    """Write the tables; their folder is made if absent."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(path.parent, error) from error
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def with_progress(
    console: Console, recordings: Sequence[Path], seeds: Sequence[int], cases: Sequence[Case]
) -> list[Outcome]:
    """Run every case on every recording and seed, and say how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    outcomes = []
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        total = len(recordings) * len(seeds) * len(cases)
        task = progress.add_task("hand-over", total=total)
        for seed in seeds:
            for path in recordings:
                scenario = load_scenario(path, BASE, seed)
                # Only sensors that measure heights give other tracks than the rest.
                tracks = {
                    heights: followed(scenario, np.random.default_rng(seed) if heights else None)
                    for heights in {case.heights for case in cases}
                }
                for case in cases:
                    # The same alarms, late or not: only then does their difference say something.
                    prompt = replace(case, name="", delay_s=0.0)
                    rng = np.random.default_rng([seed, *f"{scenario.name} {prompt}".encode()])
                    outcomes += hand_over(scenario, tracks[case.heights], case, rng)
                    progress.advance(task)
    return outcomes


def report(outcomes: Sequence[Outcome], recordings: Sequence[str], seeds: Sequence[int]) -> str:
    """One table per case, and how well the first choice is calibrated."""
    rows = summarise(outcomes)
    parts = [
        "# Whose alarm was it\n",
        f"{', '.join(recordings)}; seeds {', '.join(map(str, seeds))}.\n",
        LEGEND,
    ]
    for case in dict.fromkeys(row.case for row in rows):
        parts.append(f"## {case}\n")
        parts.append(markdown([cells(row) for row in rows if row.case == case]))
    error = calibration_error(outcomes)
    if error is not None:
        parts.append(
            f"Expected calibration error of the first choice over all cases: {error:.3f} "
            f"(n = {len(outcomes)}).\n"
        )
    return "\n".join(parts)


def cells(row: Row) -> list[str]:
    """A row as it stands in a table."""
    return [
        row.density,
        str(row.right["n"]),
        *(per_cent(share) for share in (row.right, row.nearest, row.ideal, row.set_right)),
        number(100 * row.set_mass, 1),
        number(row.set_size, 2),
        number(row.size_ratio, 2),
    ]


def per_cent(share: Proportion) -> str:
    """With its interval; a dash where there is nothing to count."""
    value, low, high = share["value"], share["low"], share["high"]
    if value is None or low is None or high is None:
        return "-"
    return f"{100 * value:.1f} ({100 * low:.1f}-{100 * high:.1f})"


def number(value: float, digits: int) -> str:
    """A dash where it is not known."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
