"""Small recorded campaigns: people of a few hundred points before one or two sparse panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.imaging import Array, Sweep
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.files import write_sweeps
from clearway.recognition.classes import OUTCOMES

LANE_M = 2.6
FREQUENCIES_HZ = np.linspace(8e9, 12e9, 32)
SPEED_M_S = 1.2
FRAME_RATE_HZ = 5.0
PANELS = {"north": (0.0, 0.0), "south": (LANE_M, 180.0)}
"""Distance across the lane, and how each is turned."""
THINGS: dict[str, tuple[str, float, float, float, float]] = {
    "harmless_object": ("phone", 0.07, 0.14, 0.95, 2.0),
    "long_gun": ("rifle", 0.06, 0.80, 1.10, 7.0),
    "handgun": ("pistol", 0.12, 0.16, 0.95, 7.0),
    "explosive": ("belt", 0.24, 0.16, 1.05, 0.3),
}
"""Family, width, height, height above the floor and amplitude of what is carried."""

CAMPAIGN = """\
format = 1
name = "Made hall"
source = "made of points for a test"
rights = "as the rest of this test"
consent = "nobody took part: the people are points"
frame_rate_hz = 5.0
speed_error_m_s = 0.1
"""
COLUMNS = (
    "passage,body,outcome,clothing,wet,speed_m_s,direction_deg,object_family,object_size_m,place"
)


@dataclass(frozen=True)
class Panel:
    """An array in the frame of the files, with its errors."""

    array: Array
    gain: NDArray[np.complex64]
    background: NDArray[np.complex64]


def panel(name: str, n_elements: int = 8) -> Panel:
    across_m, turned_deg = PANELS[name]
    rng = np.random.default_rng(len(name) + int(turned_deg))
    own = jittered_panel(n_elements, n_elements, rng)
    sign = np.cos(np.radians(turned_deg))
    shift = np.array([0.0, across_m, 0.0])
    turn = np.array([sign, sign, 1.0])
    array = Array(
        own.tx_positions_m * turn + shift,
        own.rx_positions_m * turn + shift,
        tx_times_s=1e-4 * np.linspace(-1.0, 1.0, n_elements),
    )
    shape = array.sample_shape(len(FREQUENCIES_HZ))
    gain = np.exp(0.1 * _noise(rng, shape) + 2j * np.pi * rng.random(shape[1:]))
    return Panel(array, gain.astype(np.complex64), 5.0 * _noise(rng, shape))


def sweep(panel: Panel, points_m: NDArray[np.float64], amplitudes: object, forward: int) -> Sweep:
    """What the panel measures of points that move."""
    echo = point_echoes(
        panel.array,
        FREQUENCIES_HZ,
        points_m,
        np.asarray(amplitudes),
        velocity_m_s=(forward * SPEED_M_S, 0.0, 0.0),
    )
    return echo.with_samples(panel.gain * (echo.samples + panel.background))


def person(
    outcome: str, body: int, rng: np.random.Generator, facing: int
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Points of the side of a body that faces a panel at smaller (1) or larger (-1) y."""
    height_m = 1.6 + 0.02 * (body % 10)
    x, z = np.meshgrid(np.linspace(-0.12, 0.12, 7), np.arange(0.06, height_m, 0.06))
    depth = 0.18 * np.sqrt(1.0 - (x / 0.14) ** 2)
    amplitude = np.exp(2j * np.pi * rng.random(x.shape))
    if outcome in THINGS:
        _, width_m, tall_m, middle_m, strength = THINGS[outcome]
        covered = (np.abs(x) <= width_m / 2) & (np.abs(z - middle_m) <= tall_m / 2)
        amplitude[covered] *= strength
        depth[covered] += 0.03
    points = np.column_stack((x.ravel(), -facing * depth.ravel(), z.ravel()))
    return points, amplitude.ravel()


def make_campaign(
    folder: Path,
    *,
    bodies: Sequence[int] = (1,),
    outcomes: Sequence[str] = OUTCOMES,
    panels: Sequence[str] = ("north",),
    n_frames: int = 3,
    n_elements: int = 8,
    tracked: bool = True,
) -> Path:
    """Write a campaign in which each body walks by with each of the outcomes."""
    folder.mkdir(parents=True)
    about, made = CAMPAIGN, {name: panel(name, n_elements) for name in panels}
    for name, own in made.items():
        (folder / name).mkdir()
        empty = point_echoes(own.array, FREQUENCIES_HZ, [[0.0, 1.3, 1.0]], 0.0)
        write_sweeps(folder / f"empty-{name}.h5", [empty.with_samples(own.gain * own.background)])
        write_sweeps(folder / f"gains-{name}.h5", [empty.with_samples(own.gain)])
        across_m, turned_deg = PANELS[name]
        about += (
            f'\n[[panels]]\nname = "{name}"\nfiles = "{name}/{{passage}}.h5"\n'
            f'background = "empty-{name}.h5"\ncalibration = "gains-{name}.h5"\n'
            f"origin_m = [0.0, {across_m}, 0.0]\nturned_deg = {turned_deg}\n"
        )
    (folder / "campaign.toml").write_text(about, encoding="utf-8")
    rows, places = [COLUMNS], ["passage,panel,frame,time_s,x_m,y_m"]
    for body in bodies:
        for number, outcome in enumerate(outcomes):
            rng = np.random.default_rng([body, number])
            passage = f"b{body}-{outcome}"
            forward = 1 if (body + number) % 2 else -1
            rows.append(row_of(passage, body, outcome, forward))
            y_m = 1.24 if body % 2 else 1.36
            xs_m = forward * SPEED_M_S / FRAME_RATE_HZ * (np.arange(n_frames) - (n_frames - 1) / 2)
            for name, own in made.items():
                facing = 1 if PANELS[name][0] == 0.0 else -1
                points, amplitude = person(outcome, body, rng, facing)
                sweeps = [
                    sweep(own, np.add(points, (x_m, y_m, 0.0)), amplitude, forward) for x_m in xs_m
                ]
                write_sweeps(folder / name / f"{passage}.h5", sweeps)
                places += [
                    f"{passage},{name},{frame},{frame / FRAME_RATE_HZ},{x_m},{y_m}"
                    for frame, x_m in enumerate(xs_m)
                ]
    (folder / "passages.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    if tracked:
        (folder / "frames.csv").write_text("\n".join(places) + "\n", encoding="utf-8")
    return folder


def row_of(passage: str, body: int, outcome: str, forward: int) -> str:
    """A row of ``passages.csv``."""
    clothing, wet = ("wool_coat", "yes") if body % 2 else ("shirt", "no")
    carried = ",,"
    if outcome in THINGS:
        family, _, tall_m, _, _ = THINGS[outcome]
        side = "right_torso" if forward > 0 else "left_torso"
        carried = f"{family},{tall_m},{side}"
    turned = 0 if forward > 0 else 180
    return f"{passage},{body},{outcome},{clothing},{wet},{SPEED_M_S},{turned},{carried}"


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    pairs = rng.standard_normal((*shape, 2), dtype=np.float32)
    return np.asarray(pairs.view(np.complex64)[..., 0] / np.float32(np.sqrt(2)))
