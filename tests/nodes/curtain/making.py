"""A small curtain, people made of points, and a recogniser that knows bright spots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass, nanoseconds
from clearway.imaging.calibration import Calibration
from clearway.imaging.echo import point_echoes
from clearway.nodes.curtain import CurtainPipeline, CurtainSettings, RadarFrame
from clearway.recognition import Recogniser, RegionOfInterest, Volume
from clearway.recognition.classes import CLASSES
from clearway.recognition.model_schema import ModelFile
from clearway.recognition.scorer import Score
from clearway.site.radar import Radar, radar_of
from clearway.site.radar_schema import PanelTable, RadarTable
from clearway.site.schema import Curtain, Site

START_NS = 1_767_225_600_000_000_000
STEP_S = 0.1
SPEED_M_S = 1.4
MIDDLE = (16.0, 3.0)
"""Of the lane, in the site frame; the first panel stands 1.2 m north of it and looks south."""
INTEREST = RegionOfInterest((28, 12, 48), voxel_m=0.02, pooling=(2, 1, 2), lowest_m=0.3)
SETTINGS = CurtainSettings(threads=1, gone_s=0.35)
BRIGHT_DB = 10.0


def curtain_of(site: Site, *, n_panels: int = 1, n_elements: int = 24) -> Curtain:
    """The station's first curtain with a small radar."""
    sensor = next(one for one in site.sensors if isinstance(one, Curtain))
    panels = tuple(
        PanelTable(
            position_m=(MIDDLE[0], MIDDLE[1] + side * 1.2, 0.0),
            heading_deg=heading_deg,
            n_tx=n_elements,
            n_rx=n_elements,
        )
        for side, heading_deg in ((1, 180.0), (-1, 0.0))[:n_panels]
    )
    table = RadarTable(
        panels=panels, start_hz=8e9, stop_hz=11e9, n_frequencies=31, source="made for tests"
    )
    return sensor.model_copy(update={"radar": table})


@dataclass(frozen=True)
class Walker:
    """An upright half cylinder of points that walks along the lane."""

    start_m: tuple[float, float] = (MIDDLE[0] - 0.85, MIDDLE[1])
    velocity_m_s: tuple[float, float] = (SPEED_M_S, 0.0)
    armed: bool = False
    """Whether something bright is at the hip, on both sides."""
    present: tuple[float, float] = (0.0, 9.9)
    """From when to when, in seconds."""

    def at(self, time_s: float) -> tuple[float, float]:
        return (
            self.start_m[0] + time_s * self.velocity_m_s[0],
            self.start_m[1] + time_s * self.velocity_m_s[1],
        )


BODY_ANGLES = np.linspace(0.0, 2 * np.pi, 12, endpoint=False) + 0.1


