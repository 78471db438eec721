"""`clearway curtain`: the curtain's recogniser, measured."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearway.cli.characterise import characterise
from clearway.cli.progress import counting
from clearway.cli.simulate import simulate

if TYPE_CHECKING:
    from clearway.recognition.evaluation import NamedModel
    from clearway.recognition.recorded import Campaign
    from clearway.trial.recogniser_report import SetFacts

__all__ = ["curtain_app"]

curtain_app = typer.Typer(
    no_args_is_help=True, help="Measure what the curtain recognises, and feed it with recordings."
)
curtain_app.command()(characterise)
curtain_app.command()(simulate)

_REPORT_FILE = "report.html"
_SCORES_FOLDER = "scores"
_SEED = 1
"""Of the resampling: the same recordings give the same intervals."""

_Folder = Annotated[
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
    folder: _Folder,
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
    """Score recorded sweeps with labels; stop and go on as you like."""
    import numpy as np

    from clearway.imaging.files.arrays import as_input_error
    from clearway.recognition.evaluation import evaluate as evaluate_passages
    from clearway.recognition.evaluation import score_missing
    from clearway.recognition.recorded import read_campaign, recorded_passages
    from clearway.trial.recogniser_report import (
        ModelFacts,
        summary_lines,
        write_recogniser_report,
    )

    console = Console(highlight=False, markup=False, soft_wrap=True)
    campaign = read_campaign(folder)
    models = _models(model or _packaged())
    passages = recorded_passages(campaign, threads=threads)
    with counting(console, "passages", len(passages)) as done:
        scored = score_missing(models, passages, out / _SCORES_FOLDER, done)
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
    write_recogniser_report(
        report, _facts_of(campaign), [ModelFacts.of(used) for used in models], evaluations
    )
    for evaluation in evaluations:
        console.print(*summary_lines(evaluation), sep="\n")
    console.print(f"Report: {report}")


@curtain_app.command()
def frames(
    folder: _Folder,
    out: Annotated[
        Path,
        typer.Argument(
            help="Folder of training frames; frames that it holds already stay.",
            metavar="FRAMES",
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Model whose region of interest and limits of view the frames are made for.",
            show_default="the usual ones",
        ),
    ] = None,
    threads: _Threads = None,
) -> None:
    """Turn recorded sweeps with labels into training frames; stop and go on as you like."""
    from clearway.recognition import Recogniser, RegionOfInterest
    from clearway.recognition.quality import examine
    from clearway.recognition.recorded import (
        read_campaign,
        recorded_passages,
        write_training_frames,
    )

    console = Console(highlight=False, markup=False, soft_wrap=True)
    campaign = read_campaign(folder)
    about = Recogniser.load(model).about if model else None
    interest = about.region_of_interest.build() if about else RegionOfInterest()
    judge = (
        partial(examine, limits=about.built_limits(), space=about.built_space())
        if about
        else examine
    )
    passages = recorded_passages(campaign, threads=threads)
    panels = [panel.name for panel in campaign.about.panels]
    with counting(console, "passages", len(passages)) as done:
        written = write_training_frames(
            out, campaign.about.name, passages, panels, interest, judge, done
        )
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


def _facts_of(campaign: Campaign) -> SetFacts:
    from clearway.trial.recogniser_report import SetFacts

    about = campaign.about
    return SetFacts(
        about.name,
        simulated=False,
        source=about.source,
        facts={"Rights": about.rights, "Consent": about.consent},
    )
