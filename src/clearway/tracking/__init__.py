"""Detections -> tracks: who is where, and who was where when.

===================  ============================================================================
`tracker`            the interface: scans in, tracks out
`multi_sensor`       the tracker: Bernoulli filters and marginal association
`nearest_neighbour`  the plain baseline
`association`        which detection is whose: loopy belief propagation
`kalman`             motion and correction of many tracks at once
`detectability`      how probable it is that a sensor sees a person who is there
`clutter`            what else a detection may be
`exchange`           when two people may have exchanged their tracks
`outage`             whether a silent sensor sees nobody, or sees nothing
`registration`       the sensors' offsets and clocks, learned from people
`zones`              where tracks may begin and where they end
`table`              the tracks as columns
`scan_clock`         which scans are missing, from each sensor's rate
`history`            the tracks as they were, so that late evidence meets the right past
===================  ============================================================================
"""

from clearway.tracking.exchange import Exchange
from clearway.tracking.history import TrackHistory
from clearway.tracking.multi_sensor import MultiSensorTracker
from clearway.tracking.nearest_neighbour import NearestNeighbourSettings, NearestNeighbourTracker
from clearway.tracking.scan_clock import ScanClock
from clearway.tracking.sensors import PersonSensor
from clearway.tracking.settings import TrackerSettings
from clearway.tracking.tracker import Scan, Tracker

__all__ = [
    "Exchange",
    "MultiSensorTracker",
    "NearestNeighbourSettings",
    "NearestNeighbourTracker",
    "PersonSensor",
    "Scan",
    "ScanClock",
    "TrackHistory",
    "Tracker",
    "TrackerSettings",
]
