"""From a folder of frames to the folder of a model."""

from __future__ import annotations

import shlex
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import clearway
from clearway.errors import ArgumentError
from clearway.recognition.baseline import Trees
from clearway.recognition.classes import CLASSES
from clearway.recognition.features import FEATURES
from clearway.recognition.model_folder import WEIGHTS, trees_bytes, write_model
from clearway.recognition.model_schema import (
    FORMAT,
    CalibrationTable,
    Card,
    InterestTable,
    ModelFile,
    PassageTable,
    TrainingTable,
)
from clearway.recognition.network import Network, log_mean_exp
from clearway.recognition.quality import ADEQUATE
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.training.boosting import BoostingSettings, train_trees
from clearway.recognition.training.export import onnx_bytes
from clearway.recognition.training.fitting import Fitted, fit_rest
from clearway.recognition.training.frames import Frames, read_frames
from clearway.recognition.training.loop import NetworkSettings, Progress, silent, train_network
from clearway.recognition.training.split import split_by_body
from clearway.recognition.training.volumes import frame_features, place_cells
from clearway.recognition.volume import Volume

__all__ = ["DEFAULT_PFA", "train"]

DEFAULT_PFA = 0.001
"""Of each class and passage, for the thresholds: at 100 persons a minute, one alarm in ten
minutes per class."""

_SCORED_BEFORE = (0.7, 0.3)
"""Shares of the bodies that the scores are trained on, and that all the rest is fitted on."""
_AT_ONCE = 64

_CARD = Card(
    intended_use=(
        "Telling whether a person who walks through a microwave curtain carries a long gun, a "
        "handgun, or an explosive belt or vest, as evidence for a trained operator."
    ),
    not_for=(
        "Deciding about a person without an operator; identifying people; medical use; other "
        "bands, array sizes or poses than those it was scored on."
    ),
    known_limits=(
        "Trained on simulated bodies. Until it is scored on recordings, every figure says how it "
        "does in simulation."
    ),
)


def train(
    data: Path,
    model: Path,
    settings: BoostingSettings | NetworkSettings,
    *,
    interest: RegionOfInterest | None = None,
    pfa: float = DEFAULT_PFA,
    progress: Progress = silent,
) -> ModelFile:
    """Train a model and write its folder.

    Parameters
    ----------
    data : Path
        Folder of `Frames`.
    model : Path
        Folder to write.  A network's checkpoint lies beside it and goes when the model is done.
    settings : BoostingSettings or NetworkSettings
        Which of them decides what is trained.
    interest : RegionOfInterest, optional
        That the frames were made with; the default one if none is given.
    pfa : float
        For the thresholds.
    progress : callable

    Returns
    -------
    ModelFile
        As it was written.

    Raises
    ------
    InputError
        Frames or a checkpoint that cannot be used.
    ArgumentError
        Frames of another region of interest, or too few to train on.
    MissingExtraError
        Without the extra [train].
    """
    region = interest or RegionOfInterest()
    everything, digest = read_frames(data)
    frames = everything.chosen(everything.examined >= ADEQUATE)
    if frames.levels.shape[1:] != region.pooled_shape:
        raise ArgumentError(
            "interest",
            f"gives volumes of {region.pooled_shape}, the frames have {frames.levels.shape[1:]}",
            "name the region of interest that the frames were made with",
        )
    rng = np.random.default_rng(settings.seed)
    before, after = split_by_body(frames.body, _SCORED_BEFORE, rng)
    progress(f"{before.sum()} frames for the scores, {after.sum()} for what follows them")
    held_out = frames.chosen(after)
    checkpoint = model.absolute().with_name(f"{model.name}.checkpoint.pt")
    if isinstance(settings, BoostingSettings):
        weights, logits = _baseline(frames.chosen(before), held_out, region, settings, progress)
    else:
        weights, logits = _network(
            frames.chosen(before), held_out, region, settings, checkpoint, progress
        )
    fitted = fit_rest(held_out, logits, pfa, rng)
    progress(f"thresholds for a Pfa of {pfa:.2%}: it may be up to {fitted.highest_pfa:.2%} (95 %)")
    about = _about(settings, region, fitted, data.name, digest, frames)
    write_model(model, about, weights)
    checkpoint.unlink(missing_ok=True)
    return about


def _baseline(
    frames: Frames,
    held_out: Frames,
    region: RegionOfInterest,
    settings: BoostingSettings,
    progress: Progress,
) -> tuple[bytes, NDArray[np.float64]]:
    """Weights, and the scores of the frames that were held out."""
    features = frame_features(frames, region)
    progress(f"{features.shape[1]} features of {len(features)} frames")
    trees: Trees = train_trees(features, frames.classes, settings)
    progress(f"{len(trees.feature)} trees")
    return trees_bytes(trees), trees.logits(frame_features(held_out, region))


def _network(
    frames: Frames,
    held_out: Frames,
    region: RegionOfInterest,
    settings: NetworkSettings,
    checkpoint: Path,
    progress: Progress,
) -> tuple[bytes, NDArray[np.float64]]:
    """Weights, and the scores of the frames that were held out."""
    trained = train_network(frames, place_cells(frames, region), settings, checkpoint, progress)
    content = onnx_bytes(trained, region.pooled_shape)
    # Scored by what will be shipped, not by what was trained.
    network = Network(content, region.pooled_shape)
    logits = [
        log_mean_exp(network.evidence(Volume.levels_of(held_out.levels[start : start + _AT_ONCE])))
        for start in range(0, len(held_out), _AT_ONCE)
    ]
    return content, np.concatenate(logits)


def _about(
    settings: BoostingSettings | NetworkSettings,
    region: RegionOfInterest,
    fitted: Fitted,
    data_name: str,
    digest: str,
    frames: Frames,
) -> ModelFile:
    kind = "baseline" if isinstance(settings, BoostingSettings) else "network"
    options = " ".join(
        f"--{name.replace('_', '-')} {shlex.quote(str(value))}"
        for name, value in asdict(settings).items()
    )
    return ModelFile.model_validate(
        {
            "format": FORMAT,
            "kind": kind,
            "version": time.strftime("%Y.%m.%d", time.gmtime()),
            "classes": CLASSES,
            "weights_file": WEIGHTS[kind],
            "weights_sha256": "0" * 64,
            "features": [feature.name for feature in FEATURES] if kind == "baseline" else [],
            "region_of_interest": InterestTable.model_validate(asdict(region)),
            "calibration": CalibrationTable.of(fitted.calibration),
            "passage": PassageTable.of(fitted.passage),
            "thresholds": fitted.thresholds,
            "training": TrainingTable(
                data=data_name,
                data_sha256=digest,
                seed=settings.seed,
                command=(
                    f"python -m clearway.recognition.training {shlex.quote(data_name)} MODEL "
                    f"--kind {kind} {options}"
                ),
                n_frames=len(frames),
                n_passages=len(np.unique(frames.passage)),
                n_bodies=len(np.unique(frames.body)),
                clearway_version=clearway.__version__,
            ),
            "card": _CARD,
        }
    )
