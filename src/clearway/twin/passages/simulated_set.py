"""Sets of simulated passages, to train recognisers with and to test them on: a file for each walk.

Making a set can be broken off and go on.  A walk is simulated with nothing, with harmless things
and with each threat, all on the same body in the same clothes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

import clearway
from clearway.domain.body import BodyPlace
from clearway.errors import Fault, InputError
from clearway.recognition.classes import HARMLESS, NONE, THREATS
from clearway.recognition.evaluation.truth import PassageTruth, aspect_words, radar_words
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.stored.about import SetAbout
from clearway.recognition.stored.files import frames_path, holds_frames, write_frames
from clearway.recognition.stored.frames import Frames
from clearway.recognition.stored.making import LabelledLook, make_frames
from clearway.scattering.settings import Settings
from clearway.site.radar import Radar
from clearway.site.radar_schema import RadarTable
from clearway.store.atomic import atomic_write
from clearway.twin.objects import PLACE_OF_SITE, Split
from clearway.twin.passages.echoes import Look, looks_at
from clearway.twin.passages.lane import frame_times_s, lane_limits_m, standpoint
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import Load, Walk, draw_companions, draw_load, draw_walk
from clearway.twin.random_streams import random_stream

__all__ = ["SetPlan", "labelled_looks", "make_set", "truths_of", "walk_frames"]

_PLAN_FILE = "plan.json"
_DIGITS = 8
"""Of a plan's digest: they tell the passages of two sets apart."""
_ALL_CLOTH_DB = -100.0
"""No garment returns less."""


