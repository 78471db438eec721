"""Without its library a bridge says what to install."""

from __future__ import annotations

import importlib
import sys

import pytest

from clearway.errors import MissingExtraError


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("mqtt", "aiomqtt", "mqtt"),
        ("tak", "takproto", "tak"),
        ("cursor_on_target", "lxml", "tak"),
        ("cap_message", "lxml", "cap"),
    ],
)
def test_missing_library(
    module: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"clearway.bridges.{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf'pip install "clearway\[{extra}\]"'):
        importlib.import_module(name)
