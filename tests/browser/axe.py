"""axe-core looks at a page: rules of WCAG 2.2 AA and of good practice, as far as a machine sees."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

__all__ = ["check_accessibility"]

_SCRIPT = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _script() -> str:
    if not _SCRIPT.is_file():
        pytest.skip("no axe-core (cd web && npm ci)")
    return _SCRIPT.read_text(encoding="utf-8")


async def check_accessibility(page: Page, view: str) -> None:
    """Assert that a page has no fault that axe-core finds.

    Parameters
    ----------
    page : Page
    view : str
        What it shows, for whoever reads of a fault.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script())
    found: dict[str, Any] = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert found["passes"], f"{view}: nothing was looked at"
    faults = [
        f"{rule['id']} ({rule['help']}): {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert faults == [], f"{view}: {faults}"
