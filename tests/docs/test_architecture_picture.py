"""The architecture picture copes with whatever packages there are."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def picture(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    return import_module("architecture_picture")


def test_importers_stand_left_of_what_they_import(picture: ModuleType) -> None:
    imports = Counter({("top", "middle"): 2, ("middle", "base"): 1, ("top", "base"): 5})
    layout = picture.arrange(["alone", "base", "middle", "top"], imports)
    for importer, imported in imports:
        assert layout.place[importer][0] < layout.place[imported][0]


def test_a_long_arrow_keeps_clear_of_the_boxes_it_passes(picture: ModuleType) -> None:
    imports = Counter({("top", "middle"): 1, ("middle", "base"): 1, ("top", "base"): 1})
    layout = picture.arrange(["base", "middle", "top"], imports)
    _, passed, _ = layout.routes["top", "base"]
    assert layout.place[passed][0] == layout.place["middle"][0]
    assert abs(layout.place[passed][1] - layout.place["middle"][1]) > picture.BOX_HEIGHT / 2


def test_a_cycle_is_drawn_too(picture: ModuleType) -> None:
    imports = Counter({("one", "two"): 1, ("two", "three"): 1, ("three", "one"): 1})
    layout = picture.arrange(["one", "two", "three"], imports)
    assert set(layout.routes) == set(imports)
    assert len({layout.place[name] for name in ("one", "two", "three")}) == 3


def test_the_same_source_gives_the_same_file(picture: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for target in (first, second):
        picture.draw(target)
    assert first.read_bytes() == second.read_bytes()


def test_names_in_one_column_do_not_overlap(picture: ModuleType) -> None:
    imports = Counter({("top", name): 1 for name in "abc"})
    layout = picture.arrange(["a", "b", "c", "top"], imports)
    heights = sorted(layout.place[name][1] for name in "abc")
    assert min(high - low for low, high in pairwise(heights)) >= picture.BOX_HEIGHT
