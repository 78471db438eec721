"""Trackers of several libraries behind one interface, each fed with the same scenario.

==================  ==================================================================
File                Purpose
==================  ==================================================================
``base.py``         the interface, and how a tracker's time is taken
``stone_soup.py``   Stone Soup, with both sensors
``norfair.py``      norfair, on pre-fused detections
``bytetrack.py``    ByteTrack of `trackers`, on pre-fused detections
``prefusion.py``    two sensors' detections to one list
``own.py``          Clearway's own trackers
==================  ==================================================================
"""

from clearway.bench.tracking.peers.base import Followed, Peer, Session, follow
from clearway.bench.tracking.peers.bytetrack import ByteTrack
from clearway.bench.tracking.peers.norfair import Norfair
from clearway.bench.tracking.peers.own import CLEARWAY, NEAREST_NEIGHBOUR, Own, ScanTracker
from clearway.bench.tracking.peers.prefusion import fused
from clearway.bench.tracking.peers.stone_soup import GNN, JPDA, StoneSoup

__all__ = [
    "CLEARWAY",
    "GNN",
    "JPDA",
    "NEAREST_NEIGHBOUR",
    "ByteTrack",
    "Followed",
    "Norfair",
    "Own",
    "Peer",
    "ScanTracker",
    "Session",
    "StoneSoup",
    "follow",
    "fused",
]
