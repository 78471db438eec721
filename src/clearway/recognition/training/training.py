"""From sets of stored looks to the folder of a model."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import clearway
from clearway.recognition.baseline import Baseline
from clearway.recognition.classes import CLASSES
from clearway.recognition.evidence import peaks
from clearway.recognition.features import FEATURES
from clearway.recognition.model_folder import WEIGHTS, trees_bytes, write_model
from clearway.recognition.model_schema import (
    FORMAT,
    CalibrationTable,
    Card,
    LimitTable,
    ModelFile,
    PassageTable,
    TrainingTable,
)
from clearway.recognition.network import Network
from clearway.recognition.quality import ADEQUATE, LIMITS, Limit, Reason
from clearway.recognition.stored.files import read_frames
from clearway.recognition.stored.frames import Frames
from clearway.recognition.training.boosting import BoostingSettings, train_trees
from clearway.recognition.training.cell_samples import cell_samples, guessed, most_suspect
from clearway.recognition.training.export import onnx_bytes
from clearway.recognition.training.fitting import Fitted, fit_rest
from clearway.recognition.training.loop import NetworkSettings, Progress, silent, train_network
from clearway.recognition.training.split import split_by_body
from clearway.recognition.volume import Volume

__all__ = ["DEFAULT_PFA", "train"]

DEFAULT_PFA = 0.001
"""Of each class and passage, for the thresholds: at 100 persons a minute, one alarm in ten
minutes per class."""

_SCORED_BEFORE = (0.7, 0.3)
"""Shares of the bodies that a network is trained on, and that all the rest is fitted on."""
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
    data: Sequence[Path],
    model: Path,
    settings: BoostingSettings | NetworkSettings,
    *,
    limits: Mapping[Reason, Limit] = LIMITS,
    pfa: float = DEFAULT_PFA,
    progress: Progress = silent,
) -> ModelFile:
    """Train a model and write its folder.

    Parameters
    ----------
    data : sequence of Path
        Sets of `Frames`: folders or single files.
    model : Path
        Folder to write.  A network's checkpoint lies beside it and goes when the model is done.
    settings : BoostingSettings or NetworkSettings
        Which of them decides what is trained.
    limits : mapping of Reason to Limit
        Of the quality of views: poorer ones are not trained on, and the model refuses them.
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
        Too few frames to train on, or condensed ones for a network.
    MissingExtraError
        Without the extra [train].
    """
    is_network = isinstance(settings, NetworkSettings)
    everything, digest = read_frames(*data, volumes=is_network)
    frames = everything.chosen(everything.examined(limits) >= ADEQUATE)
    rng = np.random.default_rng(settings.seed)
    checkpoint = model.absolute().with_name(f"{model.name}.checkpoint.pt")
    if isinstance(settings, BoostingSettings):
        weights, logits = _baseline(frames, settings, rng, progress)
        held_out = frames
    else:
        before, after = split_by_body(frames.body, _SCORED_BEFORE, rng)
        progress(f"{before.sum()} looks for the scores, {after.sum()} for what follows them")
        held_out = frames.chosen(after)
        weights, logits = _network(frames.chosen(before), held_out, settings, checkpoint, progress)
    fitted = fit_rest(held_out, logits, pfa, rng)
    name = ", ".join(one.name for one in data)
    about = _about(
        settings, limits, fitted, name, _command(data, settings, limits, pfa), digest, frames
    )
    progress(_support_words(fitted))
    write_model(model, about, weights)
    checkpoint.unlink(missing_ok=True)
    return about


def _baseline(
    frames: Frames, settings: BoostingSettings, rng: np.random.Generator, progress: Progress
) -> tuple[bytes, NDArray[np.float64]]:
    """Weights, and scores of each look by trees that were grown on other bodies."""
    logits = np.zeros((len(frames), len(CLASSES)))
    for part in split_by_body(frames.body, (1 / settings.folds,) * settings.folds, rng):
        scorer = _trained(frames.chosen(~part), settings, progress)
        for row in np.flatnonzero(part).tolist():
            height_m = float(frames.person_height_m[row])
            logits[row] = scorer.score_cells(frames.cells_of(row), height_m).logits
    return trees_bytes(_trained(frames, settings, progress).trees), logits


def _trained(frames: Frames, settings: BoostingSettings, progress: Progress) -> Baseline:
    if frames.unlocated.any():
        frames = most_suspect(frames, _grown(guessed(frames), settings, silent))
    return _grown(frames, settings, progress)


def _grown(frames: Frames, settings: BoostingSettings, progress: Progress) -> Baseline:
    samples = cell_samples(frames, np.random.default_rng(settings.seed))
    progress(f"{settings.rounds} rounds over {len(samples.classes)} cells")
    return Baseline(train_trees(samples.features, samples.classes, settings))


def _network(
    frames: Frames,
    held_out: Frames,
    settings: NetworkSettings,
    checkpoint: Path,
    progress: Progress,
) -> tuple[bytes, NDArray[np.float64]]:
    """Weights, and the scores of the frames that were held out."""
    levels = held_out.volumes
    trained = train_network(frames, settings, checkpoint, progress)
    shape = frames.about.interest.build().pooled_shape
    content = onnx_bytes(trained, shape)
    # Scored by what will be shipped, not by what was trained.
    network = Network(content, shape)
    logits = [
        peaks(network.evidence(Volume.levels_of(levels[start : start + _AT_ONCE])))
        for start in range(0, len(held_out), _AT_ONCE)
    ]
    return content, np.concatenate(logits)


def _support_words(fitted: Fitted) -> str:
    """How far the thresholds can be trusted; for the model's card."""
    support = list(fitted.support.values())
    highest = max(own.highest_pfa for own in support)
    return (
        f"Thresholds for a Pfa of {support[0].asked_pfa:.2%} were set on "
        f"{support[0].n_passages} passages without a threat, of {support[0].n_bodies} bodies: it "
        f"may be up to {highest:.2%} (95 %)."
    )


