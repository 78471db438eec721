"""How fast the curtain node is: frames per second, share of each stage, last sample to message.

Frames of a person who walks by are made of random points on the side of the body that a panel
sees, with noise; one panel, so that each frame has one image.  Two things are measured per array:

- the pipeline alone, as fast as it goes: frames per second and where the time goes;
- the whole node beside a SAPIENT server in this process, with frames from shared memory at a
  steady rate: latency of readings and places, and frames that had to be dropped.

The recogniser is one of random trees, as large as a trained baseline, unless --model names a
trained one: its figures hold for speed alone.  On a machine that does other things besides, the
best of several runs is nearest to the truth; the processor time is given as well.

    python bench/curtain.py [--quick] [--repeats 5] [--threads 2] [--model NAME] [--peer]
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import clearway.site
from clearway.bench.machine import checked_threads, cpu_name, usable_cores
from clearway.domain import nanoseconds
from clearway.imaging.backends.choice import choose
from clearway.imaging.calibration import Calibration
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.nodes.curtain import (
    CurtainNodeRequest,
    CurtainPipeline,
    CurtainSettings,
    Figures,
    RadarFrame,
    StageTimes,
    run_curtain_node,
)
from clearway.nodes.curtain.sources import FrameRing, RingSource
from clearway.profile import site_node_id
from clearway.recognition import Recogniser, RegionOfInterest
from clearway.recognition.baseline import Baseline, Trees
from clearway.recognition.classes import CLASSES
from clearway.recognition.features import FEATURES
from clearway.recognition.model_schema import ModelFile
from clearway.recognition.quality import LIMITS
from clearway.recognition.roi import REFERENCE
from clearway.sapient.server import Server
from clearway.site.radar import Radar, radar_of
from clearway.site.radar_schema import PanelTable, RadarTable
from clearway.site.reading import load_site
from clearway.site.schema import Curtain, Site

SPEED_M_S = 1.3
LANE = (16.0, 4.8)
"""East and north of the middle of the walk, 1.2 m before the panel."""
STEPS = 15
"""From before the examined space to behind it."""
RATE_HZ = 10.0
"""Of the walk; the frames are then played at other rates too."""
POINTS = 500
"""So many that the image shows a surface."""
NOISE = 1.0


@dataclass(frozen=True)
class Case:
    """An array and a box around the person."""

    name: str
    n_elements: int
    n_frequencies: int
    interest: RegionOfInterest
    goal_hz: float
    """Frames per second that the node is to reach."""


CASES: tuple[Case, ...] = (
    Case("64 x 64 x 50, box 160,000", 64, 50, REFERENCE, 8.0),
    Case("64 x 64 x 50, box 258,000", 64, 50, RegionOfInterest(), 8.0),
    Case("96 x 96 x 100, box 160,000", 96, 100, REFERENCE, 5.0),
    Case("96 x 96 x 100, box 258,000", 96, 100, RegionOfInterest(), 5.0),
)
QUICK: tuple[Case, ...] = (Case("32 x 32 x 50, box 160,000", 32, 50, REFERENCE, 8.0),)


@dataclass(frozen=True)
class Walk:
    """A curtain and the frames of one walk through it."""

    case: Case
    site: Site
    sensor: Curtain
    radar: Radar
    samples: list[NDArray[np.complex64]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small array, to try the script")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--model", help="folder or name of a trained model")
    parser.add_argument("--peer", action="store_true", help="also with the NumPy image former")
    parser.add_argument("--cases", type=int, nargs="+", help="numbers of the cases, from 0")
    arguments = parser.parse_args()
    threads = checked_threads(arguments.threads)
    console = Console(width=110)
    backend, _ = choose("auto")
    console.print(f"{cpu_name()}, {usable_cores()} cores, {threads} threads, back end {backend}")
    cases = QUICK if arguments.quick else CASES
    if arguments.cases:
        cases = tuple(cases[number] for number in arguments.cases)
    settings = CurtainSettings(threads=threads, status_s=3600.0)
    for case in cases:
        walk = walk_of(case, np.random.default_rng(1))
        recogniser = (
            Recogniser.load(arguments.model, threads=threads)
            if arguments.model
            else random_recogniser(case.interest, np.random.default_rng(2))
        )
        console.print(f"\n[bold]{case.name}[/bold]")
        rate_hz = report_pipeline(console, walk, recogniser, settings, arguments.repeats)
        if arguments.peer:
            peer = replace(settings, backend="numpy")
            seconds = best_of(walk, recogniser, peer, 1, n_steps=3).wall_s
            console.print(f"with the NumPy image former: {rate_hz * seconds:.0f} times as long")
        for play_hz in (case.goal_hz, 0.8 * rate_hz):
            report_node(console, walk, recogniser, settings, play_hz)


def walk_of(case: Case, rng: np.random.Generator) -> Walk:
    """Frames of somebody who walks by in the middle of the lane."""
    site = load_site(Path(clearway.site.__file__).with_name("station.toml"))
    table = RadarTable(
        panels=(
            PanelTable(
                position_m=(16.0, 6.0, 0.0),
                heading_deg=180.0,
                n_tx=case.n_elements,
                n_rx=case.n_elements,
            ),
        ),
        n_frequencies=case.n_frequencies,
        frame_rate_hz=RATE_HZ,
        source="made for the benchmark",
    )
    first = next(one for one in site.sensors if isinstance(one, Curtain))
    sensor = first.model_copy(update={"radar": table})
    radar = radar_of(sensor)
    (panel,) = radar.panels
    height_m = rng.uniform(0.1, 1.7, POINTS)
    angle = rng.uniform(0.1, np.pi - 0.1, POINTS)
    amplitudes = rng.standard_normal((POINTS, 2)).view(np.complex128)[:, 0]
    samples = []
    for step in range(STEPS):
        east_m = LANE[0] + SPEED_M_S * (step - STEPS // 2) / RATE_HZ
        points = np.column_stack(
            (east_m + 0.15 * np.cos(angle), LANE[1] + 0.22 * np.sin(angle), height_m)
        )
        velocity = panel.frame.directions_to_view([SPEED_M_S, 0.0, 0.0])
        echo = moving_echoes(radar, panel.frame.to_view(points), amplitudes, velocity)
        parts = rng.standard_normal((*echo.shape, 2), dtype=np.float32)
        samples.append(echo + np.float32(NOISE) * parts.view(np.complex64)[..., 0])
    return Walk(case, site, sensor, radar, samples)


def moving_echoes(
    radar: Radar,
    points_m: NDArray[np.float64],
    amplitudes: NDArray[np.complex128],
    velocity_m_s: NDArray[np.float64],
) -> NDArray[np.complex64]:
    """Echo of points that move during the sweep, by one matrix product per frequency.

    The way back changes by its mean over the receivers, which is right to a few millimetres and
    makes the sum separable; `clearway.imaging.echo` is exact and takes minutes for so many points.
    """
    (panel,) = radar.panels
    array = panel.array
    assert array.tx_times_s is not None  # noqa: S101  # every radar of a site file has them
    moved_m = points_m + array.tx_times_s[:, None, None] * velocity_m_s
    there_m = np.linalg.norm(moved_m - array.tx_positions_m[:, None], axis=2)
    to_rx = points_m - array.rx_positions_m[:, None]
    back_m = np.linalg.norm(to_rx, axis=2)
    drift_m_s = ((to_rx / back_m[..., None]) @ velocity_m_s).mean(axis=0)
    there_m += array.tx_times_s[:, None] * drift_m_s
    wavenumbers = 2 * np.pi * radar.frequencies_hz / SPEED_OF_LIGHT_M_S
    return np.array(
        [
            (amplitudes * np.exp(-1j * k * there_m)) @ np.exp(-1j * k * back_m).T
            for k in wavenumbers
        ],
        dtype=np.complex64,
    )


def frames_at(walk: Walk, start_ns: int) -> list[RadarFrame]:
    """The walk from a time on."""
    return [
        RadarFrame(number + 1, start_ns + nanoseconds(number / RATE_HZ), 0, samples)
        for number, samples in enumerate(walk.samples)
    ]


def pipeline_of(
    walk: Walk, recogniser: Recogniser, settings: CurtainSettings, times: StageTimes
) -> CurtainPipeline:
    """As the node has it; the room's echo was taken to be 0."""
    shape = walk.samples[0].shape
    empty = Calibration(np.full(shape, 1 + 0j), np.zeros(shape))
    return CurtainPipeline(walk.radar, recogniser, [empty], settings=settings, times=times)


