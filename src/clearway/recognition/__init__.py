"""From the image around a person to what the person carries, where, and how sure that is.

One frame goes this way: `RegionOfInterest` says which voxels to image around the person; `Volume`
is that image in the person's own coordinates and free of the radar's gain; `examine` says whether
the view was good enough; a scorer (interpretable features with boosted trees, or a small network)
gives scores per class and a place; `Calibration` turns the scores into likelihood ratios.  The
frames of one walk through the curtain become one reading in `passage`.  `Recogniser` is all that
behind two calls.
"""

from clearway.recognition.classes import CLASSES
from clearway.recognition.coarse import CoarsePass
from clearway.recognition.readings import FrameReading, PassageReading
from clearway.recognition.recogniser import Recogniser
from clearway.recognition.roi import Box, RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = [
    "CLASSES",
    "Box",
    "CoarsePass",
    "FrameReading",
    "PassageReading",
    "Recogniser",
    "RegionOfInterest",
    "View",
    "Volume",
]
