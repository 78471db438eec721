"""The verdict on a run in plain words, made from the figures of its summary alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from clearway.trial.statistics import Proportion, Rate

WIDE = 0.10
"""An interval wider than this decides little."""
CLAIMS = (0.95, 0.99)
_ERROR = 0.05


def verdict(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what a run showed and how much that is worth.

    Parameters
    ----------
    summary : mapping
        As in ``summary.json``.

    Returns
    -------
    tuple of str
        Paragraphs of plain text.
    """
    paragraphs = (_carriers(summary), _innocents(summary), _worth(summary))
    texts = (" ".join(sentences) for sentences in paragraphs)
    # A line must not break between a number and its percent sign.
    return tuple(text.replace(" %", "\N{NO-BREAK SPACE}%") for text in texts)


def passages_needed(claim: float) -> int:
    """Passages without a single miss that a claim takes: exact binomial, one-sided 95 %.

    Examples
    --------
    >>> passages_needed(0.95), passages_needed(0.99)
    (59, 299)
    """
    return math.ceil(math.log(_ERROR) / math.log(claim))


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "person", "people"), counted(1200, "passage")
    ('1 person', '1,200 passages')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def duration_words(duration_s: float) -> str:
    """A duration as one says it.

    Examples
    --------
    >>> duration_words(30.0), duration_words(200.0), duration_words(5220.0)
    ('30 seconds', '3 minutes 20 seconds', '1 hour 27 minutes')
    """
    minutes, rest = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (0 if hours else rest, "second"))
    return " ".join(counted(n, unit) for n, unit in parts if n) or "0 seconds"


def _carriers(summary: Mapping[str, Any]) -> Iterator[str]:
    carriers, right = summary["carriers"], summary["right_person"]
    passages, unfinished = carriers["passages"], carriers["unfinished"]
    if not passages:
        yield (
            "No carrier's passage could be judged in this run, so it says nothing about how well "
            "carriers are found."
        )
    else:
        alarms = summary["pd"]["any"]["sensor"]["k"]
        yield (
            f"Of {counted(passages, 'carrier')} who passed the sensors, {alarms:,} raised a "
            "sensor alarm."
        )
        if alarms:
            yield _naming(right)
    if unfinished:
        yield (
            f"{counted(unfinished, 'more carrier')} passed too near the end of the run to be "
            "judged."
        )


def _naming(right: Mapping[str, Any]) -> str:
    at_alarm: Proportion = right["at_alarm"]
    later: Proportion = right["later"]
    after = f"{right['later_after_s']:.0f} s later"
    named = (
        f"The right person was named at once for {at_alarm['k']:,} of these {at_alarm['n']:,}, "
        f"and still {after} for {later['k']:,} of {later['n']:,}."
    )
    missed = [
        f"{name} {count:,}"
        for name, count in right["outcomes_at_alarm"].items()
        if count and name != "right person"
    ]
    others = at_alarm["n"] - at_alarm["k"]
    return f"{named} The other {others:,} at the alarm: {', '.join(missed)}." if missed else named


def _innocents(summary: Mapping[str, Any]) -> Iterator[str]:
    people = round(summary["alarms"]["innocent_stops_per_person"]["exposure"])
    duration = duration_words(summary["duration_s"])
    stops: Rate = summary["alarms"]["innocent_stops_per_person"]
    if not people:
        yield f"Nobody passed a threat sensor in {duration}."
        return
    passed = f"{counted(people, 'person', 'people')} passed a threat sensor in {duration}"
    if stops["count"]:
        yield (
            f"{passed}. Guards who stop the person named first in every alert would have stopped "
            f"somebody harmless {counted(stops['count'], 'time')}: 1 stop per "
            f"{counted(round(people / stops['count']), 'person', 'people')} "
            f"({_per_thousand(stops)})."
        )
    else:
        yield (
            f"{passed}. Guards who stop the person named first in every alert would have stopped "
            f"nobody harmless: 0 stops ({_per_thousand(stops)})."
        )


def _per_thousand(rate: Rate) -> str:
    low, high = rate["low"] or 0.0, rate["high"] or 0.0
    return (
        f"95 % interval {_brief(1000 * low)} to {_brief(1000 * high)} per 1,000 people, "
        f"n = {rate['exposure']:,.0f}"
    )


def _brief(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == 0.0 else f"{value:.1f}"


def _worth(summary: Mapping[str, Any]) -> Iterator[str]:
    share: Proportion = summary["right_person"]["at_alarm"]
    wide = True
    if share["low"] is not None and share["high"] is not None:
        wide = share["high"] - share["low"] > WIDE
        low, high = round(100 * share["low"]), round(100 * share["high"])
        start = "With so few carriers this says little: the" if wide else "The"
        verb = "may lie anywhere between" if wide else "lies between"
        yield (
            f"{start} true right-person rate {verb} {low} and {high} % (95 % interval, "
            f"n = {share['n']:,})."
        )
    if wide:
        modest, bold = ((f"{100 * claim:.0f} %", passages_needed(claim)) for claim in CLAIMS)
        yield (
            f"To claim at least {modest[0]} takes {modest[1]} alarms at carriers without a single "
            f"miss, at least {bold[0]} takes {bold[1]} (exact binomial, one-sided 95 %); this run "
            f"had {share['n']:,}."
        )
