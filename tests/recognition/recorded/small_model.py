"""A baseline that knows nothing, yet is a whole model."""

from __future__ import annotations

from pathlib import Path

from clearway.recognition import RegionOfInterest
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.quality import LIMITS, Reason
from clearway.recognition.stored import write_frames
from clearway.recognition.training.boosting import BoostingSettings
from clearway.recognition.training.training import train
from tests.recognition.stored.making import frames, truths

N_BODIES, N_FRAMES = 6, 2


def write_small_model(folder: Path) -> None:
    """Train on noise; the model then takes any image, however poor so few antennas make it."""
    image = {Reason.LOW_CONTRAST, Reason.INCOMPLETE}
    limits = {reason: limit for reason, limit in LIMITS.items() if reason not in image}
    noise = folder.with_name(f"{folder.name}-noise.npz")
    passages = truths(N_BODIES * len(OUTCOMES), n_bodies=N_BODIES)
    write_frames(noise, frames(passages, N_FRAMES, interest=RegionOfInterest(), levels=None))
    train([noise], folder, BoostingSettings(rounds=2, depth=2), limits=limits)
