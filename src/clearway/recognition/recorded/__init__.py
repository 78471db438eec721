"""Recorded sweeps with labels: how a laboratory's own campaign comes into Clearway.

======================  ======================================================================
File                    Purpose
======================  ======================================================================
``schema.py``           every key and column of a campaign's files
``checking.py``         from text to checked rows, every fault with its line
``campaign.py``         the folder as a whole: what does not agree
``view_frame.py``       from the frame of the sweep files to that of a panel
``looks.py``            calibration, place of the person, image
``passages.py``         passages to be scored
``training_frames.py``  passages to be trained on
======================  ======================================================================
"""

from clearway.recognition.recorded.campaign import Campaign, read_campaign
from clearway.recognition.recorded.passages import RecordedPassage, recorded_passages
from clearway.recognition.recorded.training_frames import write_training_frames

__all__ = [
    "Campaign",
    "RecordedPassage",
    "read_campaign",
    "recorded_passages",
    "write_training_frames",
]
