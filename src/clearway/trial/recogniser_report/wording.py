"""Shares, intervals and classes in words."""

from __future__ import annotations

from math import isnan

from clearway.domain import ThreatClass
from clearway.domain.intervals import Figure
from clearway.recognition.evaluation import Evaluation
from clearway.trial.wording import NO_DATA

__all__ = [
    "class_words",
    "interval_words",
    "k_of_n",
    "percent_words",
    "pfa_words",
    "share_words",
    "summary_lines",
]


def class_words(threat: ThreatClass | None) -> str:
    """A class, or any.

    Examples
    --------
    >>> class_words(None), class_words(ThreatClass.LONG_GUN)
    ('any threat', 'long gun')
    """
    return "any threat" if threat is None else threat.value.replace("_", " ")


def percent_words(share: float) -> str:
    """A share in percent, with more digits near 0 and 100.

    Examples
    --------
    >>> percent_words(0.5), percent_words(0.0012), percent_words(0.9978)
    ('50.0 %', '0.12 %', '99.78 %')
    """
    near = min(share, 1.0 - share) < 0.01 and 0.0 < share < 1.0
    return f"{100 * share:.{2 if near else 1}f} %"


def pfa_words(pfa: float) -> str:
    """A rate that was asked for.

    Examples
    --------
    >>> pfa_words(0.01), pfa_words(0.001)
    ('1 %', '0.1 %')
    """
    return f"{100 * pfa:g} %"


def share_words(figure: Figure) -> str:
    """The value of a share."""
    return NO_DATA if figure.value is None else percent_words(figure.value)


def interval_words(low: float | None, high: float | None) -> str:
    """An interval; empty where there is none.

    Examples
    --------
    >>> interval_words(0.9, 0.95)
    '90.0 to 95.0 %'
    """
    if low is None or high is None or isnan(low) or isnan(high):
        return ""
    return f"{percent_words(low).removesuffix(' %')} to {percent_words(high)}"


def k_of_n(count: int, n: int) -> str:
    """A count among cases.

    Examples
    --------
    >>> k_of_n(2990, 3000)
    '2,990 of 3,000'
    """
    return f"{count:,} of {n:,}"


def summary_lines(evaluation: Evaluation) -> list[str]:
    """The detection of every class, a line for each rate of false alarms."""
    return [
        f"{evaluation.model}, {class_words(figures.threat)}: Pd {percent_words(point.pd)} "
        f"({k_of_n(point.detections, point.n_threat)}, bodies: {figures.n_bodies}, "
        f"at least {percent_words(point.pd_lower)}) at a Pfa of {pfa_words(point.asked_pfa)} "
        f"({k_of_n(point.false_alarms, point.n_innocent)} alarms, "
        f"bodies: {evaluation.n_innocent_bodies}, at most {percent_words(point.pfa_upper)})"
        for figures in evaluation.classes
        for point in figures.points
    ]