@dataclass(frozen=True)
class SetPlan:
    """Who walks, how often, and how it is simulated; the defaults make sets to train with."""

    radar: RadarTable
    seed: int = 1
    split: Split = Split.TRAIN
    """Bodies, gait, clothing and objects are of this side."""
    settings: Settings = field(default_factory=Settings.training)
    interest: RegionOfInterest = field(default_factory=RegionOfInterest)
    harmless_per_walk: int = 2
    """Passages with a harmless thing, beside one with nothing and one with each threat."""
    most_frames: int | None = 6
    """Looks of each panel at a passage, evenly chosen; None for all that the radar takes."""
    accompanied_share: float = 0.1
    """How many walk beside somebody."""
    wet_share: float = 0.1
    detail: int = 1
    """Of the bodies' skin, see `Walker`."""
    faintest_cloth_db: float = -24.0
    """Of what a garment returns; fainter ones only cover what is under them."""
    condensed: bool = False
    """Whether the images are left out."""

    @classmethod
    def to_test(cls, radar: RadarTable, seed: int = 1) -> SetPlan:
        """Of people and things never met in training, with finer echoes.

        Parameters
        ----------
        radar : RadarTable
        seed : int
        """
        return cls(
            radar,
            seed,
            Split.TEST_ONLY,
            Settings(bounces=2),
            most_frames=None,
            accompanied_share=0.3,
            detail=2,
            faintest_cloth_db=_ALL_CLOTH_DB,
        )

    @property
    def words(self) -> str:
        """All that decides the frames, as text that equals for equal plans."""
        told = asdict(self) | {"radar": self.radar.model_dump(mode="json")}
        return json.dumps(told | {"clearway": clearway.__version__}, indent=1, sort_keys=True)

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the passages, whether their images are kept or not."""
        return hashlib.sha256(replace(self, condensed=False).words.encode()).hexdigest()

    @property
    def about(self) -> SetAbout:
        """Of every file of the set."""
        met = "never met in training" if self.split is Split.TEST_ONLY else "for training"
        looks = "all looks" if self.most_frames is None else f"{self.most_frames} looks"
        source = (
            f"simulated by Clearway {clearway.__version__}: people and objects {met}, "
            f"{self.accompanied_share:.0%} beside another person, {self.wet_share:.0%} wet, "
            f"{looks} of each panel, seed {self.seed}, plan {self.digest[:_DIGITS]}; "
            f"radar: {self.radar.source}"
        )
        return SetAbout.of(source, simulated=True, interest=self.interest)


def walk_frames(number: int, plan: SetPlan) -> Frames:
    """Simulate one walk: with nothing, with harmless things, and with each threat.

    Parameters
    ----------
    number : int
        Of the walk; with the plan's seed it decides everything.
    plan : SetPlan

    Returns
    -------
    Frames
        Without any look where the radar took none while the person was there.

    Raises
    ------
    MissingExtraError
        No Embree, or no CuPy where the settings ask for a GPU.
    """
    rng = random_stream(plan.seed, f"{plan.split.value} walk {number}")
    radar = Radar.of(plan.radar)
    lane_m = lane_limits_m(radar)
    walk = draw_walk(rng, plan.split, lane_m=lane_m, wet_share=plan.wet_share)
    companions = draw_companions(
        rng, walk, plan.split, plan.accompanied_share, lane_m=lane_m, wet_share=plan.wet_share
    )
    kinds = [*[None] * plan.harmless_per_walk, *THREATS]
    loads = [draw_load(rng, plan.split, threat, beside=walk.pockets) for threat in kinds]
    instruments = Instruments(radar, rng, plan.interest)
    times_s = frame_times_s(walk, radar, rng, plan.most_frames)
    looks = looks_at(
        walk,
        loads,
        radar,
        times_s,
        plan.settings,
        companions,
        faintest_cloth_db=plan.faintest_cloth_db,
        detail=plan.detail,
    )
    return make_frames(
        plan.about,
        truths_of(f"{plan.digest[:_DIGITS]} walk {number}", walk, loads, radar),
        (seen for look in looks for seen in labelled_looks(look, loads, instruments, rng)),
        condensed=plan.condensed,
    )


def labelled_looks(
    look: Look, loads: Sequence[Load], instruments: Instruments, rng: np.random.Generator
) -> Iterator[LabelledLook]:
    """Image one look without a load, and with each.

    Parameters
    ----------
    look : Look
        Of these loads.
    loads : sequence of Load
    instruments : Instruments
    rng : numpy.random.Generator
        Draws noise, and the errors of the tracked place.

    Yields
    ------
    LabelledLook
        In the order of `truths_of`.
    """
    view = instruments.view(look, rng)
    clean = instruments.volume(look.clean, view, rng)
    yield LabelledLook(0, clean, view, clean=clean)
    for number, (load, seen) in enumerate(zip(loads, look.loads, strict=True), start=1):
        volume = instruments.volume(seen.samples, view, rng)
        threat_m = None if load.threat is None else seen.middle_m
        yield LabelledLook(number, volume, view, threat_m, clean)


def truths_of(
    name: str, walk: Walk, loads: Sequence[Load], radar: Radar
) -> tuple[PassageTruth, ...]:
    """What is known of the passages of one walk: the one without a load, then each load's.

    Parameters
    ----------
    name : str
        Of the walk, unique over all sets.
    walk : Walk
    loads : sequence of Load
    radar : Radar
    """
    headings = [standpoint(walk, radar, panel, 0.0).velocity_m_s[0] for panel in radar.panels]
    arrays = [radar_words(panel.array, radar.frequencies_hz) for panel in radar.panels]
    aspect, words = (
        aspect_words([along >= 0 for along in headings]),
        "; ".join(dict.fromkeys(arrays)),
    )

    def truth(number: int, load: Load | None) -> PassageTruth:
        carried = None if load is None else load.carried
        return PassageTruth(
            passage=f"{name}, load {number}",
            body=walk.body.name,
            outcome=_outcome(load),
            object_family=carried.kind if carried else "",
            object_name=carried.family if carried else "",
            object_size_m=max(carried.size_m) if carried else None,
            place=BodyPlace(PLACE_OF_SITE[load.site]) if load else None,
            clothing=walk.outfit.family.name,
            wet=walk.outfit.wet,
            speed_m_s=walk.speed_m_s,
            aspect=aspect,
            radar=words,
        )

    return tuple(truth(number, load) for number, load in enumerate([None, *loads]))


def make_set(
    folder: Path,
    n_walks: int,
    plan: SetPlan,
    progress: Callable[[int], None] = lambda _: None,
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
    plan : SetPlan
    progress : callable
        Told how many walks are there, after each.
    workers : int
        Processes.

    Raises
    ------
    InputError
        The folder holds frames of another plan, or recorded ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, plan)
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


def _claim(folder: Path, plan: SetPlan) -> None:
    """Keep frames of one plan together and those of others away."""
    path = folder / _PLAN_FILE
    if path.exists():
        if path.read_text("utf-8") == plan.words:
            return
        remedy = "give another folder, or the options of this one"
        raise InputError(path, Fault("tells of frames of another plan", remedy))
    if holds_frames(folder):
        problem = "holds frames that were not made by this command"
        raise InputError(folder, Fault(problem, "give another folder; training takes several"))
    with atomic_write(path) as temporary:
        temporary.write_text(plan.words, "utf-8")


def _make_walk(number: int, folder: Path, plan: SetPlan) -> None:
    write_frames(frames_path(folder, number), walk_frames(number, plan))


def _outcome(load: Load | None) -> str:
    if load is None:
        return NONE
    return HARMLESS if load.threat is None else load.threat.value
