"""Lines for the site file: the name of the figures, and their rates for all who go by rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clearway.domain import ThreatClass
from clearway.recognition.classes import HARMLESS, NONE
from clearway.twin.figures.file import Figures
from clearway.twin.figures.row import PassageRow
from clearway.twin.figures.summary import Rate, position_noise

__all__ = ["site_lines"]

_FIREARMS = (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)
_LEADING = {
    threat: (_FIREARMS if threat in _FIREARMS else (ThreatClass.EXPLOSIVE,))
    for threat in ThreatClass
}
"""The channel of each threat: of two firearms declared, the one with the higher score counts."""


def site_lines(figures: Figures, name: str, curtain: str) -> str:
    """What to put into the site file.

    Rates are those of the examined passages, since a site file states the examined ones apart.  A
    firearm of the wrong kind counts as detected, with its share under ``firearm_confusion``.  A
    rate of 0 or 1 becomes (k + 1/2) / (n + 1), the mean of Jeffreys' posterior: no finite number of
    passages shows that something never happens.

    Parameters
    ----------
    figures : Figures
    name : str
        Path of the file, relative to the site file.
    curtain : str
        Its id.

    Returns
    -------
    str
        TOML of keys and tables of that curtain.
    """
    seen = [row for row in figures.rows if row.examined > 0.0]
    noise = position_noise(figures.rows)
    detected = [row for row in seen if row.outcome in _FIREARMS and _leading(row, _FIREARMS)]
    swapped = sum(_leading(row, _FIREARMS) != row.outcome for row in detected)
    confusion = swapped / len(detected) if detected else 0.0
    share = _inner(Rate(len(seen), len(figures.rows)))
    error = [f"examined_probability = {share:.4g}", f"firearm_confusion = {confusion:.4g}"]
    if noise is not None:
        error.insert(0, f"sigma_m = {noise.per_axis_m:.3g}")
    lines = [
        f'# In [[sensors]] of "{curtain}":',
        f"figures = {_quoted(name)}",
        f"# In its error_model: {', '.join(error)}",
        "",
        "[sensors.recognition]",
    ]
    for threat in ThreatClass:
        rates = _rates(seen, threat)
        told = ", ".join(f"{key} = {_inner(rate):.3g}" for key, rate in rates.items())
        cases = ", ".join(f"{rate.count} of {rate.cases}" for rate in rates.values())
        lines.append(f"{threat.value} = {{ {told} }}  # {cases}")
    return "\n".join(lines)


def _rates(seen: Sequence[PassageRow], threat: ThreatClass) -> dict[str, Rate]:
    channel = _LEADING[threat]

    def rate(outcome: str, declares: Callable[[PassageRow], bool]) -> Rate:
        chosen = [row for row in seen if row.outcome == outcome]
        return Rate(sum(map(declares, chosen)), len(chosen))

    return {
        "pd": rate(threat.value, lambda row: _leading(row, channel) is not None),
        "pfa": rate(NONE, lambda row: _leading(row, channel) is threat),
        "nuisance": rate(HARMLESS, lambda row: _leading(row, channel) is threat),
    }


def _leading(row: PassageRow, channel: Sequence[ThreatClass]) -> ThreatClass | None:
    return next((threat for threat in row.declared if threat in channel), None)


def _inner(rate: Rate) -> float:
    if 0 < rate.count < rate.cases:
        return rate.count / rate.cases
    return (rate.count + 0.5) / (rate.cases + 1)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
