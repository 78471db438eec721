"""Frames to train the recogniser with: one file for each walk, so that making them can go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

import clearway
from clearway.errors import Fault, InputError
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES, THREATS
from clearway.recognition.proportions import TYPICAL_HEIGHT_M
from clearway.recognition.quality import examine
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.training.frames import Frames, frames_path, write_frames
from clearway.scattering.settings import Settings
from clearway.site.radar import Radar
from clearway.site.radar_schema import RadarTable
from clearway.store.atomic import atomic_write
from clearway.twin.objects import Split
from clearway.twin.passages.echoes import Look, looks_at
from clearway.twin.passages.lane import frame_times_s, lane_limits_m
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import Load, draw_companions, draw_load, draw_walk
from clearway.twin.random_streams import random_stream

__all__ = ["TrainingPlan", "make_training_set", "walk_frames"]

_PLAN_FILE = "plan.json"


@dataclass(frozen=True)
class TrainingPlan:
    """Who walks, how often, and how it is simulated."""

    radar: RadarTable
    seed: int = 1
    split: Split = Split.TRAIN
    settings: Settings = field(default_factory=Settings.training)
    interest: RegionOfInterest = field(default_factory=RegionOfInterest)
    harmless_per_walk: int = 2
    """Passages with a harmless thing, beside one with nothing and one with each threat."""
    most_frames: int | None = 6
    """Looks of each panel at a passage, evenly chosen."""
    accompanied_share: float = 0.1
    faintest_cloth_db: float = -24.0
    """Of what a garment returns; fainter ones only cover what is under them."""

    @property
    def words(self) -> str:
        """All that decides the frames, as text that equals for equal plans."""
        told = asdict(self) | {"radar": self.radar.model_dump(mode="json")}
        return json.dumps(told | {"clearway": clearway.__version__}, indent=1, sort_keys=True)


def walk_frames(number: int, plan: TrainingPlan) -> Frames:
    """Simulate one walk: with nothing, with harmless things, and with each threat.

    Parameters
    ----------
    number : int
        Of the walk; with the plan's seed it decides everything.
    plan : TrainingPlan

    Raises
    ------
    MissingExtraError
        No Embree, or no CuPy where the settings ask for a GPU.
    """
    rng = random_stream(plan.seed, f"training walk {number}")
    radar = Radar.of(plan.radar)
    lane_m = lane_limits_m(radar)
    walk = draw_walk(rng, plan.split, lane_m=lane_m)
    companions = draw_companions(rng, walk, plan.split, plan.accompanied_share, lane_m=lane_m)
    kinds = [*[None] * plan.harmless_per_walk, *THREATS]
    loads = [draw_load(rng, plan.split, threat, beside=walk.pockets) for threat in kinds]
    instruments = Instruments(radar, rng, plan.interest)
    times_s = frame_times_s(walk, radar, rng, plan.most_frames)
    parts = [
        _of_look(look, [None, *loads], f"walk {number}", walk.body.name, instruments, rng)
        for look in looks_at(
            walk,
            loads,
            radar,
            times_s,
            plan.settings,
            companions,
            faintest_cloth_db=plan.faintest_cloth_db,
        )
    ]
    return Frames.joined(parts)


def make_training_set(
    folder: Path,
    n_walks: int,
    plan: TrainingPlan,
    progress: Callable[[int], None],
    *,
    workers: int = 1,
) -> None:
    """Make the walks of a set that are not there yet.

    Parameters
    ----------
    folder : Path
        Of `Frames`; made if need be.
    n_walks : int
        That it is to have, numbered from 0.
    plan : TrainingPlan
    progress : callable
        Told how many walks are there, after each.
    workers : int
        Processes.

    Raises
    ------
    InputError
        The folder holds frames of another plan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder / _PLAN_FILE, plan)
    missing = [n for n in range(n_walks) if not frames_path(folder, n).exists()]
    done = n_walks - len(missing)
    progress(done)
    make = partial(_make_walk, folder=folder, plan=plan)
    if workers == 1:
        for number in missing:
            make(number)
            done += 1
            progress(done)
        return
    with ProcessPoolExecutor(workers) as pool:
        for made in as_completed([pool.submit(make, number) for number in missing]):
            made.result()
            done += 1
            progress(done)


def _claim(path: Path, plan: TrainingPlan) -> None:
    """Keep frames of one plan together and those of others away."""
    if path.exists() and path.read_text("utf-8") != plan.words:
        fault = Fault(
            "tells of frames of another plan", "give another folder, or the options of this one"
        )
        raise InputError(path, fault)
    with atomic_write(path) as temporary:
        temporary.write_text(plan.words, "utf-8")


def _make_walk(number: int, folder: Path, plan: TrainingPlan) -> None:
    write_frames(folder, number, walk_frames(number, plan))


def _of_look(
    look: Look,
    loads: list[Load | None],
    walk: str,
    body: str,
    instruments: Instruments,
    rng: np.random.Generator,
) -> Frames:
    """One frame for each load."""
    view = instruments.view(look, rng)
    volumes = [instruments.volume(samples, view, rng) for samples in look.samples]
    n = len(volumes)
    places = np.full((n, 3), np.nan)
    for row, load, seen in zip(places[1:], loads[1:], look.loads, strict=True):
        if load is not None and load.threat is not None:
            row[:] = view.in_person(seen.middle_m)
    return Frames(
        levels=np.array([volume.quantised() for volume in volumes]),
        outcome=np.array([OUTCOMES.index(_outcome(load)) for load in loads]),
        body=np.full(n, body),
        passage=np.array([f"{walk}, load {index}" for index in range(n)]),
        time_s=np.full(n, look.time_s),
        panel=np.full(n, look.panel),
        examined=np.array([examine(volume, view).share for volume in volumes]),
        person_height_m=np.full(n, view.height_m or TYPICAL_HEIGHT_M),
        place_m=places,
        shown=np.array([0.0, *(seen.echo_share for seen in look.loads)]),
    )


def _outcome(load: Load | None) -> str:
    if load is None:
        return NONE
    return HARMLESS if load.threat is None else load.threat.value
