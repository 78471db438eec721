"""Following every person through a dense crowd from several imperfect sensors.

A Bernoulli filter per person (Williams, IEEE Trans. Aerospace and Electronic Systems 51(3), 2015):
each track has a probability of existence, a constant-velocity Kalman state, and the chance of being
detected by each sensor, which depends on whether it was just missed and on its neighbours.  All
tracks and the detections of a scan are associated by marginal probabilities
(`clearway.tracking.association`).  Detections that no track explains start tracks where people
come from, or where nobody has looked yet.  What the sensors do not say of themselves is learned:
clutter rate, bursts of misses, offsets and clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS, TrackStates, seconds
from clearway.errors import ArgumentError
from clearway.tracking import kalman
from clearway.tracking.association import Pairs, association_probabilities, close_pairs
from clearway.tracking.clutter import Background
from clearway.tracking.detectability import NEVER_SEEN, Detectability
from clearway.tracking.exchange import Exchange, possible_exchanges
from clearway.tracking.outage import Outage
from clearway.tracking.registration import Registration, Sightings
from clearway.tracking.sensors import PersonSensor
from clearway.tracking.settings import TrackerSettings
from clearway.tracking.table import TrackTable
from clearway.tracking.tracker import Scan
from clearway.tracking.zones import Zones

_LEAST_BIRTH = 1e-4
"""A detection that is less probably a new person starts no track."""
_SURE = 0.8
"""From this association probability a detection teaches the registration."""
_LARGEST_LOG_RATIO = 50.0
"""Of a body height's two densities."""
_UNWATCHED_DETECTION = 0.3
"""Of the detection probability, for a person whose track lies just outside the coverage."""


@dataclass(frozen=True, slots=True)
class _Hypotheses:
    """The gated pairs of one scan and what they say."""

    pairs: Pairs
    innovation_m: NDArray[np.float64]
    innovation_covariance_m2: NDArray[np.float64]
    likelihood: NDArray[np.float64]
    """Shape (e,): density of the detection, given that it is the track's."""