def _command(
    data: Sequence[Path],
    settings: BoostingSettings | NetworkSettings,
    limits: Mapping[Reason, Limit],
    pfa: float,
) -> str:
    words = ["clearway", "curtain", "train", *(one.name for one in data), "MODEL"]
    for name, value in ({"kind": _kind(settings), "pfa": pfa} | asdict(settings)).items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    # The model that is described here has these limits.
    return shlex.join([*words, "--like", "MODEL"] if limits != LIMITS else words)


def _kind(settings: BoostingSettings | NetworkSettings) -> str:
    return "baseline" if isinstance(settings, BoostingSettings) else "network"


def _about(
    settings: BoostingSettings | NetworkSettings,
    limits: Mapping[Reason, Limit],
    fitted: Fitted,
    data_name: str,
    command: str,
    digest: str,
    frames: Frames,
) -> ModelFile:
    kind = _kind(settings)
    known_limits = f"{_CARD.known_limits} {_support_words(fitted)}"
    return ModelFile.model_validate(
        {
            "format": FORMAT,
            "kind": kind,
            "version": time.strftime("%Y.%m.%d", time.gmtime()),
            "classes": CLASSES,
            "weights_file": WEIGHTS[kind],
            "weights_sha256": "0" * 64,
            "features": [feature.name for feature in FEATURES] if kind == "baseline" else [],
            "region_of_interest": frames.about.interest,
            "calibration": CalibrationTable.of(fitted.calibration),
            "passage": PassageTable.of(fitted.passage),
            "thresholds": fitted.thresholds,
            "threshold_support": fitted.support,
            "limits": {
                reason: LimitTable(good=limit.good, poor=limit.poor)
                for reason, limit in limits.items()
            },
            "space": frames.about.space,
            "training": TrainingTable(
                data=data_name,
                data_sha256=digest,
                seed=settings.seed,
                command=command,
                n_frames=len(frames),
                n_passages=len(np.unique(frames.passage)),
                n_bodies=len(np.unique(frames.body)),
                clearway_version=clearway.__version__,
            ),
            "card": _CARD.model_copy(update={"known_limits": known_limits}),
        }
    )
