"""`clearway curtain`: the curtain's recogniser, measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.console import Console

from clearway.cli.characterise import characterise
from clearway.cli.progress import counting
from clearway.cli.simulate import simulate
from clearway.cli.train import condense, train

if TYPE_CHECKING:
    from clearway.recognition.evaluation import NamedModel, ScoredPassage
    from clearway.trial.recogniser_report import SetFacts

    _Scored: TypeAlias = tuple[list[NamedModel], Sequence[ScoredPassage], SetFacts]

__all__ = ["curtain_app"]

curtain_app = typer.Typer(
    no_args_is_help=True, help="Train the curtain's recogniser, and measure what it recognises."
)
curtain_app.command()(characterise)
curtain_app.command()(simulate)
curtain_app.command()(train)
curtain_app.command()(condense)

_REPORT_FILE = "report.html"
_SCORES_FOLDER = "scores"
_SCORES_FILE = "scores.parquet"
_SEED = 1
"""Of the resampling: the same recordings give the same intervals."""

_Campaign = Annotated[
    Path,
    typer.Argument(
        help="Folder of a campaign: campaign.toml, passages.csv and sweeps.",
        metavar="FOLDER",
        show_default=False,
    ),
]
_Threads = Annotated[
    int | None, typer.Option(min=1, help="For the images.", show_default="one per core")
]


@curtain_app.command()
def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of a campaign (campaign.toml, passages.csv and sweeps), or a set of "
            "stored looks: a folder, or a condensed file.",
            metavar="FOLDER",
            show_default=False,
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Folder of a model, or the name of one that comes with Clearway; repeat to "
            "compare.",
            show_default="all that come with Clearway",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the report and the scores.")
    ] = Path("output/curtain-evaluation"),
    threat_share: Annotated[
        float,
        typer.Option(
            min=1e-9,
            max=0.999,
            help="Share of people with a threat at your station, for the calibration error there.",
        ),
    ] = 1e-4,
    threads: _Threads = None,
) -> None:
    """Score recorded sweeps with labels, or stored looks; stop and go on as you like."""
    import numpy as np

    from clearway.imaging.files.arrays import as_input_error
    from clearway.recognition.evaluation import evaluate as evaluate_passages
    from clearway.recognition.stored import holds_frames
    from clearway.trial.recogniser_report import (
        ModelFacts,
        summary_lines,
        write_recogniser_report,
    )

    console = Console(highlight=False, markup=False, soft_wrap=True)
    if holds_frames(folder):
        models, scored, about = _of_stored(console, folder, model, out)
    else:
        models, scored, about = _of_campaign(console, folder, model, out, threads)
    with as_input_error(folder):
        evaluations = [
            evaluate_passages(
                [one for one in scored if one.model == used.name],
                np.random.default_rng(_SEED),
                threat_share=threat_share,
            )
            for used in models
        ]
    report = out / _REPORT_FILE
    write_recogniser_report(report, about, [ModelFacts.of(used) for used in models], evaluations)
    for evaluation in evaluations:
        console.print(*summary_lines(evaluation), sep="\n")
    console.print(f"Report: {report}")


def _of_campaign(
    console: Console, folder: Path, names: list[str] | None, out: Path, threads: int | None
) -> _Scored:
    """Models, scores of a campaign's passages, and what the report says of it."""
    from clearway.recognition.evaluation import score_missing
    from clearway.recognition.recorded import read_campaign, recorded_passages
    from clearway.trial.recogniser_report import SetFacts

    campaign = read_campaign(folder)
    models = _models(names or _packaged())
    passages = recorded_passages(campaign, threads=threads)
    with counting(console, "passages", len(passages)) as done:
        scored = score_missing(models, passages, out / _SCORES_FOLDER, done)
    about = campaign.about
    facts = {"Rights": about.rights, "Consent": about.consent}
    return models, scored, SetFacts(about.name, simulated=False, source=about.source, facts=facts)


def _of_stored(console: Console, path: Path, names: list[str] | None, out: Path) -> _Scored:
    """Models, scores of the passages of a set of stored looks, and what the report says of it."""
    from clearway.recognition.baseline import Baseline
    from clearway.recognition.evaluation import write_scored
    from clearway.recognition.stored import read_frames, score_frames
    from clearway.trial.recogniser_report import SetFacts

    models = _models(names or _packaged())
    volumes = any(not isinstance(used.recogniser.scorer, Baseline) for used in models)
    frames, digest = read_frames(path, volumes=volumes)
    scored: list[ScoredPassage] = []
    with counting(console, "models", len(models)) as done:
        for number, used in enumerate(models, start=1):
            scored += score_frames(used, frames)
            done(number)
    out.mkdir(parents=True, exist_ok=True)
    write_scored(out / _SCORES_FILE, scored)
    about = SetFacts(
        path.name,
        simulated=frames.about.simulated,
        source="; ".join(frames.about.sources),
        facts={"Looks": f"{len(frames):,}", "SHA-256": digest},
    )
    return models, tuple(scored), about


@curtain_app.command()
def frames(
    folder: _Campaign,
    out: Annotated[
        Path,
        typer.Argument(
            help="Folder of stored looks; those that it holds already stay.",
            metavar="FRAMES",
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Model whose region of interest and space before the panel the looks are for.",
            show_default="the usual ones",
        ),
    ] = None,
    threads: _Threads = None,
) -> None:
    """Turn recorded sweeps with labels into stored looks; stop and go on as you like."""
    from clearway.recognition import Recogniser
    from clearway.recognition.recorded import (
        read_campaign,
        recorded_passages,
        write_training_frames,
    )
    from clearway.recognition.stored import SetAbout

    console = Console(highlight=False, markup=False, soft_wrap=True)
    campaign = read_campaign(folder)
    source = f"{campaign.about.name}: {campaign.about.source}"
    about = SetAbout.of(source, simulated=False)
    if model:
        used = Recogniser.load(model)
        about = SetAbout.of(
            source, simulated=False, interest=used.region_of_interest, space=used.space
        )
    passages = recorded_passages(campaign, threads=threads)
    with counting(console, "passages", len(passages)) as done:
        written = write_training_frames(out, campaign.about.name, passages, about, done)
    console.print(f"{written} of {len(passages)} passages written, the others were there: {out}")


def _packaged() -> list[str]:
    """Names of the models that come with Clearway."""
    from clearway.errors import ArgumentError
    from clearway.recognition.model_folder import packaged_models

    names = packaged_models()
    if not names:
        raise ArgumentError(
            "--model", "is not given, and this Clearway brings no model along", "name its folder"
        )
    return names


def _models(names: list[str]) -> list[NamedModel]:
    """Models under the last part of their paths, or under the whole where these are alike."""
    from clearway.recognition import Recogniser
    from clearway.recognition.evaluation import NamedModel

    different = list(dict.fromkeys(names))
    short = [Path(name).name for name in different]
    told = different if len(set(short)) < len(short) else short
    return [
        NamedModel(name, Recogniser.load(place))
        for name, place in zip(told, different, strict=True)
    ]