@dataclass(frozen=True)
class Run:
    """One measured walk; times per frame with an image."""

    wall_s: float
    processor_s: float
    times: StageTimes


def best_of(
    walk: Walk,
    recogniser: Recogniser,
    settings: CurtainSettings,
    repeats: int,
    n_steps: int = STEPS - 2,
) -> Run:
    """The fastest of several walks."""
    return min(
        (one_run(walk, recogniser, settings, n_steps) for _ in range(repeats)),
        key=lambda run: run.wall_s,
    )


def one_run(walk: Walk, recogniser: Recogniser, settings: CurtainSettings, n_steps: int) -> Run:
    """One walk through the pipeline, counted from the frame after the first that has an image."""
    times = StageTimes()
    pipeline = pipeline_of(walk, recogniser, settings, times)
    frames = iter(frames_at(walk, 0)[:n_steps])
    while not pipeline.step(next(frames)):
        pass
    times.total_s.update(dict.fromkeys(times.total_s, 0.0))
    wall_s, processor_s = time.perf_counter(), time.process_time()
    looks = [len(pipeline.step(frame)) for frame in frames]
    wall_s, processor_s = time.perf_counter() - wall_s, time.process_time() - processor_s
    if looks.count(1) != len(looks):
        raise RuntimeError(f"{looks} people were imaged in the frames, instead of one in each")
    return Run(wall_s / len(looks), processor_s / len(looks), times)


