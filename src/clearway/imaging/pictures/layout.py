"""Where the views of an image volume lie on the page, all at one scale."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEFT_IN", "Layout"]

LEFT_IN = 0.75
"""Margin that texts and the first column begin at."""

_WIDEST_IN, _HIGHEST_IN, _LEAST_PANEL_IN = 10.0, 6.6, 1.6
_RIGHT_IN, _TOP_IN, _BOTTOM_IN, _GAP_IN = 0.95, 1.35, 0.6, 0.85


@dataclass(frozen=True)
class Layout:
    """Places in inches: columns x, x and y, rows z above and y below."""

    columns_in: tuple[float, float, float]
    rows_in: tuple[float, float]
    """From below."""

    @classmethod
    def of(cls, extent_m: list[float]) -> Layout:
        """Choose the scale for a volume of x, y and z metres; no panel gets too small to read."""
        x, y, z = extent_m
        in_per_m = min(_WIDEST_IN / (2 * x + y), _HIGHEST_IN / (y + z))
        across, depth, high = (max(side * in_per_m, _LEAST_PANEL_IN) for side in (x, y, z))
        return cls((across, across, depth), (depth, high))

    @property
    def width_in(self) -> float:
        """Of the figure."""
        return LEFT_IN + sum(self.columns_in) + 2 * _GAP_IN + _RIGHT_IN

    @property
    def height_in(self) -> float:
        """Of the figure."""
        return _BOTTOM_IN + sum(self.rows_in) + _GAP_IN + _TOP_IN

    def box(self, column: int, row: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height as parts of the figure."""
        left = LEFT_IN + sum(self.columns_in[:column]) + column * _GAP_IN
        bottom = _BOTTOM_IN + sum(self.rows_in[:row]) + row * _GAP_IN
        return self._part(left, bottom, self.columns_in[column], self.rows_in[row])

    def bar(self) -> tuple[float, float, float, float]:
        """Of the colour bar, right of the side view."""
        bottom = _BOTTOM_IN + self.rows_in[0] + _GAP_IN
        return self._part(self.width_in - _RIGHT_IN + 0.15, bottom, 0.14, self.rows_in[1])

    def _part(self, *box: float) -> tuple[float, float, float, float]:
        left, bottom, width, height = box
        whole = self.width_in, self.height_in
        return left / whole[0], bottom / whole[1], width / whole[0], height / whole[1]
