"""Stone Soup, the reference implementation of the field, in its two usual forms.

Both get each sensor's detections by themselves, A before B at the same instant, with that
sensor's own covariance, detection probability, clutter density and coverage.  The two differ in
the association: *GNN* gives each track the one detection of the best joint assignment, *JPDA*
weighs all of them by probabilities from loopy belief propagation (Williams and Lau, IEEE T-AES
50(4), 2014).  Components and their order are those of Stone Soup's `MultiTargetTracker` and
`MultiTargetMixtureTracker`, which themselves know only one sensor.

The values were tuned on the development recording (bot-300-085-085, base, its busiest
10 to 12 s, seeds 1 and 2), one at a time, and are frozen:

- noise density: 0.5 m^2/s^3 takes the sensors' noise for turns and costs GNN 4 to 6 HOTA; below
  0.05 nothing is gained;
- speed prior: that of a walk, 2 to 3 HOTA better than 0.7 or 1.5 m/s;
- gate: on the squared Mahalanobis distance, which is what adds up in a joint likelihood (plain
  distances: 4 HOTA less); 3 instead of 4 misses tracks that were seen, 3 MOTA less;
- four detections to a track: with two, false alarms of both sensors make tracks of their own;
- silence: long enough for the misses in a row that happen and no longer, since the track of
  everyone who leaves ends with it; JPDA's counts from the last *likely* detection.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.bench.peers.base import installed_version, loaded
from clearway.bench.tracking.scenario import Frame, Scenario, SensorModel
from clearway.bench.tracking.scoring import TrackedFrame

__all__ = ["GNN", "JPDA", "StoneSoup"]

_EAST, _NORTH = 0, 2
"""In the state (east, its rate, north, its rate)."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stone Soup's times have no zone."""


@dataclass(frozen=True, slots=True)
class StoneSoup:
    """One form of it."""

    name: str
    soft: bool
    """Whether by probabilities (JPDA) or by one assignment (GNN)."""
    noise_density_m2_s3: float
    """Of the white acceleration in the constant-velocity model."""
    max_silence_s: float
    """A track without a likely detection ends then."""
    gate: float = 4.0
    """GNN: Mahalanobis distance at which a track is rather missed than given a detection."""
    gate_probability: float = 0.99
    """JPDA: that a track's own detection lies in its gate."""
    speed_sigma_m_s: float = 1.2
    """Prior of a new track, per axis."""
    min_points: int = 4
    """Detections that make a track."""
    candidate_gate: float = 3.0
    """As ``gate``, before it is one."""
    candidate_silence_s: float = 0.25
    """As ``max_silence_s``, before it is one."""
    margin_m: float = 0.3
    """Only tracks at most so far beside a sensor's coverage can be seen, or missed, by it."""
    reach_m: float = 1.2
    """Detections farther from a track per axis are not put to Stone Soup at all; no gate is so
    wide, and without this most of its time goes into people at the corridor's other end."""

    def version(self) -> str:
        """Of Stone Soup."""
        return installed_version("stonesoup")

    def start(self, scenario: Scenario) -> _Session:
        """Begin with no track."""
        return _Session(self, scenario.sensors)


