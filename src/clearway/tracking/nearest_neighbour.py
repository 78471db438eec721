"""Global nearest neighbour tracking: the plain baseline behind the `Tracker` interface.

Each scan is assigned to the tracks as a whole at least total cost (SciPy's rectangular
assignment), the cost being the squared Mahalanobis distance plus ln det S, within a gate
(Blackman and Popoli, *Design and Analysis of Modern Tracking Systems*, 1999, section 6.4).
Confirmed tracks choose first.  Left-over detections start tentative tracks, which are confirmed
by repeated hits and dropped when they coast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clearway.domain import NANOSECONDS, TrackStates, seconds
from clearway.tracking import kalman
from clearway.tracking.exchange import Exchange
from clearway.tracking.tracker import Scan

_IndexPairs = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class NearestNeighbourSettings:
    """Constants of the baseline tracker, chosen for walking people."""

    acceleration_density: float = 0.3
    """q of the motion model in m^2/s^3."""
    initial_speed_sigma_m_s: float = 1.5
    """Standard deviation of each velocity component of a new track."""
    gate: float = 9.2
    """Squared Mahalanobis distance that holds 99 % of a person's own detections (chi2, 2 dof)."""
    hits_to_confirm: int = 4
    """Hits after which a tentative track is a person."""
    tentative_coast_s: float = 0.4
    """A tentative track without a hit for this long is dropped as clutter."""
    confirmed_coast_s: float = 1.2
    """A confirmed track on the floor without a hit for this long has ended."""
    left_coast_s: float = 0.2
    """A confirmed track that is off the floor has ended after this long without a hit: its person
    has left, and the next one to enter must not inherit the track."""
    body_radius_m: float = 0.3
    """No new track starts this close to a track that was hit in the same scan: two people
    cannot stand in one place, a stray second detection of one person can."""


