"""The tables of the report: in each, every model beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearway.domain import ThreatClass
from clearway.recognition.evaluation.evaluation import ClassFigures, Evaluation, Share
from clearway.recognition.quality import WORDS, Reason
from clearway.recognition.scoring.roc import OperatingPoint
from clearway.recognition.scoring.strata import ShareRow
from clearway.trial.recogniser_report.wording import (
    class_words,
    interval_words,
    k_of_n,
    percent_words,
    pfa_words,
    share_words,
)

__all__ = [
    "CALIBRATION_GOAL",
    "GOALS",
    "Table",
    "claim_table",
    "detection_table",
    "not_examined_table",
    "nuisance_table",
    "place_table",
    "size_table",
    "stratum_tables",
]

GOALS = {ThreatClass.LONG_GUN: 0.99, ThreatClass.HANDGUN: 0.90, ThreatClass.EXPLOSIVE: 0.99}
"""Of the exact lower bound of Pd at a Pfa of 1 % per passage."""
GOAL_PFA = 0.01
CALIBRATION_GOAL = 0.03


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as words; the first columns are headings of the rows."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_labels: int = 1
    """Columns that name the row."""


def detection_table(evaluations: Sequence[Evaluation]) -> Table:
    """Pd of every class at every Pfa."""
    rows = []
    for figures in _classes(evaluations):
        for number, pfa in enumerate(evaluations[0].pfas):
            for evaluation, own in zip(evaluations, figures, strict=True):
                point = own.points[number]
                rows.append(
                    (
                        class_words(own.threat),
                        pfa_words(pfa),
                        evaluation.model,
                        percent_words(point.pd),
                        k_of_n(point.detections, point.n_threat),
                        str(own.n_bodies),
                        percent_words(point.pd_lower),
                        interval_words(*point.pd_interval),
                        _goal(own.threat, point),
                        k_of_n(point.false_alarms, point.n_innocent),
                        str(evaluation.n_innocent_bodies),
                        percent_words(point.pfa_upper),
                        f"{point.not_examined:,}",
                    )
                )
    return Table(
        "Detection per passage. “At least” is the exact one-sided 95 % bound of Pd for the "
        "threshold as found; the interval resamples bodies and sets the threshold anew each time. "
        "“Pfa at most” is the exact one-sided 95 % bound of the rate of false alarms at that "
        "threshold. A passage in which nothing was examined counts as a miss.",
        (
            "class", "Pfa asked", "model", "Pd", "k of n", "bodies", "at least", "95 % over bodies",
            "goal", "false alarms", "bodies of these", "Pfa at most", "of the misses, not examined",
        ),
        tuple(rows),
        n_labels=3,
    )  # fmt: skip


def stratum_tables(evaluations: Sequence[Evaluation]) -> tuple[Table, ...]:
    """Pd by clothing, speed and so on; one table each, without those of one label alone."""
    pfa = pfa_words(evaluations[0].pfas[0])
    tables = []
    for stratum in evaluations[0].classes[0].strata:
        labels = {row.label for row in evaluations[0].classes[0].strata[stratum]}
        if len(labels) < 2:
            continue
        rows = [
            (label, class_words(figures[0].threat), *_cells(found))
            for figures in _classes(evaluations)
            for label, found in _by_label([own.strata[stratum] for own in figures])
        ]
        tables.append(
            Table(
                f"Pd by {stratum}, at the threshold of the whole set for a Pfa of {pfa}, with "
                "Wilson intervals.",
                (stratum, "class", *_names(evaluations)),
                tuple(rows),
                n_labels=2,
            )
        )
    return tuple(tables)


def size_table(evaluations: Sequence[Evaluation]) -> Table:
    """Pd against the size of the object."""
    rows = []
    for figures in _classes(evaluations):
        ranges = [[size.row for size in own.by_size] for own in figures]
        rows += [
            (size.row.label, class_words(figures[0].threat), *_cells(found))
            for size, found in zip(figures[0].by_size, zip(*ranges, strict=True), strict=True)
        ]
    pfa = pfa_words(evaluations[0].pfas[0])
    return Table(
        f"Pd by the longest side of the object, at a Pfa of {pfa}, with Wilson intervals.",
        ("longest side", "class", *_names(evaluations)),
        tuple(rows),
        n_labels=2,
    )


def nuisance_table(evaluations: Sequence[Evaluation]) -> Table:
    """Alarms at each harmless object."""
    rows = [
        (label, pfa_words(pfa), *_cells(found))
        for pfa in evaluations[0].pfas
        for label, found in _by_label([evaluation.nuisance[pfa] for evaluation in evaluations])
    ]
    return Table(
        "Alarms for any threat at each harmless object, at the threshold that all passages without "
        "a threat together give, with Wilson intervals.",
        ("object", "Pfa asked", *_names(evaluations)),
        tuple(rows),
        n_labels=2,
    )


def claim_table(evaluations: Sequence[Evaluation]) -> Table:
    """Calibration errors."""
    rows = [
        (
            claim.prior,
            class_words(claim.threat),
            evaluation.model,
            f"{claim.reliability.expected_calibration_error:.4f}",
            f"{claim.reliability.n:,}",
            _reached(claim.reliability.expected_calibration_error <= CALIBRATION_GOAL),
        )
        for evaluation in evaluations
        for claim in evaluation.claims
    ]
    return Table(
        "Expected calibration error: mean distance of claimed probability and share that came "
        "true, over ten bins, each passage weighted to the prior. Passages in which nothing was "
        f"examined claim nothing and are left out. The goal is at most {CALIBRATION_GOAL}.",
        ("prior", "class", "model", "calibration error", "n", "goal"),
        tuple(sorted(rows, key=lambda row: row[:2])),
        n_labels=3,
    )


def not_examined_table(evaluations: Sequence[Evaluation]) -> Table:
    """How often nothing was examined, and why."""
    reasons = [
        reason
        for reason in Reason
        if any(reason in evaluation.not_examined.by_reason for evaluation in evaluations)
    ]
    silent = [evaluation.not_examined for evaluation in evaluations]
    rows: list[tuple[str, ...]] = [
        ("all with a threat", *(_share(one.with_threat) for one in silent)),
        ("all without", *(_share(one.without) for one in silent)),
    ]
    for reason in reasons:
        shares = [
            Share.of(one.by_reason.get(reason, 0), one.with_threat.n + one.without.n)
            for one in silent
        ]
        rows.append((WORDS[reason], *map(_share, shares)))
    return Table(
        "Passages in which no frame was good enough, and the most frequent reason.",
        ("passages", *_names(evaluations)),
        tuple(rows),
    )


def place_table(evaluations: Sequence[Evaluation]) -> Table:
    """How often the place on the body was right."""
    rows = [
        (
            class_words(figures[0].threat),
            *(_share(own.right_place) for own in figures),
        )
        for figures in _classes(evaluations)
    ]
    return Table(
        "Detected passages, at the first Pfa, that name the very place on the body of the label; a "
        "neighbouring place is wrong.",
        ("class", *_names(evaluations)),
        tuple(rows),
    )


def _classes(evaluations: Sequence[Evaluation]) -> Iterator[tuple[ClassFigures, ...]]:
    """Each class with the figures of all models."""
    yield from zip(*(evaluation.classes for evaluation in evaluations), strict=True)


def _by_label(
    of_models: Sequence[Sequence[ShareRow]],
) -> Iterator[tuple[str, tuple[ShareRow, ...]]]:
    """Rows of all models, which score the same passages and so have the same labels."""
    for rows in zip(*of_models, strict=True):
        yield rows[0].label.replace("_", " "), rows


def _names(evaluations: Sequence[Evaluation]) -> tuple[str, ...]:
    return tuple(evaluation.model for evaluation in evaluations)


def _cells(rows: Sequence[ShareRow]) -> tuple[str, ...]:
    return tuple(
        _share(Share(row.alarms, row.n, row.share), f"bodies: {row.n_bodies}") for row in rows
    )


def _share(share: Share, bodies: str = "") -> str:
    """Value, count and interval in one cell, so that several models fit side by side."""
    interval = interval_words(share.share.low, share.share.high)
    told = [k_of_n(share.count, share.n), bodies, interval]
    return f"{share_words(share.share)} ({', '.join(part for part in told if part)})"


def _goal(threat: ThreatClass | None, point: OperatingPoint) -> str:
    if threat is None or point.asked_pfa != GOAL_PFA:
        return ""
    goal = GOALS[threat]
    return f"{_reached(point.pd_lower >= goal)} ({100 * goal:.0f} %)"


def _reached(reached: bool) -> str:
    return "reached" if reached else "not reached"
