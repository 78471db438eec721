"""What the multi-sensor tracker costs as the crowd grows, on one core.

Walkers in two directions, one per square metre, in a hall that grows with their number and is
tiled by sensors that each see 10 x 10 m; then a crush.  The scale beside it is the bare
assignment of all people to all detections, SciPy's `linear_sum_assignment` on dense matrices of
distances, and norfair, where installed, on the same detections in one list.

    python bench/tracking_scale.py [--people 10 30 ...] [--duration 30] [--figure scaling.svg]
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, replace
from math import ceil, sqrt
from pathlib import Path
from time import process_time

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import linear_sum_assignment
from scipy.spatial import KDTree

from clearway.bench.machine import cpu_name
from clearway.bench.tracking.peers import CLEARWAY, Norfair, Peer, follow
from clearway.bench.tracking.scenario import Frame, Scenario, SensorModel, Variant
from clearway.domain import NANOSECONDS
from clearway.errors import ClearwayError, MissingExtraError
from clearway.store.atomic import atomic_write

RATE_HZ = 10.0
TILE_M = 10.0
DENSITY_PER_M2 = 1.0
CRUSH_PER_M2 = 2.5
FREE_SPEED_M_S = (1.34, 0.26)
"""Mean and standard deviation of people who walk alone."""
WANDER_M_S = 0.2
"""Standard deviation of the lateral velocity."""
WANDER_MEMORY_S = 1.0
BODY_M = 0.4
"""Nobody's centre comes closer to another's than about this."""
STEP_ASIDE_S = 0.10
"""Standard deviation of the time over which they step aside for each other: second differences of
positions at 10 Hz are then as large as in recorded corridors (1 cm)."""
WARM_UP_S = 2.0
"""Until everybody is followed; not counted."""
SIGHT = Variant("hall", (0.1, 0.1), clutter_per_scan=1.0)


@dataclass(frozen=True, slots=True)
class Row:
    """Processor time per frame in milliseconds; NaN where it was not measured."""

    people: int
    density_per_m2: float
    sensors: int
    followed: float
    """People whom the tracker reports, mean."""
    own_ms: NDArray[np.float64]
    assignment_ms: float
    norfair_ms: float

    def cells(self) -> list[str]:
        """As they stand in the table."""
        median, late = np.percentile(self.own_ms, [50, 99])
        own = [f"{value:.2f}" for value in (self.own_ms.mean(), median, late)]
        peers = (self.assignment_ms, self.norfair_ms)
        return [
            f"{self.people}",
            f"{self.density_per_m2:g}",
            f"{self.sensors}",
            f"{self.followed:.0f}",
            *own,
            *["" if np.isnan(value) else f"{value:.2f}" for value in peers],
        ]


HEAD = (
    *("people", "per m2", "sensors", "followed", "mean, ms", "median, ms", "p99, ms"),
    *("SciPy assignment, ms", "norfair, ms"),
)


def main() -> None:
    """Print the table and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--people", type=int, nargs="+", default=[10, 30, 100, 300, 1000, 2000], help="crowd sizes"
    )
    parser.add_argument("--crush", type=int, default=140, help="people at 2.5 per square metre")
    parser.add_argument("--duration", type=float, default=30.0, help="simulated seconds")
    parser.add_argument("--norfair-up-to", type=int, default=300, help="people")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figure", type=Path, help="SVG file")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    crowds = [(people, DENSITY_PER_M2) for people in arguments.people]
    crowds.append((arguments.crush, CRUSH_PER_M2))
    print(f"| {' | '.join(HEAD)} |\n|{'---:|' * len(HEAD)}")
    rows = []
    for people, density_per_m2 in crowds:
        rng = np.random.default_rng([arguments.seed, people])
        scene = hall(people, density_per_m2, arguments.duration, rng)
        rows.append(measure(scene, people, density_per_m2, people <= arguments.norfair_up_to))
        print(f"| {' | '.join(rows[-1].cells())} |", flush=True)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n{cpu_name()}, one core; load of the machine in the last 1, 5 and 15 minutes: {load}")
    try:
        if arguments.figure is not None:
            with atomic_write(arguments.figure) as temporary:
                figure(rows).savefig(temporary, format="svg", metadata={"Date": None})
    except ClearwayError as error:
        sys.exit(str(error))


