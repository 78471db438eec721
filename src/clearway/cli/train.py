"""`clearway curtain train` and `condense`: from stored looks to a model, or to a smaller file."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearway.cli.progress import counting, telling

if TYPE_CHECKING:
    from clearway.recognition.training.boosting import BoostingSettings
    from clearway.recognition.training.loop import NetworkSettings

__all__ = ["condense", "train"]

_Frames = Annotated[
    list[Path],
    typer.Argument(
        help="Sets of stored looks: folders, or condensed files.",
        metavar="FRAMES...",
        show_default=False,
    ),
]
_BASELINE, _NETWORK = "Baseline", "Network"
_USUAL = "that of the shipped model"
_REDUCED = {"baseline": {"rounds": 30, "folds": 2}, "network": {"epochs": 3, "width": 8}}
"""What `--reduced` changes, unless it is given: minutes on a CPU instead of hours."""


class Kind(StrEnum):
    """Values of ``--kind``."""

    BASELINE = "baseline"
    NETWORK = "network"


def train(
    frames: _Frames,
    model: Annotated[
        Path, typer.Argument(help="Folder to write.", metavar="MODEL", show_default=False)
    ],
    kind: Annotated[Kind, typer.Option(help="Only the network needs images.")] = Kind.BASELINE,
    reduced: Annotated[
        bool, typer.Option("--reduced", help="Minutes on a CPU, to try it out.")
    ] = False,
    pfa: Annotated[
        float,
        typer.Option(min=1e-6, max=0.999, help="False alarms of each class and passage."),
    ] = 0.001,
    like: Annotated[
        str | None,
        typer.Option(
            help="Model whose limits of view the new one is to have.",
            show_default="the usual ones",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, show_default=_USUAL)] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-9, show_default=_USUAL)] = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, rich_help_panel=_BASELINE, show_default=_USUAL)
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=1, help="Of trees.", rich_help_panel=_BASELINE, show_default=_USUAL),
    ] = None,
    subsample: Annotated[
        float | None,
        typer.Option(
            min=1e-6,
            max=1.0,
            help="Share of the cells that a tree sees.",
            rich_help_panel=_BASELINE,
            show_default=_USUAL,
        ),
    ] = None,
    least_in_leaf: Annotated[
        int | None,
        typer.Option(min=1, help="Cells.", rich_help_panel=_BASELINE, show_default=_USUAL),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="Parts of the bodies, each scored by trees of the others.",
            rich_help_panel=_BASELINE,
            show_default=_USUAL,
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, rich_help_panel=_NETWORK, show_default=_USUAL)
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(min=2, help="Looks.", rich_help_panel=_NETWORK, show_default=_USUAL),
    ] = None,
    width: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Channels of the first layer.",
            rich_help_panel=_NETWORK,
            show_default=_USUAL,
        ),
    ] = None,
    look_weight: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Of the whole look beside its cells.",
            rich_help_panel=_NETWORK,
            show_default=_USUAL,
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="cpu, cuda or auto.", rich_help_panel=_NETWORK, show_default=_USUAL),
    ] = None,
) -> None:
    """Train a recogniser on stored looks; a network goes on where it stopped."""
    from clearway.recognition import Recogniser
    from clearway.recognition.quality import LIMITS
    from clearway.recognition.training.training import train as train_model

    settings = _settings(
        kind,
        reduced,
        {
            "seed": seed, "learning_rate": learning_rate, "rounds": rounds, "depth": depth,
            "subsample": subsample, "least_in_leaf": least_in_leaf, "folds": folds,
            "epochs": epochs, "batch": batch, "width": width, "look_weight": look_weight,
            "device": device,
        },
    )  # fmt: skip
    console = Console(highlight=False, markup=False, soft_wrap=True)
    limits = Recogniser.load(like).limits if like else LIMITS
    with telling(console, kind.value) as progress:
        about = train_model(frames, model, settings, limits=limits, pfa=pfa, progress=progress)
    console.print(f"{about.kind} {about.version}: {model}")


def condense(
    frames: _Frames,
    out: Annotated[
        Path, typer.Argument(help="File to write.", metavar="FILE.npz", show_default=False)
    ],
) -> None:
    """Join sets of stored looks into one small file, without images."""
    from clearway.errors import ArgumentError
    from clearway.recognition.stored.files import files_of, read_frames, write_frames

    if out.suffix != ".npz":
        raise ArgumentError("FILE", f"is {out}", "name a file that ends in .npz")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with counting(console, "files", len(files_of(frames))) as done:
        joined, _ = read_frames(*frames, volumes=False, progress=done)
    write_frames(out, joined)
    n_bodies = len({truth.body for truth in joined.passages})
    console.print(
        f"{len(joined):,} looks at {len(joined.passages):,} passages of {n_bodies} bodies, "
        f"{out.stat().st_size / max(len(joined), 1):.0f} bytes each: {out}"
    )


def _settings(
    kind: Kind, reduced: bool, given: dict[str, object]
) -> BoostingSettings | NetworkSettings:
    """Settings of a kind from the options that were given; others' options are a mistake."""
    from clearway.errors import ArgumentError
    from clearway.recognition.training.boosting import BoostingSettings
    from clearway.recognition.training.loop import NetworkSettings

    of_kind = BoostingSettings if kind is Kind.BASELINE else NetworkSettings
    values = {name: value for name, value in given.items() if value is not None}
    known = {field.name for field in fields(of_kind)}
    for name in values.keys() - known:
        option = f"--{name.replace('_', '-')}"
        raise ArgumentError(option, f"is none of a {kind.value}", "leave it out")
    start: dict[str, object] = dict(_REDUCED[kind.value]) if reduced else {}
    return of_kind(**(start | values))  # type: ignore[arg-type]  # each is checked by its option
