"""Microwave images of people: from one sweep of any array to a 3-D image, exact in the near field.

Start with `Sweep`, `Grid` and `backproject`; use `Imager` where many frames share one geometry.
"""

from clearway.imaging.array import Array
from clearway.imaging.calibration import Calibration
from clearway.imaging.grid import Grid, Region
from clearway.imaging.imager import Imager, backproject
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep

__all__ = [
    "SPEED_OF_LIGHT_M_S",
    "Array",
    "Calibration",
    "Grid",
    "Imager",
    "Region",
    "Sweep",
    "backproject",
]
