"""What holds for every site file, not only for the examples."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.site.lines import Place, key_path
from clearway.site.reading import site_from_text, site_to_toml

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
DATA = tomllib.loads(STATION.read_text(encoding="utf-8"))
MARK = 987654321
"""Stands in the text once, where the bad value will be."""

factors = st.floats(0.95, 1.02)
names = st.text(min_size=1, max_size=30).filter(str.strip)


def leaves(node: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(node, (dict, list)):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from leaves(value, (*place, key))
    else:
        yield place


def changed(node: Any, place: Place, value: object) -> Any:
    """Copy nested lists and tables with one leaf replaced."""
    if not place:
        return value
    key, *rest = place
    copy = node.copy()
    copy[key] = changed(node[key], tuple(rest), value)
    return copy


def value_at(place: Place) -> Any:
    node: Any = DATA
    for key in place:
        node = node[key]
    return node


LEAVES = tuple(leaves(DATA))
# Positions depend on each other; every other number may vary a little by itself.
FIGURES = tuple(
    place for place in LEAVES if isinstance(value_at(place), float) and isinstance(place[-1], str)
)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIGURES), factors, max_size=12),
    names,
)
def test_round_trip_is_the_identity(changes: dict[Place, float], name: str) -> None:
    data = DATA | {"name": name}
    for place, factor in changes.items():
        data = changed(data, place, value_at(place) * factor)
    site = site_from_text(tomli_w.dumps(data), STATION)
    assert site_from_text(site_to_toml(site), STATION) == site


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LEAVES))
def test_a_bad_value_is_found_on_its_line(place: Place) -> None:
    text = tomli_w.dumps(changed(DATA, place, MARK))
    line = text[: text.index(str(MARK))].count("\n") + 1
    # No key of a site file is true or false.
    with pytest.raises(InputError) as caught:
        site_from_text(text.replace(str(MARK), "true"), STATION)
    fault = caught.value.faults[0]
    assert (fault.field, fault.line) == (key_path(place), line)