def report_pipeline(
    console: Console,
    walk: Walk,
    recogniser: Recogniser,
    settings: CurtainSettings,
    repeats: int,
) -> float:
    """Print the pipeline's rate and the share of each stage; gives frames per second."""
    best = best_of(walk, recogniser, settings, repeats)
    table = Table("frames/s", "goal", "ms", "processor ms", *best.times.total_s)
    shares = [f"{100 * share:.1f} %" for share in best.times.shares().values()]
    table.add_row(
        f"{1 / best.wall_s:.2f}",
        f"{walk.case.goal_hz:g}",
        f"{1e3 * best.wall_s:.0f}",
        f"{1e3 * best.processor_s:.0f}",
        *shares,
    )
    console.print(table)
    return 1 / best.wall_s


def report_node(
    console: Console,
    walk: Walk,
    recogniser: Recogniser,
    settings: CurtainSettings,
    rate_hz: float,
) -> None:
    """Print latency and losses of the whole node at a steady rate of frames."""
    figures = asyncio.run(played(walk, recogniser, settings, rate_hz))
    words = f"node at {rate_hz:.1f} frames/s: {figures.frames} examined, {figures.dropped} dropped"
    for name, latencies in (
        ("reading", figures.reading_latencies_s),
        ("place", figures.latencies_s),
    ):
        if latencies:
            middle_s, late_s = np.percentile(list(latencies), [50, 95])
            words += (
                f"; last sample to {name} {1e3 * middle_s:.0f} ms (median), "
                f"{1e3 * late_s:.0f} ms (95 %), n = {len(latencies)}"
            )
    console.print(words)


