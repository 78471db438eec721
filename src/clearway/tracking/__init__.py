"""Detections -> tracks: who is where, and who was where when.

`Tracker` is the interface; `NearestNeighbourTracker` the one implementation so far.
`TrackHistory` keeps the tracks as they were, so that late evidence meets the right past.
"""

from clearway.tracking.history import TrackHistory
from clearway.tracking.nearest_neighbour import NearestNeighbourSettings, NearestNeighbourTracker
from clearway.tracking.tracker import Scan, Tracker

__all__ = ["NearestNeighbourSettings", "NearestNeighbourTracker", "Scan", "TrackHistory", "Tracker"]