def hall(
    people: int, density_per_m2: float, duration_s: float, rng: np.random.Generator
) -> Scenario:
    """Two-way flow; whoever leaves at one end is replaced by somebody new at the other."""
    size_m, sensors = tiled(people / density_per_m2)
    frames = []
    for index, walked_m in enumerate(walks(people, size_m, duration_s, rng)):
        position_m = walked_m.copy()
        position_m[:, 0] %= size_m[0]
        rounds = np.floor(walked_m[:, 0] / size_m[0]).astype(np.int64)
        frames.append(
            Frame(
                round((1.0 + index / RATE_HZ) * NANOSECONDS),
                np.arange(people) + people * np.abs(rounds),
                position_m,
                np.full(people, 1.72),
                tuple(look(sensor, position_m, rng) for sensor in sensors),
            )
        )
    return Scenario(f"{people} walkers", SIGHT, 0, sensors, tuple(frames))


def walks(
    people: int, size_m: NDArray[np.float64], duration_s: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Positions, shape (frames, people, 2), along a hall without ends.

    Mean speed by Weidmann (Transporttechnik der Fussgaenger, ETH Zurich, 1993): the denser, the
    slower.
    """
    speed_m_s = np.clip(rng.normal(*FREE_SPEED_M_S, people), 0.6, 2.0)
    room_m2 = size_m.prod() / people
    speed_m_s *= 1.0 - np.exp(-1.913 * (room_m2 - 1.0 / 5.4))
    direction = rng.choice([-1.0, 1.0], people)
    lateral_m_s = rng.normal(0.0, WANDER_M_S, people)
    kept = np.exp(-1.0 / (RATE_HZ * WANDER_MEMORY_S))
    position_m = rng.uniform(0.0, 1.0, (people, 2)) * size_m
    position_m += pushed_m(position_m, size_m, rounds=50)
    walked = np.empty((round(duration_s * RATE_HZ), people, 2))
    for frame in walked:
        frame[:] = position_m
        fresh_m_s = rng.normal(0.0, WANDER_M_S * np.sqrt(1.0 - kept**2), people)
        lateral_m_s = kept * lateral_m_s + fresh_m_s
        position_m += np.column_stack([direction * speed_m_s, lateral_m_s]) / RATE_HZ
        position_m += pushed_m(position_m, size_m)
    smooth: NDArray[np.float64] = gaussian_filter1d(
        walked, STEP_ASIDE_S * RATE_HZ, axis=0, mode="nearest"
    )
    return smooth


def pushed_m(
    position_m: NDArray[np.float64], size_m: NDArray[np.float64], rounds: int = 3
) -> NDArray[np.float64]:
    """How far people, shape (n, 2), push each other apart and are pushed back by the walls."""
    place_m = position_m.copy()
    for _ in range(rounds):
        joined_m = np.column_stack([place_m[:, 0] % size_m[0], place_m[:, 1]])
        tree = KDTree(joined_m, boxsize=size_m * [1.0, 0.0])
        one, other = tree.query_pairs(BODY_M, output_type="ndarray").T
        between_m = place_m[other] - place_m[one]
        between_m[:, 0] -= size_m[0] * np.round(between_m[:, 0] / size_m[0])
        distance_m = np.maximum(np.linalg.norm(between_m, axis=1, keepdims=True), 1e-6)
        push_m = 0.5 * (BODY_M - distance_m) * between_m / distance_m
        np.add.at(place_m, other, push_m)
        np.subtract.at(place_m, one, push_m)
        place_m[:, 1] = np.clip(place_m[:, 1], 0.0, size_m[1])
    return place_m - position_m


def tiled(area_m2: float) -> tuple[NDArray[np.float64], tuple[SensorModel, ...]]:
    """Length and width of a hall, as square as whole tiles allow, and a sensor for each tile."""
    tiles = ceil(area_m2 / TILE_M**2)
    rows = next(rows for rows in range(int(sqrt(tiles)), 0, -1) if tiles % rows == 0)
    width_m = min(rows * TILE_M, sqrt(area_m2))
    size_m = np.array([area_m2 / width_m, width_m])
    corners = [
        (TILE_M * column, TILE_M * row) for column in range(tiles // rows) for row in range(rows)
    ]
    return size_m, tuple(
        SensorModel(
            f"{index}",
            SIGHT.sigma_m[0],
            SIGHT.detection_probability,
            SIGHT.clutter_per_scan,
            (west, south, min(west + TILE_M, size_m[0]), min(south + TILE_M, size_m[1])),
        )
        for index, (west, south) in enumerate(corners)
    )


def look(
    sensor: SensorModel, position_m: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """One scan, in no order."""
    seen = position_m[
        sensor.covers(position_m) & (rng.random(len(position_m)) < sensor.detection_probability)
    ]
    west, south, east, north = sensor.coverage
    false_m = rng.uniform(
        (west, south), (east, north), (rng.poisson(sensor.clutter_per_scan), 2)
    )  # fmt: skip
    return rng.permutation(
        np.concatenate([seen + rng.normal(0.0, sensor.sigma_m, seen.shape), false_m])
    )


def measure(scene: Scenario, people: int, density_per_m2: float, with_norfair: bool) -> Row:
    """Time the tracker and its peers on one scene."""
    warm = round(WARM_UP_S * RATE_HZ)
    own = follow(CLEARWAY, scene)
    return Row(
        people,
        density_per_m2,
        len(scene.sensors),
        float(np.mean([len(answer.track_id) for answer in own.answers[warm:]])),
        1e3 * own.cpu_s[warm:],
        1e3 * assignment_s(scene.frames[warm:]),
        1e3 * norfair_s(scene, warm) if with_norfair else float("nan"),
    )


def assignment_s(frames: tuple[Frame, ...], most: int = 50) -> float:
    """CPU seconds of one assignment, mean; of the distances only the use is timed."""
    spent = []
    for frame in frames[:most]:
        detections_m = np.concatenate(frame.detections_m)
        distance_m = np.linalg.norm(frame.position_m[:, None] - detections_m[None], axis=2)
        started = process_time()
        linear_sum_assignment(distance_m)
        spent.append(process_time() - started)
    return float(np.mean(spent))


def norfair_s(scene: Scenario, warm: int) -> float:
    """CPU seconds per frame, mean; NaN where norfair is not installed."""
    peer: Peer = Norfair()
    try:
        peer.version()
    except MissingExtraError:
        return float("nan")
    # It knows one sensor; tiles do not overlap, so nobody is in the list twice.
    none = np.empty((0, 2))
    frames = tuple(
        replace(frame, detections_m=(np.concatenate(frame.detections_m), none))
        for frame in scene.frames
    )
    both = (scene.sensors[0], scene.sensors[0])
    followed = follow(peer, replace(scene, sensors=both, frames=frames))
    return float(followed.cpu_s[warm:].mean())


def figure(rows: list[Row]) -> Figure:
    """Time against people on logarithmic scales."""
    drawn = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = drawn.subplots()
    even = [row for row in rows if row.density_per_m2 == DENSITY_PER_M2]
    people = np.array([row.people for row in even])
    mean = np.array([row.own_ms.mean() for row in even])
    late = np.array([np.percentile(row.own_ms, 99) for row in even])
    axes.loglog(people, mean, "o-", color="C0", markersize=4, label="multi-sensor tracker, mean")
    axes.loglog(people, late, "o:", color="C0", markersize=3, label="99th percentile")
    for row in rows:
        if row.density_per_m2 != DENSITY_PER_M2:
            # A tracker that has lost the people is cheap.
            label = (
                f"mean and 99th percentile at {row.density_per_m2:g} per m$^2$, "
                f"{row.followed:.0f} of {row.people} followed"
            )
            both = (row.own_ms.mean(), np.percentile(row.own_ms, 99))
            axes.plot([row.people] * 2, both, "s-", color="C3", markersize=4, label=label)
    axes.loglog(
        people,
        [row.assignment_ms for row in even],
        "^--",
        color="0.45",
        markersize=4,
        label="SciPy assignment alone, dense",
    )
    peer = np.array([row.norfair_ms for row in even])
    if not np.isnan(peer).all():
        axes.loglog(people, peer, "v--", color="C1", markersize=4, label="norfair, one list")
    axes.loglog(people, mean[-1] * people / people[-1], color="0.8", label="in proportion")
    axes.axhline(1e3 / RATE_HZ, color="black", linewidth=0.8)
    axes.text(people[0], 1.1e3 / RATE_HZ, "real time at 10 Hz", fontsize=8)
    axes.set_ylim(top=3e3 / RATE_HZ)
    axes.set_xlabel("people")
    axes.set_ylabel("processor time per frame of all sensors, ms")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, alpha=0.25)
    axes.legend(frameon=False, fontsize=8)
    return drawn


if __name__ == "__main__":
    main()
