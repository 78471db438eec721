"""One self-contained HTML page of how well recognisers do on a set of passages.

===========  ===========================================
`facts`      what the page says of set and models
`tables`     figures in tables, all models side by side
`wording`    numbers in words
===========  ===========================================

Charts and style are those of `clearway.trial.report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

import clearway
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.evaluation import Evaluation
from clearway.recognition.scoring.pictures import draw_reliability, draw_roc
from clearway.store.atomic import atomic_write
from clearway.trial.recogniser_report import tables
from clearway.trial.recogniser_report.facts import ModelFacts, SetFacts
from clearway.trial.recogniser_report.wording import (
    class_words,
    k_of_n,
    pfa_words,
    summary_lines,
)
from clearway.trial.report.style import RC, WIDTH_IN, Chart, chart

__all__ = ["ModelFacts", "SetFacts", "summary_lines", "write_recogniser_report"]

_MOST_MODELS = 5
_HEIGHT_IN = 3.4


def write_recogniser_report(
    path: Path, about: SetFacts, models: Sequence[ModelFacts], evaluations: Sequence[Evaluation]
) -> None:
    """Write the page; nothing in it loads anything from anywhere.

    Parameters
    ----------
    path : Path
        Ends in ``.html``.
    about : SetFacts
    models : sequence of ModelFacts
    evaluations : sequence of Evaluation
        One per model, in their order, of the same passages.

    Raises
    ------
    ArgumentError
        No models, more than five, or other evaluations than models.
    OutputError
        If it cannot be written; an earlier one stays.
    """
    names = [model.name for model in models]
    if not 1 <= len(names) <= _MOST_MODELS or len(set(names)) < len(names):
        raise ArgumentError("models", f"are {names}", f"give 1 to {_MOST_MODELS} different ones")
    if [evaluation.model for evaluation in evaluations] != names:
        raise ArgumentError("evaluations", "are of other models", "give one per model, in order")
    with mpl.rc_context(RC):
        rocs, reliabilities = _roc_charts(evaluations), _claim_charts(evaluations)
    environment = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("clearway.trial", "recogniser_report"),
                PackageLoader("clearway.trial", "report"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("recogniser.html").render(
        about=about,
        models=models,
        counts=_counts(evaluations[0]),
        n_bodies=evaluations[0].n_bodies,
        too_few=_too_few(evaluations[0]),
        rocs=rocs,
        reliabilities=reliabilities,
        detection=tables.detection_table(evaluations),
        nuisance=tables.nuisance_table(evaluations),
        strata=tables.stratum_tables(evaluations),
        sizes=tables.size_table(evaluations),
        claims=tables.claim_table(evaluations),
        not_examined=tables.not_examined_table(evaluations),
        places=tables.place_table(evaluations),
        version=clearway.__version__,
    )
    with atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def _counts(evaluation: Evaluation) -> str:
    words = [
        f"{evaluation.n_by_outcome[outcome]:,} {outcome.replace('_', ' ')}" for outcome in OUTCOMES
    ]
    return ", ".join(words)


def _too_few(evaluation: Evaluation) -> list[str]:
    """Rates that so few passages without a threat cannot show."""
    n = evaluation.classes[0].points[0].n_innocent
    return [
        f"A Pfa of {pfa_words(pfa)} needs at least {round(1 / pfa):,} passages without a threat; "
        f"there are {n:,}. The threshold there lies above all of their scores."
        for pfa in evaluation.pfas
        if pfa * n * (1 + 1e-12) < 1
    ]


def _roc_charts(evaluations: Sequence[Evaluation]) -> list[tuple[Chart, str]]:
    charts = []
    for figures in zip(*(evaluation.classes for evaluation in evaluations), strict=True):
        name = class_words(figures[0].threat)
        curves = {
            evaluation.model: own.roc for evaluation, own in zip(evaluations, figures, strict=True)
        }
        told = "; ".join(
            f"{model}: {k_of_n(own.points[0].detections, own.points[0].n_threat)} detected at a "
            f"Pfa of {pfa_words(own.points[0].asked_pfa)}"
            for model, own in zip(curves, figures, strict=True)
        )
        figure = draw_roc(curves, name)
        figure.set_size_inches(WIDTH_IN, _HEIGHT_IN)
        # As words: the report's style writes no formulas.
        figure.axes[0].xaxis.set_major_formatter(lambda pfa, _: pfa_words(pfa))
        drawn = chart(figure, f"roc-{name.replace(' ', '-')}", f"ROC of {name}. {told}.")
        charts.append(
            (drawn, f"Detections against false alarms, {name}. Vertical lines: 1 % and 0.1 %.")
        )
    return charts


def _claim_charts(evaluations: Sequence[Evaluation]) -> list[tuple[Chart, str]]:
    """Reliability of the claims of any threat, one picture for each prior."""
    priors = dict.fromkeys(claim.prior for one in evaluations for claim in one.claims)
    charts = []
    for number, prior in enumerate(priors):
        curves = {
            one.model: claim.reliability
            for one in evaluations
            for claim in one.claims
            if claim.prior == prior and claim.threat is None
        }
        errors = "; ".join(
            f"{name}: {bins.expected_calibration_error:.3f}" for name, bins in curves.items()
        )
        figure = draw_reliability(curves, prior)
        figure.set_size_inches(WIDTH_IN, _HEIGHT_IN)
        drawn = chart(
            figure,
            f"reliability-{number}",
            f"Claimed probability of any threat against what happened. Errors: {errors}.",
        )
        charts.append((drawn, f"Whether the probability of any threat comes true; prior: {prior}."))
    return charts
