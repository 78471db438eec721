"""Training the network: seeded, and resumable after every epoch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.recognition.classes import CLASSES
from clearway.recognition.logistic import balanced_weights
from clearway.recognition.stored.frames import Frames, class_of
from clearway.recognition.training.architecture import build_network
from clearway.recognition.training.augmentation import disturbed, shifted
from clearway.recognition.training.torch_library import loaded_torch
from clearway.store.atomic import atomic_write

__all__ = ["NetworkSettings", "Progress", "silent", "train_network"]

Progress = Callable[[str], None]
"""Told in words what has been done."""


def silent(words: str) -> None:
    """Tell nobody."""


_WEIGHT_DECAY = 1e-4
_UNKNOWN = -1
"""What a cell shows of which nobody knows; its loss is left out."""
_STEPS = 255.0
"""Of `Volume.quantised`, from its lowest to its highest level."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How to train; the defaults are those of the shipped model."""

    epochs: int = 30
    batch: int = 32
    learning_rate: float = 2e-3
    """Of AdamW, after a warm-up of one epoch, falling to zero with a half cosine."""
    width: int = 16
    look_weight: float = 0.3
    """Of the look's loss beside that of its cells."""
    seed: int = 1
    device: str = "auto"
    """``cpu``, ``cuda``, or whichever there is."""


def train_network(
    frames: Frames,
    settings: NetworkSettings,
    checkpoint: Path,
    progress: Progress = silent,
) -> Any:
    """Train, from the start or from where an earlier call with the same settings stopped.

    The order of the frames and their augmentation follow from the seed and the number of the
    epoch, so that an interrupted training continues as it would have.  The loss is the
    cross-entropy of what each cell shows, rare classes weighing more, plus that of the whole look:
    of a look that was not compared with one without the thing, only the second is known.

    Parameters
    ----------
    frames : Frames
        With volumes.
    settings : NetworkSettings
    checkpoint : Path
        Written whole after every epoch.
    progress : callable

    Returns
    -------
    torch.nn.Sequential
        On the CPU, in evaluation mode.

    Raises
    ------
    InputError
        A checkpoint of other settings.
    ArgumentError
        Frames of a condensed set.
    MissingExtraError
        Without torch.
    """
    torch = loaded_torch()
    device = _device(torch, settings.device)
    torch.manual_seed(settings.seed)
    shape = frames.volumes.shape[1:]
    network = build_network((shape[0], shape[1], shape[2]), settings.width).to(device)
    optimiser = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=_WEIGHT_DECAY
    )
    done = _resume(torch, checkpoint, settings, network, optimiser, device)
    cells = _cell_classes(frames)
    known = cells[cells != _UNKNOWN]
    rarity = len(known) / np.maximum(np.bincount(known, minlength=len(CLASSES)), 1)
    of_classes = torch.from_numpy(np.sqrt(rarity / rarity.min()).astype(np.float32)).to(device)
    weights = len(frames) * balanced_weights(frames.classes, len(CLASSES))
    for epoch in range(done, settings.epochs):
        network.train()
        losses = []
        for step, batch in enumerate(_batches(frames, cells, weights, settings, epoch)):
            rate = _learning_rate(settings, epoch, step * settings.batch / len(frames))
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = _loss(network, [part.to(device) for part in batch], of_classes, settings)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        _save(torch, checkpoint, settings, network, optimiser, epoch + 1)
        progress(f"epoch {epoch + 1} of {settings.epochs}: loss {np.mean(losses):.4f}")
    return network.to("cpu").eval()


def _device(torch: Any, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _learning_rate(settings: NetworkSettings, epoch: int, within: float) -> float:
    # The first steps go carefully: the moments of the optimiser are not known yet.
    warm = min(1.0, epoch + within + 0.05)
    done = (epoch + within) / settings.epochs
    return float(settings.learning_rate * warm * 0.5 * (1 + np.cos(np.pi * done)))


def _cell_classes(frames: Frames) -> NDArray[np.int64]:
    """(n, cells along forward, cells along height) what each cell shows, or `_UNKNOWN`."""
    shown = np.where(frames.changed, class_of(frames.outcome)[:, None, None], 0)
    return np.where(frames.unlocated[:, None, None], _UNKNOWN, shown)


def _batches(
    frames: Frames,
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
    settings: NetworkSettings,
    epoch: int,
) -> Iterator[tuple[Any, ...]]:
    """Levels, classes of looks, their weights, classes of cells and a seed, as tensors."""
    torch = loaded_torch()
    rng = np.random.default_rng([settings.seed, epoch])
    order = rng.permutation(len(frames))
    for start in range(0, len(order), settings.batch):
        chosen = order[start : start + settings.batch]
        if len(chosen) < 2:  # batch normalisation needs two
            continue
        levels, shown = shifted(frames.volumes[chosen], cells[chosen], rng)
        yield (
            torch.from_numpy(levels),
            torch.from_numpy(frames.classes[chosen]),
            torch.from_numpy(weights[chosen].astype(np.float32)),
            torch.from_numpy(shown),
            torch.tensor(int(rng.integers(2**62))),
        )


def _loss(network: Any, batch: list[Any], of_classes: Any, settings: NetworkSettings) -> Any:
    torch = loaded_torch()
    levels, classes, weights, shown, seed = batch
    evidence = network(disturbed(levels.float()[:, None] / _STEPS, int(seed)))
    cross_entropy = torch.nn.functional.cross_entropy
    # The mean over the map has a gradient everywhere, unlike the peak that is used later.
    whole = torch.logsumexp(evidence.flatten(2), 2) - np.log(shown[0].numel())
    of_look = (weights * cross_entropy(whole, classes, reduction="none")).mean()
    if not (shown != _UNKNOWN).any():
        return settings.look_weight * of_look
    of_cells = cross_entropy(evidence, shown, weight=of_classes, ignore_index=_UNKNOWN)
    return of_cells + settings.look_weight * of_look


def _resume(
    torch: Any, path: Path, settings: NetworkSettings, network: Any, optimiser: Any, device: str
) -> int:
    """Epochs that are done; loads what they gave."""
    if not path.exists():
        return 0
    try:
        # Only tensors and plain values are read: such a file cannot run code.
        stored = torch.load(path, map_location=device, weights_only=True)
        same = stored["settings"] == _identity(settings)
    except Exception as error:  # torch has no common base of its errors
        fault = Fault(f"is no checkpoint: {error}", "remove it to train from the start")
        raise InputError(path, fault) from error
    if not same:
        remedy = "train with the settings of before, or remove it to train from the start"
        raise InputError(path, Fault("belongs to a training with other settings", remedy))
    network.load_state_dict(stored["network"])
    optimiser.load_state_dict(stored["optimiser"])
    return int(stored["epochs"])


def _save(
    torch: Any, path: Path, settings: NetworkSettings, network: Any, optimiser: Any, epochs: int
) -> None:
    content = {
        "settings": _identity(settings),
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "epochs": epochs,
    }
    with atomic_write(path) as temporary:
        torch.save(content, os.fspath(temporary))


def _identity(settings: NetworkSettings) -> dict[str, Any]:
    """What must stay the same; another device may go on."""
    return {name: value for name, value in asdict(settings).items() if name != "device"}
