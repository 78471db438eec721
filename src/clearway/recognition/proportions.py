"""Heights and half-widths of a standing body as shares of its height.

Segment lengths after R. Drillis and R. Contini, Body Segment Parameters, 1966, as tabulated in
D. A. Winter, Biomechanics and Motor Control of Human Movement, 4th edition, 2009, figure 4.1.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ANKLE",
    "CHEST",
    "CHIN",
    "FINGERTIPS",
    "HALF_SHOULDERS",
    "HIP",
    "KNEE",
    "SHOULDER",
    "TYPICAL_HEIGHT_M",
    "WAIST",
    "WRIST",
]

ANKLE: Final = 0.039
KNEE: Final = 0.285
FINGERTIPS: Final = 0.377
WRIST: Final = 0.485
HIP: Final = 0.530
SHOULDER: Final = 0.818
CHIN: Final = 0.870
HALF_SHOULDERS: Final = 0.129

WAIST: Final = (0.55, 0.66)
"""From the top of the hips to the navel: where a belt is worn."""
CHEST: Final = (0.66, 0.80)
"""From the lowest ribs to below the collar bones: where a vest is worn."""

TYPICAL_HEIGHT_M: Final = 1.72
"""Taken where nobody has measured the person: the mean of women and men in Europe."""
