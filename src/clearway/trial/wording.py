"""Figures in words, the same on the terminal and in the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearway.trial.statistics import Proportion, Rate

NO_DATA = "no data"


def percent(share: Proportion) -> tuple[str, str, str]:
    """Value, n and interval of a proportion.

    Examples
    --------
    >>> percent({"k": 19, "n": 20, "value": 0.95, "low": 0.764, "high": 0.991})
    ('95.0 %', '20', '76.4 - 99.1 %')
    """
    if share["value"] is None or share["low"] is None or share["high"] is None:
        return NO_DATA, "0", ""
    interval = f"{100 * share['low']:.1f} - {100 * share['high']:.1f} %"
    return f"{100 * share['value']:.1f} %", str(share["n"]), interval


def rate_words(figure: Rate, scale: float = 1.0) -> tuple[str, str, str]:
    """Value, count and interval of a rate, multiplied by ``scale``."""
    if figure["value"] is None or figure["low"] is None or figure["high"] is None:
        return NO_DATA, "0", ""
    interval = f"{scale * figure['low']:.1f} - {scale * figure['high']:.1f}"
    return f"{scale * figure['value']:.1f}", str(figure["count"]), interval


def seconds_words(value: float | None) -> str:
    """Seconds to a tenth.

    Examples
    --------
    >>> seconds_words(0.72)
    '0.7 s'
    """
    return NO_DATA if value is None else f"{value:.1f} s"


def provenance_sentence(summary: Mapping[str, Any]) -> str:
    """Whether people and sensors were simulated or recorded: the first words of any report."""
    source = summary["provenance"]
    return f"People {source['people']}, sensors {source['sensors']}."
