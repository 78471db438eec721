"""How much faster than real time the engine runs, on one core.

The demo's sensors watch a simulated crowd; everything they send is kept, then given to a fresh
engine and timed.  The sensors' and the crowd's own cost is not counted.  The scale beside it is
the bare assignment that the tracker cannot do without: SciPy's `linear_sum_assignment` alone on
matrices of the same sizes.

    python bench/engine.py [--rate 100] [--duration 300] [--repeats 5]
"""

from __future__ import annotations

import argparse
import itertools
import os
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from scipy.optimize import linear_sum_assignment

from clearway.domain import Detection
from clearway.engine import Engine, TracksReported
from clearway.site.reading import load_site
from clearway.site.schema import Site
from clearway.twin.crowd import open_crowd
from clearway.twin.random_streams import random_stream
from clearway.twin.world import World


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100.0, help="persons per minute")
    parser.add_argument("--duration", type=float, default=300.0, help="simulated seconds")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    site = load_site(Path(str(files("clearway.site") / "station.toml")))
    messages = recorded_messages(site, arguments.rate, arguments.duration)
    detections = sum(len(message) for message in messages)
    engine_s, followed = [], 0.0
    for _ in range(arguments.repeats):
        elapsed, followed = time_engine(site, messages)
        engine_s.append(elapsed)
    assignment_s = time_assignment(messages, round(followed))
    spent = median(engine_s)
    rows = [
        ("persons per minute", f"{arguments.rate:g}"),
        ("people followed at once, mean", f"{followed:.1f}"),
        ("detections", f"{detections}"),
        ("simulated time", f"{arguments.duration:.0f} s"),
        (f"engine, CPU time, median of {arguments.repeats}", f"{spent:.2f} s"),
        ("fastest and slowest", f"{min(engine_s):.2f} s, {max(engine_s):.2f} s"),
        ("per detection", f"{1e6 * spent / detections:.0f} us"),
        ("times real time, one core", f"{arguments.duration / spent:.1f}"),
        ("engine / bare SciPy assignment", f"{spent / assignment_s:.1f}"),
    ]
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        print(f"{label:<{width}}  {value}")


def recorded_messages(site: Site, rate_per_min: float, duration_s: float) -> list[list[Detection]]:
    """Everything the sensors send without a cue, grouped by arrival."""
    crowd = open_crowd(
        site,
        crowd_file=None,
        rate_per_min=rate_per_min,
        duration_s=duration_s,
        rng=random_stream(1, "crowd"),
    )
    world = World(site, crowd, 1)
    chunks = world.observations(crowd.duration_s, 10.0, 1)
    detections = sorted(
        (observation.detection for _, chunk in chunks for observation in chunk),
        key=lambda detection: detection.received_ns,
    )
    groups = itertools.groupby(detections, key=lambda detection: detection.received_ns)
    return [list(group) for _, group in groups]


def time_engine(site: Site, messages: list[list[Detection]]) -> tuple[float, float]:
    """CPU seconds of one pass, and the mean number of people followed."""
    engine = Engine(site)
    followed: list[int] = []
    started = process_time()
    for message in messages:
        events = engine.observe(message)
        followed.extend(len(e.tracks) for e in events if isinstance(e, TracksReported))
    engine.flush()
    return process_time() - started, float(np.mean(followed))


def time_assignment(messages: list[list[Detection]], tracks: int) -> float:
    """CPU seconds of the assignments alone, on random costs of the same sizes."""
    rng = np.random.default_rng(1)
    costs = [rng.random((tracks, len(message))) for message in messages]
    started = process_time()
    for cost in costs:
        linear_sum_assignment(cost)
    return process_time() - started


if __name__ == "__main__":
    main()
