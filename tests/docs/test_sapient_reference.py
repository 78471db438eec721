"""The page about the rules for SAPIENT messages holds all of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from clearway.sapient.files import FILE_RULES
from clearway.sapient.session.rules import SESSION_RULES
from clearway.sapient.validate import RULES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_rule_has_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS)
    reference = import_module("sapient_reference")
    rows = [line for line in reference.page().splitlines() if line.startswith("| `")]
    assert sorted(row.split("`")[1] for row in rows) == sorted(
        {**FILE_RULES, **RULES, **SESSION_RULES}
    )
    (row,) = (row for row in rows if "`detection_report.object_id.invalid`" in row)
    assert row == "| `detection_report.object_id.invalid` | error | 6.2.4 | not a ULID |"
