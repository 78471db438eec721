"""The pages that the package brings along."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from clearway.console.assets import read_assets


def test_every_file_is_of_a_known_kind() -> None:
    assets = read_assets()
    assert "/index.html" in assets
    for path, asset in assets.items():
        assert asset.media_type != "application/octet-stream", path
        assert asset.packed is None or gzip.decompress(asset.packed) == asset.content


def test_the_page_names_files_that_are_there_and_holds_no_script_itself() -> None:
    assets = read_assets()
    page = assets["/index.html"].content.decode()
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert named
    assert set(named) <= set(assets)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=|\sstyle=|<style", page)


def test_a_folder_without_pages_has_none(tmp_path: Path) -> None:
    assert read_assets(tmp_path / "none") == {}