class _Nearby:
    """A hypothesiser that is asked only about detections near the track."""

    def __init__(self, hypothesiser: Any, reach_m: float) -> None:
        self._hypothesiser, self._reach_m = hypothesiser, reach_m

    def hypothesise(
        self, track: Any, detections: Collection[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """All hypotheses of one track."""
        x, y = track.state_vector[_EAST, 0], track.state_vector[_NORTH, 0]
        near = [
            detection
            for detection in detections
            if abs(detection.metadata["x"] - x) < self._reach_m
            and abs(detection.metadata["y"] - y) < self._reach_m
        ]
        return self._hypothesiser.hypothesise(track, near, *args, **kwargs)


class _Sensor(NamedTuple):
    told: SensorModel
    measurement: Any
    associator: Any


class _Session:
    def __init__(self, settings: StoneSoup, sensors: tuple[SensorModel, ...]) -> None:
        self._settings = settings
        self._detection = loaded("stonesoup.types.detection").Detection
        self._update = loaded("stonesoup.types.update").GaussianStateUpdate
        self._prediction = loaded("stonesoup.types.prediction").GaussianStatePrediction
        self._vectors = loaded("stonesoup.types.array").StateVectors
        self._matched_moments = loaded("stonesoup.functions").gm_reduce_single
        linear = loaded("stonesoup.models.transition.linear")
        velocity = linear.ConstantVelocity(settings.noise_density_m2_s3)
        self._predictor = loaded("stonesoup.predictor.kalman").KalmanPredictor(
            linear.CombinedLinearGaussianTransitionModel([velocity, velocity])
        )
        self._updater = loaded("stonesoup.updater.kalman").KalmanUpdater(None)
        self._sensors = [self._sensor(sensor) for sensor in sensors]
        deleter = loaded("stonesoup.deleter.time").UpdateTimeDeleter
        self._deleter = deleter(timedelta(seconds=settings.max_silence_s))
        speed_m2_s2 = settings.speed_sigma_m_s**2
        self._initiator = loaded("stonesoup.initiator.simple").MultiMeasurementInitiator(
            prior_state=loaded("stonesoup.types.state").GaussianState(
                np.zeros((4, 1)), np.diag([0.0, speed_m2_s2, 0.0, speed_m2_s2])
            ),
            deleter=deleter(timedelta(seconds=settings.candidate_silence_s)),
            data_associator=self._one_to_one(settings.candidate_gate),
            updater=self._updater,
            min_points=settings.min_points,
        )
        self._tracks: list[Any] = []
        self._ids: dict[str, int] = {}

    def _sensor(self, told: SensorModel) -> _Sensor:
        settings = self._settings
        measurement = loaded("stonesoup.models.measurement.linear").LinearGaussian(
            ndim_state=4, mapping=(_EAST, _NORTH), noise_covar=np.eye(2) * told.sigma_m**2
        )
        if not settings.soft:
            return _Sensor(told, measurement, self._one_to_one(settings.gate))
        hypothesiser = loaded("stonesoup.hypothesiser.probability").PDAHypothesiser(
            self._predictor,
            self._updater,
            clutter_spatial_density=told.clutter_per_scan / told.area_m2,
            prob_detect=told.detection_probability,
            prob_gate=settings.gate_probability,
        )
        associator = loaded("stonesoup.dataassociator.probability").JPDAwithLBP(
            _Nearby(hypothesiser, settings.reach_m)
        )
        return _Sensor(told, measurement, associator)

    def _one_to_one(self, gate: float) -> Any:
        hypothesiser = loaded("stonesoup.hypothesiser.distance").DistanceHypothesiser(
            self._predictor,
            self._updater,
            loaded("stonesoup.measures").SquaredMahalanobis(),
            missed_distance=gate**2,
        )
        return loaded("stonesoup.dataassociator.neighbour").GNNWith2DAssignment(
            _Nearby(hypothesiser, self._settings.reach_m)
        )

    def take(self, frame: Frame) -> tuple[datetime, list[list[Any]]]:
        time = _EPOCH + timedelta(microseconds=frame.time_ns // 1000)
        return time, [
            [
                self._detection(
                    position[:, None],
                    timestamp=time,
                    measurement_model=sensor.measurement,
                    metadata={"x": float(position[0]), "y": float(position[1])},
                )
                for position in detections
            ]
            for sensor, detections in zip(self._sensors, frame.detections_m, strict=True)
        ]

    def step(self, scans: tuple[datetime, list[list[Any]]]) -> list[Any]:
        time, detections_of = scans
        for sensor, detections in zip(self._sensors, detections_of, strict=True):
            visible = self._visible(sensor.told)
            associations = sensor.associator.associate(visible, detections, time)
            used: set[Any] = set()
            for track in visible:
                take_in = self._weigh if self._settings.soft else self._assign
                used |= take_in(track, associations[track])
            self._tracks += self._initiator.initiate(set(detections) - used, time)
        for track in self._tracks:
            if track.timestamp < time:
                track.append(self._predictor.predict(track, timestamp=time))
        gone = self._deleter.delete_tracks(set(self._tracks), timestamp=time)
        self._tracks = [track for track in self._tracks if track not in gone]
        return self._tracks

    def report(self, tracks: list[Any]) -> TrackedFrame:
        ids = [self._ids.setdefault(track.id, len(self._ids)) for track in tracks]
        return TrackedFrame(np.array(ids, dtype=np.int64), _positions(tracks))

    def _visible(self, sensor: SensorModel) -> list[Any]:
        inside = sensor.covers(_positions(self._tracks), self._settings.margin_m)
        return [track for track, may in zip(self._tracks, inside, strict=True) if may]

    def _assign(self, track: Any, hypothesis: Any) -> set[Any]:
        """Update a track, and give the detection that is its own."""
        if not hypothesis:
            track.append(hypothesis.prediction)
            return set()
        track.append(self._updater.update(hypothesis))
        return {hypothesis.measurement}

    def _weigh(self, track: Any, hypotheses: Any) -> set[Any]:
        """Match the moments of all associations, and give the detections likely to be its own."""
        states = [
            self._updater.update(hypothesis) if hypothesis else hypothesis.prediction
            for hypothesis in hypotheses
        ]
        mean, covariance = self._matched_moments(
            self._vectors([state.state_vector for state in states]),
            np.stack([state.covar for state in states], axis=2),
            np.array([float(hypothesis.probability) for hypothesis in hypotheses]),
        )
        missed = next(h.probability for h in hypotheses if not h)
        likely = {h.measurement for h in hypotheses if h and h.probability > missed}
        time = states[0].timestamp
        if likely:
            track.append(self._update(mean, covariance, hypotheses, time))
        else:
            track.append(self._prediction(mean, covariance, time))
        return likely


def _positions(tracks: list[Any]) -> NDArray[np.float64]:
    positions = [(track.state_vector[_EAST, 0], track.state_vector[_NORTH, 0]) for track in tracks]
    return np.array(positions, dtype=np.float64).reshape(-1, 2)


GNN = StoneSoup("Stone Soup GNN", soft=False, noise_density_m2_s3=0.1, max_silence_s=0.5)
JPDA = StoneSoup("Stone Soup JPDA", soft=True, noise_density_m2_s3=0.05, max_silence_s=0.4)
