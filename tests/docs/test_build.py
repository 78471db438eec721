"""The documentation builds without a warning and shows the code as it is."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import clearway
from clearway.site.schema import Site

ROOT = Path(__file__).parents[2]

# Hundreds of pages, made on all cores, and an example that runs: minutes on a slow machine.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HTML pages of the documentation, freshly built."""
    target = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q"]
    command += ["-b", "html", "-j", "auto"]
    folders = ["-d", str(target / "doctrees"), str(ROOT / "docs"), str(target / "html")]
    build = subprocess.run([*command, *folders], capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stdout + build.stderr
    return target / "html"


def test_site_file_page_lists_every_key(pages: Path) -> None:
    text = unescape((pages / "site-file.html").read_text(encoding="utf-8"))
    missing = [key for key in _keys(Site.model_json_schema()) if f">{key}</span>" not in text]
    assert not missing


def test_architecture_picture_shows_every_package(pages: Path) -> None:
    picture = (pages / "_images" / "architecture.svg").read_text(encoding="utf-8")
    names = [module.name for module in pkgutil.iter_modules(clearway.__path__)]
    assert names
    assert [name for name in names if f'id="package-{name}"' not in picture] == []


def test_reference_has_a_page_for_every_package(pages: Path) -> None:
    generated = {page.stem for page in (pages / "reference" / "generated").glob("*.html")}
    expected = {f"clearway.{module.name}" for module in pkgutil.iter_modules(clearway.__path__)}
    assert expected <= generated


def test_side_bar_marks_the_page_itself(pages: Path) -> None:
    """Also where a page has taken over the side bar of its neighbour."""
    generated = list((pages / "reference" / "generated").glob("clearway*.html"))
    assert generated
    wrong = {
        page.stem: marked
        for page in generated
        if (marked := _marked(page.read_text(encoding="utf-8"))) != [page.stem]
    }
    assert not wrong


def _marked(page: str) -> list[str]:
    tree = page.partition('<div class="sidebar-tree">')[2].partition("</div>")[0]
    return re.findall(r'<a class="current reference internal" href="#">(.*?)</a>', tree)


def _keys(schema: dict[str, Any]) -> Iterator[str]:
    for model in (schema, *schema["$defs"].values()):
        yield from model.get("properties", ())
