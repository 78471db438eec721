"""What a check against a limit says, with the figure and the limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Verdict"]


class Verdict(StrEnum):
    """How a figure stands to its limit."""

    WITHIN = "within the limit"
    NEEDS_LICENCE = "needs a licence"
    ABOVE = "above the limit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of a radar set against one limit."""

    name: str
    """What was checked, such as ``mean emission``."""
    verdict: Verdict
    figure: float
    limit: float
    unit: str
    """Of both."""
    source: str
    """Of the limit: act, clause or table."""
    remark: str = ""
    """Where it is worst, or what the figure rests on."""

    @property
    def passes(self) -> bool:
        """Whether nothing is to be done."""
        return self.verdict is Verdict.WITHIN

    def __str__(self) -> str:
        remark = f", {self.remark}" if self.remark else ""
        figures = f"{self.figure:.3g} against {self.limit:.3g} {self.unit}{remark}"
        return f"{self.name} {self.verdict}: {figures} ({self.source})"
