"""Looks with labels, kept on disk: one form that recognisers are trained on and scored on.

====================  ======================================================================
File                  Purpose
====================  ======================================================================
``about.py``          what a set was made with: region of interest, features, source
``frames.py``         looks and passages as arrays
``making.py``         from an image and its label to a stored look, simulated or recorded
``files.py``          a folder of NumPy files, or one file
``scoring.py``        what a recogniser says of stored passages
====================  ======================================================================

A condensed set leaves out the images and keeps what the baseline takes from them: about 0.2 kB for
a look instead of 50 kB.
"""

from clearway.recognition.stored.about import SetAbout
from clearway.recognition.stored.files import frames_path, holds_frames, read_frames, write_frames
from clearway.recognition.stored.frames import Frames
from clearway.recognition.stored.making import LabelledLook, make_frames
from clearway.recognition.stored.scoring import score_frames

__all__ = [
    "Frames",
    "LabelledLook",
    "SetAbout",
    "frames_path",
    "holds_frames",
    "make_frames",
    "read_frames",
    "score_frames",
    "write_frames",
]