async def played(
    walk: Walk, recogniser: Recogniser, settings: CurtainSettings, rate_hz: float
) -> Figures:
    """Run the node beside a server, on one walk after another."""
    name = f"clearway-bench-{uuid4().hex}"
    shape = walk.samples[0].shape
    with FrameRing.create(name, shape, slots=4) as ring:
        async with Server(site_node_id(walk.site), lambda _: None) as server:
            source = RingSource(name)
            request = CurtainNodeRequest(
                site=walk.site,
                sensor=walk.sensor,
                radar=walk.radar,
                recogniser=recogniser,
                source=source,
                calibrations=[Calibration(np.full(shape, 1 + 0j), np.zeros(shape))],
                host="127.0.0.1",
                port=server.port,
                seed=1,
                settings=settings,
            )
            node = asyncio.ensure_future(run_curtain_node(request))
            while not server.connected:
                await asyncio.sleep(0.05)
            instrument = Thread(target=drive, args=(ring, walk, rate_hz))
            instrument.start()
            await asyncio.to_thread(instrument.join)
            await asyncio.sleep(1.5)
            source.close()
            with suppress(asyncio.CancelledError):
                return await node
    raise RuntimeError("the node was cancelled")


def drive(ring: FrameRing, walk: Walk, rate_hz: float, walks: int = 3) -> None:
    """Write frames as an instrument would, each when its sweep ends."""
    sweep_s = walk.radar.budget.sweep_time_s(walk.case.n_elements, walk.case.n_frequencies)
    quiet = [np.zeros_like(walk.samples[0])] * round(1.5 * rate_hz)
    # At another rate the person walks faster or slower, as far as the pipeline can tell: so
    # frames are left out or given twice to keep the speed.
    steps = np.arange(0, STEPS, RATE_HZ / rate_hz).astype(int)
    frames: Sequence[NDArray[np.complex64]] = [
        *[walk.samples[step] for step in steps],
        *quiet,
    ] * walks
    start_s = time.monotonic()
    for number, samples in enumerate(frames):
        time.sleep(max(start_s + number / rate_hz - time.monotonic(), 0.0))
        ring.write(samples, time_ns=time.time_ns() - nanoseconds(sweep_s / 2), panel=0)


def random_recogniser(interest: RegionOfInterest, rng: np.random.Generator) -> Recogniser:
    """A baseline of random trees, of the size of a trained one."""
    n_trees, n_nodes = 600, 31
    inner = np.arange(n_nodes) < n_nodes // 2
    node = np.arange(n_nodes)
    trees = Trees(
        feature=rng.integers(0, len(FEATURES), (n_trees, n_nodes)),
        threshold=rng.normal(0.0, 1.0, (n_trees, n_nodes)),
        left=np.tile(np.where(inner, 2 * node + 1, -1), (n_trees, 1)),
        right=np.tile(np.where(inner, 2 * node + 2, -1), (n_trees, 1)),
        value=rng.normal(0.0, 0.05, (n_trees, n_nodes)),
        of_class=np.arange(n_trees) % len(CLASSES),
    )
    # Points instead of a body: the view is never to be refused, or nothing would be read.
    limits = {reason: {"good": limit.good, "poor": limit.poor} for reason, limit in LIMITS.items()}
    for reason in ("incomplete", "low_contrast", "too_fast"):
        limits.pop(reason)  # type: ignore[call-overload]
    identity = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    about = {
        "format": 1,
        "kind": "baseline",
        "version": "random",
        "weights_file": "trees.npz",
        "weights_sha256": "0" * 64,
        "region_of_interest": {
            "shape": interest.shape,
            "voxel_m": interest.voxel_m,
            "pooling": interest.pooling,
            "ahead_m": interest.ahead_m,
            "lowest_m": interest.lowest_m,
            "snap_m": interest.snap_m,
        },
        "calibration": {"weights": identity, "bias": (0.0, 0.0, 0.0)},
        "passage": {
            "shared": 0.5,
            "decay_s": 0.2,
            "weights": ((0.1,) * 6,) * 4,
            "bias": (0.0,) * 4,
            "support": (1000.0,) * 5,
            "harmless_share": 0.1,
        },
        "limits": limits,
        "training": {
            "data": "none",
            "data_sha256": "",
            "seed": 0,
            "command": "",
            "n_frames": 0,
            "n_passages": 0,
            "n_bodies": 0,
            "clearway_version": "",
        },
        "card": {"intended_use": "timing", "not_for": "anything else", "known_limits": "random"},
    }
    return Recogniser(ModelFile.model_validate(about), Baseline(trees))


if __name__ == "__main__":
    main()