class MultiSensorTracker:
    """Bernoulli filters for people, from several sensors that scan when they like.

    Parameters
    ----------
    sensors : sequence of PersonSensor
        All that may scan.
    floor : shapely.Polygon, optional
        Where people can be.  None: the convex hull of what the sensors see.
    entries : shapely.Geometry, optional
        Where people come from, besides a strip along the edge of the floor.
    settings : TrackerSettings, optional

    Raises
    ------
    ArgumentError
        No sensors.

    Notes
    -----
    O(n log n) per scan for n people at a bounded density.
    """

    def __init__(
        self,
        sensors: Sequence[PersonSensor],
        floor: shapely.Polygon | None = None,
        entries: shapely.Geometry | None = None,
        settings: TrackerSettings | None = None,
    ) -> None:
        if not sensors:
            raise ArgumentError("sensors", "there are none", "give at least one")
        self._settings = settings or TrackerSettings()
        self._sensors = tuple(sensors)
        self._index = {sensor.sensor_id: index for index, sensor in enumerate(self._sensors)}
        self._zones = Zones(self._sensors, floor, entries, self._settings.entry_depth_m)
        self._background = [Background(sensor, self._settings) for sensor in self._sensors]
        self._detectability = [Detectability(sensor, self._settings) for sensor in self._sensors]
        self._outage = [Outage() for _ in self._sensors]
        self._last_scan_ns: list[int | None] = [None] * len(self._sensors)
        self.registration = Registration(len(self._sensors), self._settings)
        self._sightings = Sightings(self._sensors)
        slowest_s = max(1.0 / sensor.rate_hz for sensor in self._sensors)
        self._tentative_coast_s = max(self._settings.tentative_coast_s, 2.5 * slowest_s)
        self._left_coast_s = max(self._settings.left_coast_s, 1.5 * slowest_s)
        self._tracks = TrackTable.empty(len(self._sensors))
        self._time_ns: int | None = None
        self._next_id = 1

    def advance(self, time_ns: int) -> None:
        """Let time pass: people walk on, and some leave."""
        tracks, settings = self._tracks, self._settings
        if self._time_ns is None:
            self._time_ns = time_ns
        if time_ns <= self._time_ns:
            return
        elapsed_s = seconds(time_ns - self._time_ns)
        self._time_ns = time_ns
        self.registration.forget(elapsed_s)
        if not len(tracks):
            return
        tracks.state, tracks.covariance = kalman.predict(
            tracks.state, tracks.covariance, elapsed_s, settings.acceleration_density
        )
        at_work = [not outage.silent for outage in self._outage]
        watched = self._zones.watched(tracks.state, at_work)
        rate = np.where(watched, settings.watched_death_rate_hz, settings.unwatched_death_rate_hz)
        tracks.existence = tracks.existence * np.exp(-rate * elapsed_s)
        self._end_tracks()

    def update(self, scan: Scan) -> list[Exchange]:
        """Take one scan into account.

        Returns
        -------
        list of Exchange
            Exchanges of tracks between people that the scan made possible.

        Raises
        ------
        KeyError
            If the scan is of a sensor that the tracker was not told of.
        """
        sensor = self._index[scan.sensor_id]
        self.advance(scan.time_ns)
        near = self._zones.near(sensor, self._tracks.state, self._settings.largest_gate_m)
        rows = np.flatnonzero(near)
        tracks = self._tracks.select(rows)
        close = self._close_to_another(tracks)
        detection = self._detection_probability(sensor, tracks, close)
        expected = tracks.existence * detection
        silent = self._outage[sensor].hear(
            len(scan.position_m), expected, self._background[sensor].clutter_per_scan
        )
        if silent:
            return []
        self._resume(sensor, scan.time_ns)
        self._background[sensor].expect(len(scan.position_m), float(expected.sum()))
        unknown_per_m2 = self._unknown_density(sensor, scan)
        background = (
            self._background[sensor].clutter_per_m2
            + unknown_per_m2 * self._sensors[sensor].detection_probability
        )
        hypotheses = self._hypotheses(sensor, scan, tracks)
        pairs = hypotheses.pairs
        odds = (expected / (1.0 - expected))[pairs.track] * (
            hypotheses.likelihood / background[pairs.detection]
        )
        probability = association_probabilities(
            pairs, odds, len(background), self._settings.sharpness
        )
        exchanges = possible_exchanges(pairs, probability, tracks.track_id)
        self._correct(sensor, scan, tracks, hypotheses, probability, detection, close)
        self._tracks.misses[~near, sensor] = NEVER_SEEN
        self._tracks.put(rows, tracks)
        self._start_tracks(sensor, scan, tracks, pairs, probability, unknown_per_m2, background)
        self._background[sensor].scanned()
        self._confirm()
        return exchanges

    def states(self) -> TrackStates:
        """All confirmed tracks at the newest time the tracker was told."""
        tracks = self._tracks
        shown = (
            tracks.confirmed
            & (tracks.existence > self._settings.show_existence)
            & self._zones.shown(tracks.state)
        )
        return TrackStates(
            self._time_ns or 0,
            tracks.track_id[shown],
            tracks.state[shown],
            tracks.covariance[shown],
            tracks.height_m[shown],
            np.sqrt(tracks.height_variance_m2[shown]),
        )

    def _close_to_another(self, tracks: TrackTable) -> NDArray[np.bool_]:
        """Which tracks have a likely neighbour who may hide them."""
        position = tracks.state[:, :2]
        near = close_pairs(position, position, self._settings.neighbour_m)
        one, other = near.track, near.detection
        close = np.zeros(len(tracks), dtype=bool)
        close[one[(one != other) & (tracks.existence[other] >= 0.5)]] = True
        return close

    def _detection_probability(
        self, sensor: int, tracks: TrackTable, close: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Of each track in this sensor's next scan."""
        probability = self._detectability[sensor].probability(tracks.misses[:, sensor], close)
        model = self._sensors[sensor]
        covered = model.covers(tracks.state)
        share = covered.astype(np.float64)
        outside = np.flatnonzero(~covered)
        near = model.reaches(tracks.state[outside], self._settings.largest_gate_m)
        share[outside[near]] = _UNWATCHED_DETECTION
        # A wrong certainty could never be mended.
        return np.clip(share * probability, 0.001, 0.999)

    def _resume(self, sensor: int, time_ns: int) -> None:
        """Account for the time since this sensor's last scan."""
        last_ns = self._last_scan_ns[sensor]
        self._last_scan_ns[sensor] = time_ns
        if last_ns is None:
            return
        gap_s = seconds(time_ns - last_ns)
        if gap_s > 2.5 / self._sensors[sensor].rate_hz:
            self._background[sensor].unwatched(gap_s)

    def _unknown_density(self, sensor: int, scan: Scan) -> NDArray[np.float64]:
        """Unknown people per square metre at each detection."""
        settings = self._settings
        lasting = np.where(
            self._zones.entry(scan.position_m),
            settings.entry_density_per_m2,
            settings.interior_density_per_m2,
        )
        density: NDArray[np.float64] = self._background[sensor].unknown_per_m2 + lasting
        return density

    def _hypotheses(self, sensor: int, scan: Scan, tracks: TrackTable) -> _Hypotheses:
        """Pairs within the gate, with their innovations and likelihoods."""
        settings = self._settings
        # Where this sensor would see each person, with its clock and its offset.
        expected = (
            tracks.state[:, :2]
            + tracks.state[:, 2:] * self.registration.clock_s[sensor]
            + self.registration.offset_m[sensor]
        )
        widest_m2 = (
            np.max(tracks.covariance[:, [0, 1], [0, 1]], initial=0.0)
            + np.max(scan.covariance_m2[:, [0, 1], [0, 1]], initial=0.0)
        )  # fmt: skip
        reach_m = min(settings.largest_gate_m, float(np.sqrt(settings.gate * widest_m2)))
        pairs = close_pairs(expected, scan.position_m, reach_m)
        innovation = scan.position_m[pairs.detection] - expected[pairs.track]
        covariance = tracks.covariance[pairs.track, :2, :2] + scan.covariance_m2[pairs.detection]
        distance, log_determinant = kalman.squared_mahalanobis(innovation, covariance)
        kept = distance < settings.gate
        likelihood = np.exp(-0.5 * (distance + log_determinant))[kept] / (2 * np.pi)
        pairs = pairs.select(kept)
        return _Hypotheses(
            pairs,
            innovation[kept],
            covariance[kept],
            likelihood * self._height_ratio(scan, tracks, pairs),
        )

    def _height_ratio(self, scan: Scan, tracks: TrackTable, pairs: Pairs) -> NDArray[np.float64]:
        """How much better a detection's height fits the track than anybody."""
        if scan.height_m is None:
            return np.ones(len(pairs))
        settings = self._settings
        height = scan.height_m[pairs.detection]
        noise = settings.height_sigma_m**2
        own = _log_normal(height, tracks.height_m, tracks.height_variance_m2 + noise, pairs.track)
        anybody = _log_normal(
            height,
            np.array([settings.population_height_m]),
            np.array([settings.population_height_sigma_m**2 + noise]),
            np.zeros(len(pairs), dtype=np.intp),
        )
        # A height in the wrong unit is neither the track's nor anybody's.
        log_ratio = np.clip(own - anybody, -_LARGEST_LOG_RATIO, _LARGEST_LOG_RATIO)
        ratio: NDArray[np.float64] = np.where(np.isfinite(height), np.exp(log_ratio), 1.0)
        return ratio

    def _correct(
        self,
        sensor: int,
        scan: Scan,
        tracks: TrackTable,
        hypotheses: _Hypotheses,
        probability: NDArray[np.float64],
        detection: NDArray[np.float64],
        close: NDArray[np.bool_],
    ) -> None:
        """Move the tracks to what they were probably seen as."""
        pairs = hypotheses.pairs
        detected = np.minimum(pairs.sum_by_track(probability, len(tracks)), 1.0)
        existence = tracks.existence
        undetected = (
            (1.0 - detected) * existence * (1.0 - detection) / (1.0 - existence * detection)
        )
        tracks.existence = np.minimum(detected + undetected, self._settings.largest_existence)
        # From here on: given that the person exists.
        given = probability / np.maximum(detected + undetected, 1e-12)[pairs.track]
        tracks.state, tracks.covariance = kalman.weighted_update(
            tracks.state,
            tracks.covariance,
            pairs,
            given,
            hypotheses.innovation_m,
            hypotheses.innovation_covariance_m2,
        )
        self._correct_heights(scan, tracks, pairs, given)
        self._count_misses(sensor, tracks, detected > 0.5, close)
        sure = (given > _SURE) & tracks.confirmed[pairs.track]
        self._sight(sensor, scan, tracks, pairs.select(sure))

    def _correct_heights(
        self, scan: Scan, tracks: TrackTable, pairs: Pairs, given: NDArray[np.float64]
    ) -> None:
        if scan.height_m is None:
            return
        height = scan.height_m[pairs.detection]
        known = np.isfinite(height)
        pairs, given, height = pairs.select(known), given[known], height[known]
        variance = tracks.height_variance_m2[pairs.track]
        gain = given * variance / (variance + self._settings.height_sigma_m**2)
        shift = pairs.sum_by_track(gain * (height - tracks.height_m[pairs.track]), len(tracks))
        tracks.height_m = tracks.height_m + shift
        tracks.height_variance_m2 = tracks.height_variance_m2 * (
            1.0 - pairs.sum_by_track(gain, len(tracks))
        )

    def _count_misses(
        self,
        sensor: int,
        tracks: TrackTable,
        hit: NDArray[np.bool_],
        close: NDArray[np.bool_],
    ) -> None:
        """Keep each track's run of misses, and learn from those that have ended."""
        covered = self._sensors[sensor].covers(tracks.state)
        misses, first = tracks.misses[:, sensor], tracks.close_at_first_miss[:, sensor]
        teaches = hit & covered & tracks.confirmed
        self._detectability[sensor].learn(misses[teaches], close[teaches], first[teaches])
        missed = covered & ~hit & (misses != NEVER_SEEN)
        first[missed & (misses == 0)] = close[missed & (misses == 0)]
        misses[missed] += 1
        misses[hit] = 0
        misses[~covered & ~hit] = NEVER_SEEN
        tracks.last_hit_ns[hit] = self._now_ns

    def _sight(self, sensor: int, scan: Scan, tracks: TrackTable, sure: Pairs) -> None:
        """Compare this sensor with the others through the people both have just seen."""
        variance_m2 = scan.covariance_m2[:, [0, 1], [0, 1]].mean(axis=1)
        self._sightings.teach(
            self.registration,
            sensor,
            scan.time_ns,
            tracks.track_id[sure.track],
            scan.position_m[sure.detection],
            tracks.state[sure.track, 2:],
            variance_m2[sure.detection],
        )

    def _start_tracks(
        self,
        sensor: int,
        scan: Scan,
        tracks: TrackTable,
        pairs: Pairs,
        probability: NDArray[np.float64],
        unknown_per_m2: NDArray[np.float64],
        background: NDArray[np.float64],
    ) -> None:
        """Start a tentative track at each detection that may be of somebody new."""
        settings = self._settings
        position = scan.position_m - self.registration.offset_m[sensor]
        explained = np.bincount(pairs.detection, probability, len(position))
        share = unknown_per_m2 * self._sensors[sensor].detection_probability / background
        existence = np.clip(1.0 - explained, 0.0, 1.0) * share
        fresh = existence > _LEAST_BIRTH
        candidates = np.flatnonzero(fresh)
        likely_m = tracks.state[tracks.existence >= settings.show_existence, :2]
        near = close_pairs(likely_m, position[candidates], settings.body_radius_m)
        fresh[candidates[near.detection]] = False
        if not fresh.any():
            return
        newcomers = TrackTable.of_detections(
            self._now_ns,
            sensor,
            len(self._sensors),
            position[fresh],
            scan.covariance_m2[fresh],
            settings.initial_speed_sigma_m_s**2,
            np.minimum(existence[fresh], settings.largest_birth_existence),
            settings.population_height_m,
            settings.population_height_sigma_m**2,
        )
        own = Pairs(np.arange(len(newcomers)), np.flatnonzero(fresh))
        self._correct_heights(scan, newcomers, own, np.ones(len(own)))
        self._tracks.extend(newcomers)

    def _confirm(self) -> None:
        """Number the tracks that have become people."""
        tracks = self._tracks
        new = ~tracks.confirmed & (tracks.existence > self._settings.confirm_existence)
        count = int(new.sum())
        tracks.track_id[new] = np.arange(self._next_id, self._next_id + count)
        self._next_id += count

    def _end_tracks(self) -> None:
        settings, tracks = self._settings, self._tracks
        confirmed = tracks.confirmed
        coasted_s = (self._now_ns - tracks.last_hit_ns) / NANOSECONDS
        longest_s = np.where(confirmed, settings.longest_coast_s, self._tentative_coast_s)
        # Whether the others have left makes no difference, and asking takes long.
        doubtful = np.flatnonzero(coasted_s > np.minimum(longest_s, self._left_coast_s))
        longest_s[doubtful[self._zones.left(tracks.state[doubtful])]] = self._left_coast_s
        least = np.where(confirmed, settings.end_existence, settings.tentative_existence)
        tracks.keep((coasted_s <= longest_s) & (tracks.existence >= least))

    @property
    def _now_ns(self) -> int:
        if self._time_ns is None:
            raise RuntimeError("the tracker was asked for its time before it was told any")
        return self._time_ns


def _log_normal(
    value: NDArray[np.float64],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    row: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Log density at each value of the normal distribution of its row, less a constant."""
    log_density: NDArray[np.float64] = -0.5 * (
        (value - mean[row]) ** 2 / variance[row] + np.log(variance[row])
    )
    return log_density