def body_points(
    place_m: tuple[float, float], *, armed: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the whole surface, and their amplitudes."""
    rings = [
        (place_m[0] + 0.13 * np.cos(a), place_m[1] + 0.2 * np.sin(a), z)
        for z in np.linspace(0.35, 1.55, 7)
        for a in BODY_ANGLES
    ]
    points, amplitudes = np.array(rings), np.ones(len(rings))
    if armed:
        hips = [
            (place_m[0] + x, place_m[1] + side * 0.22, 0.95 + z)
            for side in (-1, 1)
            for x in (-0.03, 0.03)
            for z in (-0.03, 0.03)
        ]
        points = np.concatenate((points, hips))
        amplitudes = np.concatenate((amplitudes, np.full(len(hips), 3.0)))
    return points, amplitudes


@dataclass
class Scene:
    """Frames of people who pass a curtain, over noise and the echo of the room."""

    sensor: Curtain
    walkers: tuple[Walker, ...] = (Walker(),)
    n_steps: int = 13
    start_ns: int = START_NS
    radar: Radar = field(init=False)
    room: list[NDArray[np.complex64]] = field(init=False)

    def __post_init__(self) -> None:
        self.radar = radar_of(self.sensor)
        rng = np.random.default_rng(3)
        n_frequencies = len(self.radar.frequencies_hz)
        self.room = [
            noise(rng, panel.array.sample_shape(n_frequencies), 20.0) for panel in self.radar.panels
        ]

    def calibrations(self) -> list[Calibration]:
        return [Calibration(background=room) for room in self.room]

    def pipeline(self, recogniser: Recogniser | None = None) -> CurtainPipeline:
        return CurtainPipeline(
            self.radar, recogniser or bright_spots(), self.calibrations(), settings=SETTINGS
        )

    def frames(self) -> Iterator[RadarFrame]:
        rng = np.random.default_rng(4)
        sequence = 0
        for step in range(self.n_steps):
            for number, panel in enumerate(self.radar.panels):
                time_s = step * STEP_S + panel.sweep_middle_s
                sequence += 1
                samples = self.room[number] + noise(rng, self.room[number].shape, 0.5)
                for walker in self.walkers:
                    if walker.present[0] <= time_s <= walker.present[1]:
                        samples = samples + self._echo(number, walker, time_s)
                yield RadarFrame(
                    sequence,
                    self.start_ns + nanoseconds(time_s),
                    number,
                    samples.astype(np.complex64),
                )

    def _echo(self, number: int, walker: Walker, time_s: float) -> NDArray[np.complex64]:
        panel = self.radar.panels[number]
        points, amplitudes = body_points(walker.at(time_s), armed=walker.armed)
        seen = panel.frame.to_view(points)
        middle_y_m = float(panel.frame.to_view([*walker.at(time_s), 0.0])[1])
        near = seen[:, 1] <= middle_y_m
        return point_echoes(
            panel.array,
            self.radar.frequencies_hz,
            seen[near],
            amplitudes[near],
            velocity_m_s=panel.frame.directions_to_view([*walker.velocity_m_s, 0.0]),
        ).samples


def noise(rng: np.random.Generator, shape: tuple[int, ...], level: float) -> NDArray[np.complex64]:
    parts = rng.standard_normal((*shape, 2), dtype=np.float32) * np.float32(level / np.sqrt(2))
    return parts.view(np.complex64)[..., 0]


class BrightSpots:
    """Calls what is far brighter than the body a handgun."""

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:  # noqa: ARG002
        levels = volume.levels_db
        at = np.unravel_index(int(levels.argmax()), levels.shape)
        axes = (volume.forward_m, volume.depth_m, volume.height_m)
        place = tuple(float(axis[index]) for axis, index in zip(axes, at, strict=True))
        logits = np.zeros(len(CLASSES))
        logits[CLASSES.index("handgun")] = 3.0 if levels.max() > BRIGHT_DB else -3.0
        return Score(logits, (place[0], place[1], place[2]))


def bright_spots(**changes: object) -> Recogniser:
    """A recogniser without training."""
    identity = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    rows = [[0.0] * 6 for _ in range(4)]
    for row, threat in enumerate((1, 2, 3)):
        rows[threat][row] = 1.0
    about = {
        "format": 1,
        "kind": "baseline",
        "version": "test",
        "weights_file": "trees.npz",
        "weights_sha256": "0" * 64,
        "region_of_interest": {
            "shape": INTEREST.shape,
            "voxel_m": INTEREST.voxel_m,
            "pooling": INTEREST.pooling,
            "ahead_m": INTEREST.ahead_m,
            "lowest_m": INTEREST.lowest_m,
            "snap_m": INTEREST.snap_m,
        },
        "calibration": {"weights": identity, "bias": (0.0, 0.0, 0.0)},
        "passage": {
            "shared": 0.5,
            "decay_s": 0.2,
            "weights": rows,
            "bias": (0.0, 0.0, 0.0, 0.0),
            "support": (1000.0,) * 5,
            "harmless_share": 0.1,
        },
        "thresholds": {ThreatClass.HANDGUN: 1.0},
        "limits": {
            "outside": {"good": 0.0, "poor": -0.2},
            "low_contrast": {"good": 8.0, "poor": 6.0},
        },
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
        "card": {"intended_use": "tests", "not_for": "anything else", "known_limits": "all"},
    } | changes
    return Recogniser(ModelFile.model_validate(about), BrightSpots())
