"""The sensors file: what is known of each sensor that sees people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

import shapely

from clearway.errors import Fault, InputError
from clearway.site.lines import LineIndex, Place
from clearway.site.reading import parse_toml, read_text
from clearway.tracking import PersonSensor

LEAST_SIGMA_M = 1e-6
"""The square of a smaller standard deviation may be 0 in double precision."""
FASTEST_HZ = 1000.0
"""No sensor of people scans more often; a higher rate is in another unit."""
_EXAMPLE = (
    "write `[sensors.ID]` with sigma_m, detection_probability, clutter_per_scan, rate_hz and "
    "coverage"
)
_NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "sigma_m": (lambda value: value >= LEAST_SIGMA_M, f"metres, at least {LEAST_SIGMA_M:g}"),
    "detection_probability": (lambda value: 0 < value <= 1, "a share, above 0 and at most 1"),
    "clutter_per_scan": (lambda value: value >= 0, "a mean number, at least 0"),
    "rate_hz": (
        lambda value: 0 < value <= FASTEST_HZ,
        f"scans per second, above 0 and at most {FASTEST_HZ:g}",
    ),
}
_COVERAGE = "coverage"
_COVERAGE_RULE = "three or more corners [x, y] in metres, in order around the area that it sees"
_KEYS = (*_NUMBERS, _COVERAGE)

_Finding: TypeAlias = tuple[Place, str, str]


def read_sensors(path: Path) -> tuple[PersonSensor, ...]:
    """Read a sensors file: TOML with one table ``[sensors.ID]`` per sensor.

    Parameters
    ----------
    path : Path
        Each table has ``sigma_m``, ``detection_probability``, ``clutter_per_scan``, ``rate_hz``
        and ``coverage``, which mean what they mean in `PersonSensor`, and nothing else.

    Returns
    -------
    tuple of PersonSensor
        In the order of the file, at least one.

    Raises
    ------
    InputError
        The file cannot be read or anything in it is wrong; it lists all faults found.
    """
    text = read_text(path)
    data = parse_toml(text, path)
    tables = data.get("sensors")
    findings = list(_unknown((), data, ("sensors",)))
    if not isinstance(tables, dict) or not tables:
        place: Place = ("sensors",) if "sensors" in data else ()
        findings.append((place, "there are no sensors", _EXAMPLE))
        tables = {}
    for name, table in tables.items():
        findings += _findings(("sensors", name), table)
    if findings:
        raise InputError(path, _faults(text, findings))
    return tuple(
        PersonSensor(
            sensor_id=name,
            coverage=tuple((float(x), float(y)) for x, y in table[_COVERAGE]),
            **{key: float(table[key]) for key in _NUMBERS},
        )
        for name, table in tables.items()
    )


def _faults(text: str, findings: list[_Finding]) -> list[Fault]:
    lines = LineIndex(text)
    return [lines.fault(*finding) for finding in findings]


def _findings(place: Place, table: Any) -> Iterator[_Finding]:
    if not isinstance(table, dict):
        yield place, f"{table!r:.40} is no table", _EXAMPLE
        return
    yield from _unknown(place, table, _KEYS)
    for key in _KEYS:
        if key not in table:
            rule = _COVERAGE_RULE if key == _COVERAGE else _NUMBERS[key][1]
            yield (*place, key), f"`{key}` is missing", f"add `{key}`: {rule}"
    for key, (allowed, rule) in _NUMBERS.items():
        if key in table and not (_is_number(table[key]) and allowed(table[key])):
            yield (*place, key), f"{table[key]!r:.40} is not allowed", f"write {rule}"
    if _COVERAGE in table:
        yield from _coverage_findings((*place, _COVERAGE), table[_COVERAGE])


def _coverage_findings(place: Place, corners: Any) -> Iterator[_Finding]:
    remedy = f"write {_COVERAGE_RULE}"
    if not isinstance(corners, list) or len(corners) < 3:
        found = f"{len(corners)} corners" if isinstance(corners, list) else f"{corners!r:.40}"
        yield place, f"{found} are no area", remedy
        return
    for index, corner in enumerate(corners):
        is_pair = isinstance(corner, list) and len(corner) == 2
        if not is_pair or not all(map(_is_number, corner)):
            yield (*place, index), f"{corner!r:.40} is no corner", "write two numbers, [x, y]"
            return
    polygon = shapely.Polygon(corners)
    if not polygon.is_valid:
        yield place, "the outline crosses or touches itself", "list the corners in order around it"
    elif not polygon.area > 0:
        yield place, "the area is 0", remedy


def _unknown(place: Place, table: dict[str, Any], known: tuple[str, ...]) -> Iterator[_Finding]:
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            guess = f"did you mean `{close[0]}`? " if close else ""
            listed = ", ".join(f"`{name}`" for name in known)
            yield (*place, key), f"unknown key `{key}`", f"{guess}known here: {listed}"


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number with hundreds of digits
        return False