class NearestNeighbourTracker:
    """Constant-velocity Kalman filters with global nearest neighbour association.

    Parameters
    ----------
    settings : NearestNeighbourSettings
    floor : shapely.Polygon, optional
        Where people can be, without the exits.  None: everywhere.

    Notes
    -----
    O(n m) per scan for n tracks and m detections, plus the assignment, O(n^2 m) at worst.
    """

    def __init__(
        self,
        settings: NearestNeighbourSettings | None = None,
        floor: shapely.Polygon | None = None,
    ) -> None:
        self._settings = settings or NearestNeighbourSettings()
        self._floor = floor
        if floor is not None:
            shapely.prepare(floor)
        self._time_ns = 0
        self._next_id = 1
        self._ids = np.empty(0, dtype=np.int64)
        self._states = np.empty((0, 4))
        self._covariances = np.empty((0, 4, 4))
        self._hits = np.empty(0, dtype=np.int64)
        self._last_hit_ns = np.empty(0, dtype=np.int64)

    def update(self, scan: Scan) -> list[Exchange]:
        """Predict to the scan's time, end tracks, assign, correct and start tracks.

        Returns
        -------
        list of Exchange
            None: this tracker never doubts.
        """
        self.advance(scan.time_ns)
        hit_tracks, hit_detections = self._assign(scan)
        if len(hit_tracks):
            self._states[hit_tracks], self._covariances[hit_tracks] = kalman.update(
                self._states[hit_tracks],
                self._covariances[hit_tracks],
                scan.position_m[hit_detections],
                scan.covariance_m2[hit_detections],
            )
            self._hits[hit_tracks] += 1
            self._last_hit_ns[hit_tracks] = scan.time_ns
        self._start(scan, hit_tracks, hit_detections)
        return []

    def advance(self, time_ns: int) -> None:
        """Predict to ``time_ns`` and end the tracks that have coasted too long."""
        self._predict_to(time_ns)
        self._end_coasting()

    def states(self) -> TrackStates:
        """All confirmed tracks at the newest time the tracker was told."""
        confirmed = self._confirmed()
        return TrackStates(
            self._time_ns,
            self._ids[confirmed],
            self._states[confirmed],
            self._covariances[confirmed],
        )

    def _confirmed(self) -> NDArray[np.bool_]:
        return self._hits >= self._settings.hits_to_confirm

    def _predict_to(self, time_ns: int) -> None:
        if time_ns > self._time_ns and len(self._ids):
            self._states, self._covariances = kalman.predict(
                self._states,
                self._covariances,
                seconds(time_ns - self._time_ns),
                self._settings.acceleration_density,
            )
        self._time_ns = max(time_ns, self._time_ns)

    def _assign(self, scan: Scan) -> _IndexPairs:
        """Pairs (track, detection) of one scan; confirmed tracks choose first."""
        confirmed = self._confirmed()
        free = np.arange(len(scan.position_m))
        pairs = []
        for candidates in (np.flatnonzero(confirmed), np.flatnonzero(~confirmed)):
            rows, columns = self._least_cost_pairs(scan, candidates, free)
            pairs.append((candidates[rows], free[columns]))
            free = np.delete(free, columns)
        tracks, detections = zip(*pairs, strict=True)
        return np.concatenate(tracks), np.concatenate(detections)

    def _least_cost_pairs(
        self, scan: Scan, tracks: NDArray[np.intp], detections: NDArray[np.intp]
    ) -> _IndexPairs:
        if not len(tracks) or not len(detections):
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        difference = scan.position_m[detections][None] - self._states[tracks][:, None, :2]
        covariance = (
            self._covariances[tracks][:, None, :2, :2] + scan.covariance_m2[detections][None]
        )
        distance, log_determinant = kalman.squared_mahalanobis(difference, covariance)
        gated = distance > self._settings.gate
        cost = distance + log_determinant
        # Above every sum of allowed costs, so that a gated pair is never preferred to a valid one.
        cost[gated] = 1e6
        rows, columns = linear_sum_assignment(cost)
        valid = ~gated[rows, columns]
        return rows[valid], columns[valid]

    def _start(
        self, scan: Scan, hit_tracks: NDArray[np.intp], hit_detections: NDArray[np.intp]
    ) -> None:
        free = np.delete(np.arange(len(scan.position_m)), hit_detections)
        if len(free) and len(hit_tracks):
            gap = scan.position_m[free][:, None] - self._states[hit_tracks][None, :, :2]
            free = free[
                np.hypot(gap[..., 0], gap[..., 1]).min(axis=1) > self._settings.body_radius_m
            ]
        if not len(free):
            return
        count = len(free)
        states = np.zeros((count, 4))
        states[:, :2] = scan.position_m[free]
        covariances = np.zeros((count, 4, 4))
        covariances[:, :2, :2] = scan.covariance_m2[free]
        covariances[:, 2, 2] = covariances[:, 3, 3] = self._settings.initial_speed_sigma_m_s**2
        new_ids = np.arange(self._next_id, self._next_id + count)
        self._next_id += count
        self._ids = np.concatenate([self._ids, new_ids])
        self._states = np.concatenate([self._states, states])
        self._covariances = np.concatenate([self._covariances, covariances])
        self._hits = np.concatenate([self._hits, np.ones(count, dtype=np.int64)])
        self._last_hit_ns = np.concatenate(
            [self._last_hit_ns, np.full(count, scan.time_ns, dtype=np.int64)]
        )

    def _has_left(self) -> NDArray[np.bool_]:
        """Which tracks are off the floor."""
        if self._floor is None:
            return np.zeros(len(self._ids), dtype=bool)
        on_floor: NDArray[np.bool_] = shapely.contains_xy(
            self._floor, self._states[:, 0], self._states[:, 1]
        )
        return ~on_floor

    def _end_coasting(self) -> None:
        settings = self._settings
        coast_s = np.where(
            self._confirmed(), settings.confirmed_coast_s, settings.tentative_coast_s
        )
        coast_s[self._has_left()] = settings.left_coast_s
        coast_ns = coast_s * NANOSECONDS
        alive = self._time_ns - self._last_hit_ns <= coast_ns
        if alive.all():
            return
        self._ids = self._ids[alive]
        self._states = self._states[alive]
        self._covariances = self._covariances[alive]
        self._hits = self._hits[alive]
        self._last_hit_ns = self._last_hit_ns[alive]
