"""A baseline that knows nothing, yet is a whole model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clearway.recognition import RegionOfInterest
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.model_folder import WEIGHTS, read_model, write_model
from clearway.recognition.quality import Reason
from clearway.recognition.training.boosting import BoostingSettings
from clearway.recognition.training.frames import Frames, write_frames
from clearway.recognition.training.training import train

N_BODIES, N_FRAMES = 6, 2


def write_small_model(folder: Path) -> None:
    """Train on noise; the model then takes any image, however poor so few antennas make it."""
    data = folder.with_name(f"{folder.name}-noise")
    data.mkdir(parents=True)
    write_frames(data, 0, _noise())
    train(data, folder, BoostingSettings(rounds=2, depth=2))
    about, _ = read_model(folder)
    weights = (folder / WEIGHTS["baseline"]).read_bytes()
    image = {Reason.LOW_CONTRAST, Reason.INCOMPLETE}
    limits = {reason: limit for reason, limit in about.limits.items() if reason not in image}
    write_model(folder, about.model_copy(update={"limits": limits}), weights)


def _noise() -> Frames:
    n = N_BODIES * len(OUTCOMES) * N_FRAMES
    rng = np.random.default_rng(4)
    number = np.arange(n)
    passage = number // N_FRAMES
    return Frames(
        levels=rng.integers(0, 256, (n, *RegionOfInterest().pooled_shape), dtype=np.uint8),
        outcome=passage % len(OUTCOMES),
        body=(passage // len(OUTCOMES)).astype(np.str_),
        passage=passage.astype(np.str_),
        time_s=0.1 * (number % N_FRAMES),
        panel=np.zeros(n, dtype=np.int64),
        examined=np.ones(n),
        person_height_m=np.full(n, 1.7),
        place_m=np.full((n, 3), np.nan),
        shown=np.full(n, np.nan),
    )
